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

/// The change that a request waits for; `None` if its client left before that was queued.
#[derive(Default)]
struct Awaited(OnceLock<Option<Queued>>);

impl Awaited {
    /// The change, if it is queued.
    fn change(&self) -> Option<&Queued> {
        self.0.get()?.as_ref()
    }

    /// Notes that `change` is queued. Takes it back if the client has left meanwhile.
    fn queued(&self, store: &Store, change: Queued) {
        if self.0.get_or_init(|| Some(change)).is_none() {
            store.abandon(change);
        }
    }

    /// Notes that the client has left. Takes the change back, unless it has been started.
    fn left(&self, store: &Store) {
        if let Some(change) = self.0.get_or_init(|| None) {
            store.abandon(*change);
        }
    }
}

/// Where the answer to a request is given, and where it is awaited.
pub fn answer() -> (AnswerSender, AnswerReceiver) {
    let (sender, receiver) = oneshot::channel();
    let awaited = Arc::<Awaited>::default();
    let receiver = AnswerReceiver {
        receiver,
        awaited: awaited.clone(),
    };
    (AnswerSender { sender, awaited }, receiver)
}

pub struct AnswerSender {
    sender: oneshot::Sender<(Reply, Box<Request>)>,
    awaited: Arc<Awaited>,
}

impl AnswerSender {
    /// Answers `request` with `outcome`, or queues the change whose response it is answered with, unless its client has left.
    pub fn send(self, store: &Store, request: Box<Request>, outcome: Result<Response>) {
        let AnswerSender { sender, awaited } = self;
        match request.take_later() {
            Some(_) if sender.is_closed() => {}
            Some(queue) if outcome.is_ok() => {
                let give = |present| drop(sender.send((Reply::ToChange(present), request)));
                // It fails only when the server has ended, and is answered so.
                if let Ok(change) = queue(store, Box::new(give)) {
                    awaited.queued(store, change);
                }
            }
            // A client that has left needs no answer.
            _ => drop(sender.send((Reply::Ready(outcome), request))),
        }
    }
}

pub struct AnswerReceiver {
    receiver: oneshot::Receiver<(Reply, Box<Request>)>,
    awaited: Arc<Awaited>,
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
            awaited,
        } = self;
        let mut waiting = Abandonable {
            store,
            awaited: Some(&awaited),
        };
        let answer = loop {
            let change = awaited.change();
            let patience = change.map_or(store.patience(), Queued::patience);
            match (timeout(patience, &mut receiver).await, change) {
                (Ok(answer), _) => break answer,
                (Err(_), None) => {}
                (Err(_), Some(change)) => {
                    waiting.awaited = None;
                    store.withdraw(*change)?;
                    break receiver.await; // it has been started
                }
            }
        };
        waiting.awaited = None;
        answer.map_err(|_| Refusal::busy("stopping"))
    }
}

/// A change that is taken back when this is dropped, unless it has been started: its client has left.
struct Abandonable<'c> {
    store: &'c Store,
    awaited: Option<&'c Awaited>,
}

impl Drop for Abandonable<'_> {
    fn drop(&mut self) {
        if let Some(awaited) = self.awaited {
            awaited.left(self.store);
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::model::Durability;

    #[test]
    fn a_change_is_taken_back_whether_its_client_leaves_before_or_after_it_is_queued() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let (finish, wait) = mpsc::channel::<()>();
        let (sender, began) = mpsc::channel();
        let held = Change::new(move |_| {
            sender.send(()).unwrap();
            wait.iter().for_each(drop); // until the other end is dropped
            Ok(())
        });
        held.submit(&store, drop).unwrap();
        began.recv().unwrap();
        let queue = || Change::new(|_| Ok(())).submit(&store, drop).unwrap();
        let (before, after) = (Awaited::default(), Awaited::default());
        let change = queue();
        after.queued(&store, change);
        after.left(&store);
        let other = queue();
        before.left(&store);
        before.queued(&store, other);
        for change in [change, other] {
            assert!(store.withdraw(change).is_ok(), "it waits no longer");
        }
        drop(finish);
    }
}
