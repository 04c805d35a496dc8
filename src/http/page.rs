//! A page of a list as a response.

use actix_web::http::StatusCode;
use serde::Serialize;

use super::{Request, Response};
use crate::domain::Page;

#[derive(Serialize)]
struct PageView<'p, T> {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: &'p [T],
}

impl Response {
    /// 200 with one page of a list, links to the next and the previous included.
    pub fn page<T: Serialize>(
        request: &Request,
        page: Page,
        count: i64,
        results: &[T],
    ) -> Response {
        Response::page_linked(request, page, count, count, results)
    }

    /// The same for a list whose links go by another count than the one shown: `linked`.
    pub fn page_linked<T: Serialize>(
        request: &Request,
        page: Page,
        count: i64,
        linked: i64,
        results: &[T],
    ) -> Response {
        let end = page.offset.saturating_add(page.limit);
        let next = (end < linked).then(|| request.page_url(page.limit, end));
        let previous =
            (page.offset > 0).then(|| request.page_url(page.limit, page.offset - page.limit));
        let view = PageView {
            count,
            next,
            previous,
            results,
        };
        Response::sized(StatusCode::OK, &view, 512 * (results.len() + 1))
    }
}
