//! A panic while a request is answered becomes that request's 500, and one line in the log.
//!
//! Nothing here makes a panic acceptable: it is a bug. But a bug in one handler must not close the connection of its client
//! without a response, and what it said must be found in the log together with the request.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    panic::{self, AssertUnwindSafe},
    pin::pin,
    task::Poll,
};

thread_local! {
    /// Whether a panic on this thread would be caught by [`caught`].
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// What the last panic that was caught on this thread said, and where.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the message of a panic that [`caught`] catches, so that the caller can log it. Other panics are printed as before.
pub fn install_hook() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| match CATCHING.get() {
        true => SAID.set(info.to_string().replace('\n', " ")),
        false => default(info),
    }));
}

/// What `work` returns, or what it said when it panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = CATCHING.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    outcome.map_err(|_| SAID.take())
}

/// The same of a future.
pub async fn caught_in<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    poll_fn(|context| match caught(|| work.as_mut().poll(context)) {
        Ok(polled) => polled.map(Ok),
        Err(said) => Poll::Ready(Err(said)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_returned_with_its_message_and_place() {
        install_hook();
        let outcome: Result<(), _> = caught(|| panic!("no such {}", "thing"));
        let said = outcome.unwrap_err();
        assert!(said.contains("no such thing"), "{said}");
        assert!(said.contains("src/http/panics.rs:"), "{said}");
        assert!(!said.contains('\n'), "{said}");
        assert_eq!(caught(|| 7), Ok(7));
    }

    #[actix_web::test]
    async fn a_panic_in_a_future_is_returned_too() {
        let panicking = async {
            actix_web::rt::task::yield_now().await;
            if std::hint::black_box(true) {
                panic!("later");
            }
            1
        };
        assert!(caught_in(panicking).await.is_err());
        assert_eq!(caught_in(async { 7 }).await, Ok(7));
    }
}
