//! How rows of the plan are written.

use actix_web::http::Method;

use super::{
    Request, Response, State,
    error::Result,
    routes::{Base, Door, Needs, Route},
};
use crate::{
    domain::{Caller, Context},
    model::ProjectId,
};

const fn root(method: Method, path: &'static str, door: Door) -> Route {
    Route {
        method,
        base: Base::Root,
        path,
        door,
        strangers: None,
    }
}

/// A row open to anyone.
pub const fn open(
    method: Method,
    path: &'static str,
    handler: fn(&State, &Request) -> Result<Response>,
) -> Route {
    root(method, path, Door::Open(handler))
}

/// A row that SDKs call.
pub const fn sdk(
    method: Method,
    path: &'static str,
    handler: fn(&State, &Request) -> Result<Response>,
) -> Route {
    root(method, path, Door::Sdk(handler))
}

/// A row for holders of a project secret key too, with `scope`.
pub const fn secret(
    method: Method,
    path: &'static str,
    scope: &'static str,
    handler: fn(&State, ProjectId, &Request) -> Result<Response>,
) -> Route {
    root(method, path, Door::Secret(scope, handler))
}

/// A row for whoever is at the admin page.
pub const fn session(
    method: Method,
    path: &'static str,
    handler: fn(&State, Caller, &Request) -> Result<Response>,
) -> Route {
    root(method, path, Door::Session(handler))
}

/// A row of no project.
pub const fn account(
    method: Method,
    path: &'static str,
    needs: Needs,
    handler: fn(&State, Caller, &Request) -> Result<Response>,
) -> Route {
    root(method, path, Door::Account(needs, handler))
}

/// A row of a project.
pub const fn project(
    method: Method,
    path: &'static str,
    needs: Needs,
    handler: fn(&State, Context, &Request) -> Result<Response>,
) -> Route {
    Route {
        method,
        base: Base::Project,
        path,
        door: Door::Project(needs, handler),
        strangers: None,
    }
}
