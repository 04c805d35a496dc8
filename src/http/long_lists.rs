//! Long lists, a few at a time.
//!
//! A list of 10,000 items takes thousands of times as long as one object, and megabytes. A hundred of them at once would
//! occupy the readers of the database for seconds, during which no other request is served, and all of their memory is
//! needed at the same time.

use std::{sync::Arc, time::Duration};

use actix_web::{http::Method, rt::time::timeout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    error::{Refusal, Result},
    routes::Route,
};
use crate::domain::Page;

/// A list with more items than this is long.
const LONG: i64 = 1000;

/// Whether `method` gets a long list from `route`. No public path has one, so captured events never wait for a turn, and
/// password checks, which are slow, take none.
pub fn is_long(route: &Route, method: &Method, page: Page) -> bool {
    let endpoint = route.endpoint(method);
    method.is_safe()
        && endpoint.is_some_and(|endpoint| endpoint.need().is_some())
        && page.limit > LONG
}

/// The turns of long lists.
pub struct LongLists {
    places: Arc<Semaphore>,
    patience: Duration,
}

impl LongLists {
    /// One place for every two `cores`, for which a request waits as long as `patience`.
    pub fn new(cores: usize, patience: Duration) -> LongLists {
        LongLists {
            places: Arc::new(Semaphore::new((cores / 2).max(1))),
            patience,
        }
    }

    /// Waits for a place, which is free again when the permit is dropped.
    ///
    /// Errors: `Unavailable` if none is free in time.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let acquired = timeout(self.patience, self.places.clone().acquire_owned()).await;
        acquired
            .ok()
            .and_then(Result::ok)
            .ok_or(Refusal::busy("long_lists"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::router;

    #[test]
    fn only_lists_that_need_a_key_are_long() {
        let is_long = |method, path, limit| {
            let resolved = router::find(path);
            let route = resolved.route().expect("a path of the route table");
            is_long(route, &method, Page::new(Some(limit), None))
        };
        let list = "/api/projects/1/property_definitions/";
        assert!(is_long(Method::GET, list, "1001"));
        assert!(is_long(Method::HEAD, list, "1001"));
        for (method, path, limit) in [
            (Method::GET, list, "1000"),
            (Method::POST, "/api/projects/1/notebooks/", "1001"),
            (Method::POST, "/e/", "1001"),
            (Method::GET, "/e/", "1001"),
            (Method::POST, "/shared/token", "1001"),
            (Method::POST, "/admin/login", "1001"),
            (Method::DELETE, "/e/", "1001"),
        ] {
            assert!(!is_long(method.clone(), path, limit), "{method} {path}");
        }
    }
}
