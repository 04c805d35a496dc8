//! Answers that come from another thread.
//!
//! A request is admitted and answered on a thread that may wait for the database, while its worker goes on with others.
//!
//! A change waits most of its time: for its turn on the writer's thread, and for the disk. A thread that waits with it has to be
//! woken twice, and with 64 connections the kernel took more than half of the processor's time for that. So a handler may return
//! the change instead of making it ([`Response::to_change`]). The thread that admitted the request queues the change and goes on
//! with the next request; the writer passes the outcome to the worker, which presents it and was not woken before.
//!
//! No response is presented before its change is on disk, as ever.

use std::sync::{Arc, OnceLock};

use actix_web::rt::time::timeout;
use tokio::sync::oneshot;

use super::{
    Request, Response, State,
    error::{Refusal, Result},
    request::Present,
};
use crate::domain::{Change, Queued, Store};

/// What a request is answered with.
pub enum Reply {
    Ready(Result<Response>),
    /// The response to a change, which the worker presents.
    ToChange(Present),
}

/// Where the answer to a request is given, and where it is awaited.
pub fn answer() -> (AnswerSender, AnswerReceiver) {
    let (sender, receiver) = oneshot::channel();
    let queued = Arc::<OnceLock<Queued>>::default();
    let receiver = AnswerReceiver {
        receiver,
        queued: queued.clone(),
    };
    (AnswerSender { sender, queued }, receiver)
}

pub struct AnswerSender {
    sender: oneshot::Sender<(Reply, Box<Request>)>,
    queued: Arc<OnceLock<Queued>>,
}

impl AnswerSender {
    /// Answers `request` with `outcome`, or queues the change whose response it is answered with, unless its client has left.
    pub fn send(self, store: &Store, request: Box<Request>, outcome: Result<Response>) {
        let AnswerSender { sender, queued } = self;
        match request.take_later() {
            Some(_) if sender.is_closed() => {}
            Some(queue) if outcome.is_ok() => {
                let give = |present| drop(sender.send((Reply::ToChange(present), request)));
                // It fails only when the server has ended, and is answered so.
                if let Ok(waiting) = queue(store, Box::new(give)) {
                    queued.get_or_init(|| waiting);
                }
            }
            // A client that has left needs no answer.
            _ => drop(sender.send((Reply::Ready(outcome), request))),
        }
    }
}

pub struct AnswerReceiver {
    receiver: oneshot::Receiver<(Reply, Box<Request>)>,
    queued: Arc<OnceLock<Queued>>,
}

impl AnswerReceiver {
    /// The answer to a request that changes nothing. Errors: 503 once the server has ended.
    pub async fn receive(self) -> Result<(Reply, Box<Request>)> {
        let answer = self.receiver.await;
        answer.map_err(|_| Refusal::busy("stopping"))
    }

    /// The same of a request that may wait for a change. If this is dropped, which means that the client has left, the change
    /// is taken back unless it has been started.
    ///
    /// Errors: `Unavailable` if the change is not started in time.
    pub async fn receive_in_time(self, store: &Store) -> Result<(Reply, Box<Request>)> {
        let AnswerReceiver {
            mut receiver,
            queued,
        } = self;
        let mut waiting = Abandonable {
            store,
            queued: Some(&queued),
        };
        let answer = loop {
            let change = queued.get();
            let patience = change.map_or(store.patience(), Queued::patience);
            match (timeout(patience, &mut receiver).await, change) {
                (Ok(answer), _) => break answer,
                (Err(_), None) => {}
                (Err(_), Some(change)) => {
                    waiting.queued = None;
                    store.withdraw(*change)?;
                    break receiver.await; // it has been started
                }
            }
        };
        waiting.queued = None;
        answer.map_err(|_| Refusal::busy("stopping"))
    }
}

/// A change that is taken back when this is dropped, unless it has been started: its client has left.
struct Abandonable<'c> {
    store: &'c Store,
    queued: Option<&'c OnceLock<Queued>>,
}

impl Drop for Abandonable<'_> {
    fn drop(&mut self) {
        if let Some(queued) = self.queued.and_then(OnceLock::get) {
            self.store.abandon(*queued);
        }
    }
}

impl Response {
    /// Makes `change`, and responds with what `present` makes of its result: later, in place of what this returns.
    ///
    /// `--strict` looks at what was read for a response when the handler returns, so there the thread waits.
    pub fn to_change<T: Send + 'static>(
        state: &State,
        request: &Request,
        change: Change<T>,
        present: impl FnOnce(T) -> Response + Send + 'static,
    ) -> Result<Response> {
        if request.strict().is_some() {
            return Ok(present(change.make(&state.store)?));
        }
        let (changes, changed) = (state.capture.changes.clone(), request.take_change());
        request.answer_later(Box::new(move |store, give| {
            let queued = change.submit(store, move |outcome| {
                if let (Ok(_), Some((project, topic))) = (&outcome, changed) {
                    changes.note(project, topic);
                }
                give(Box::new(|| Ok(present(outcome?))));
            });
            Ok(queued?)
        }));
        Ok(Response::no_content())
    }
}
