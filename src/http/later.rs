//! Responses that wait for a change.
//!
//! Most of the time that a change takes it waits: for its turn on the writer's thread, and for the disk. A thread of the
//! blocking pool that waits with it has to be woken twice, and with 64 connections the kernel took more than half of the
//! processor's time for that. So a handler may return what to do when the change is made ([`Response::to_change`]), and the
//! request waits on its worker: the thread that admitted it and parsed its body goes on with the next one, and the writer wakes
//! the worker once for all changes of a batch.
//!
//! No response is presented before its change is on disk, as ever.

use actix_web::rt::time::timeout;
use futures_util::FutureExt as _;
use tokio::sync::oneshot;

use super::{
    Request, Response, State,
    error::{Refusal, Result},
    request::Pending,
};
use crate::domain::{Change, Queued, Store};

/// A change that is taken back when this is dropped, unless it has been started: its client has left.
struct Abandonable<'s> {
    store: &'s Store,
    queued: Option<Queued>,
}

impl Drop for Abandonable<'_> {
    fn drop(&mut self) {
        if let Some(queued) = self.queued.take() {
            drop(self.store.withdraw(queued));
        }
    }
}

/// What `later` becomes once the change is made. Errors: `Unavailable` if it is not begun in time.
pub async fn response(mut later: Pending, state: &State) -> Result<Response> {
    let mut waiting = Abandonable {
        store: &state.store,
        queued: Some(later.queued),
    };
    let outcome = timeout(later.queued.patience(), &mut later.response).await;
    waiting.queued = None;
    match outcome {
        Ok(response) => response,
        Err(_) => {
            state.store.withdraw(later.queued)?;
            later.response.await // it has been started
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
        let (sender, outcome) = oneshot::channel();
        let (changes, changed) = (state.capture.changes.clone(), request.take_change());
        let queued = change.submit(&state.store, move |outcome| {
            if let (Ok(_), Some((project, topic))) = (&outcome, changed) {
                changes.note(project, topic);
            }
            drop(sender.send(outcome)); // a client that has left needs no response
        })?;
        let response = outcome.map(|outcome| match outcome {
            Ok(outcome) => Ok(present(outcome?)),
            Err(_) => Err(Refusal::busy("stopping")),
        });
        let response = response.boxed();
        request.answer_later(Pending { queued, response });
        Ok(Response::no_content())
    }
}
