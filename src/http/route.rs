//! What an entry of the route table says about a path.

use std::sync::OnceLock;

use actix_web::{
    HttpRequest,
    http::{Method, header::HeaderValue},
};

use super::{Lab, Request, Response, State, error::Result};
use crate::{
    domain::{
        Caller, Context,
        auth::{Limits, Need},
    },
    model::{Level, OpenShare, ProjectId, Scope},
};

/// The methods that a path may have, in the order of `Allow` (`http-conventions.md` 2.4).
pub const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// The name of the parameter that holds which of several words a path has.
pub const PARENT: &str = "parent";

/// A path and all that the server needs to know about it.
///
/// The router, `Allow`, OPTIONS, 405 against 403, the headers, admission and the tests of authorisation are derived from it.
pub struct Route {
    /// The whole path without the slash that clients may add at the end.
    ///
    /// `{id}` is one segment without a dot, `{file.}` one that may have dots, and `{a|b}` one of the words `a` and `b`.
    pub path: &'static str,
    /// Which conventions its answers follow.
    pub family: Family,
    /// The name that OPTIONS reports.
    pub name: &'static str,
    /// Whether it is about one item of a collection, or about the collection.
    pub extent: Extent,
    /// Which bodies the methods that change something take.
    pub bodies: Bodies,
    /// The formats that `?format=` and `Accept` may ask for.
    pub formats: Formats,
    /// `Allow`, where the service has more methods than hoglet.
    pub service_allow: Option<&'static str>,
    /// Whether its scope counts for every method, so that one that the path lacks is 405 instead of 403.
    pub declares_scope: bool,
    /// Whether its changes are short and answered later ([`Response::to_change`]).
    pub answers_later: bool,
    /// Answers requests with the token of a share instead of a key (`sharing.md` 6.6).
    pub shared: Option<SharedHandler>,
    endpoints: [Option<Endpoint>; METHODS.len()],
}

/// The conventions that the answers of a path follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    /// The REST API: JSON, `Allow`, and CORS without credentials.
    Api,
    /// What SDKs call: CORS for every origin, and errors in the words of their protocols (`ingestion.md` 1.6).
    Sdk,
    /// Public pages, which other sites may frame.
    Share,
    /// Pages of our own, and whatever needs no convention.
    Page,
    /// Paths of lab mode, which do not exist without it.
    Lab,
    /// Health checks, which answer every method alike.
    Probe,
}

/// What a path is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// A collection, or an action on it.
    Collection,
    /// One item, or an action on it.
    Item,
}

/// The bodies that a path takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bodies {
    /// JSON and forms.
    Any,
    /// JSON alone; everything else is 415.
    Json,
}

/// The formats of the answers of a path of the API.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formats {
    /// JSON alone.
    Json,
    /// JSON alone, but the service has others: `Vary` says so.
    JsonOfSeveral,
    /// Others too: the handler checks.
    Own,
}

/// Who may call a method of a path, and what answers. Handlers run on threads that may wait.
#[derive(Clone, Copy)]
pub enum Endpoint {
    /// Anyone: whether the server is up. Answered on the worker, so that it answers while the blocking pool is full; the
    /// handler must not wait for anything.
    Probe(fn(&State, &HttpRequest) -> Response),
    /// In lab mode, any client but pages of other sites.
    Lab(fn(&State, &Lab, &Request) -> Result<Response>),
    /// Needs no credential.
    Public(fn(&State, &Request) -> Result<Response>),
    /// The holder of a project secret key or a personal key with this scope, for the project of the token in the query
    /// string, else in the path (`keys-and-auth.md` 3).
    ProjectKey(Scope, fn(&State, ProjectId, &Request) -> Result<Response>),
    /// The holder of a personal key, or a session, for things outside projects.
    Account(Need, fn(&State, Caller, &Request) -> Result<Response>),
    /// A session of the admin page, opened recently if anything changes. Keys get 403.
    Session(fn(&State, Caller, &Request) -> Result<Response>),
    /// The holder of a personal key, or a session, for the project in the path.
    Project(Need, fn(&State, Context, &Request) -> Result<Response>),
}

/// Answers anonymous visitors at a path that accepts the token of a share.
pub type SharedHandler = fn(&State, &OpenShare, &Request) -> Result<Response>;

pub const ANY_KEY: Need = Need {
    scope: None,
    level: Level::Member,
    limits: Limits::Checked,
    contract: None,
};

/// A key with the scope `object:read`.
pub const fn read(object: &'static str) -> Need {
    Need {
        scope: Some(Scope::read(object)),
        ..ANY_KEY
    }
}

/// A key with the scope `object:write`.
pub const fn write(object: &'static str) -> Need {
    Need {
        scope: Some(Scope::write(object)),
        ..ANY_KEY
    }
}

/// A path without methods yet; the functions below add them.
const fn route(path: &'static str, name: &'static str, family: Family) -> Route {
    Route {
        path,
        family,
        name,
        extent: Extent::Collection,
        bodies: Bodies::Any,
        formats: Formats::Json,
        answers_later: false,
        service_allow: None,
        declares_scope: false,
        shared: None,
        endpoints: [None; METHODS.len()],
    }
}

/// A path of the API about a collection.
pub const fn collection(path: &'static str, name: &'static str) -> Route {
    route(path, name, Family::Api)
}

/// A path of the API about one item.
pub const fn item(path: &'static str, name: &'static str) -> Route {
    Route {
        extent: Extent::Item,
        ..route(path, name, Family::Api)
    }
}

/// A path that SDKs call; their OPTIONS have no body.
pub const fn sdk(path: &'static str) -> Route {
    route(path, "", Family::Sdk)
}

pub const fn share(path: &'static str) -> Route {
    route(path, "Sharing Viewer Page", Family::Share)
}

/// A page, or a path outside the API's conventions.
pub const fn page(path: &'static str, name: &'static str) -> Route {
    route(path, name, Family::Page)
}

/// A path of lab mode.
pub const fn lab(path: &'static str, name: &'static str) -> Route {
    route(path, name, Family::Lab)
}

pub const fn probe(path: &'static str, endpoint: Endpoint) -> Route {
    route(path, "", Family::Probe).get(endpoint)
}

impl Route {
    /// With a GET, and so a HEAD.
    pub const fn get(mut self, endpoint: Endpoint) -> Route {
        self.endpoints[0] = Some(endpoint);
        self
    }

    /// Adds POST, which `endpoint` serves.
    pub const fn post(mut self, endpoint: Endpoint) -> Route {
        self.endpoints[1] = Some(endpoint);
        self
    }

    /// Adds PUT, which `endpoint` serves.
    pub const fn put(mut self, endpoint: Endpoint) -> Route {
        self.endpoints[2] = Some(endpoint);
        self
    }

    /// Adds PATCH, which `endpoint` serves.
    pub const fn patch(mut self, endpoint: Endpoint) -> Route {
        self.endpoints[3] = Some(endpoint);
        self
    }

    /// Adds DELETE, which `endpoint` serves.
    pub const fn delete(mut self, endpoint: Endpoint) -> Route {
        self.endpoints[4] = Some(endpoint);
        self
    }

    /// With a handler for the tokens of shares.
    pub const fn shared(self, handler: SharedHandler) -> Route {
        Route {
            shared: Some(handler),
            ..self
        }
    }

    /// With bodies that must be JSON.
    pub const fn json_only(self) -> Route {
        Route {
            bodies: Bodies::Json,
            ..self
        }
    }

    /// With formats that the handler checks.
    pub const fn own_formats(self) -> Route {
        Route {
            formats: Formats::Own,
            ..self
        }
    }

    /// With other formats in the service.
    pub const fn with_other_formats(self) -> Route {
        Route {
            formats: Formats::JsonOfSeveral,
            ..self
        }
    }

    /// With the methods of the service in `Allow`: those of a list to which one can add, or of one item.
    pub const fn with_all_methods(self) -> Route {
        let all = match self.extent {
            Extent::Collection => "GET, POST, HEAD, OPTIONS",
            Extent::Item => "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
        };
        Route {
            service_allow: Some(all),
            ..self
        }
    }

    /// With changes that no thread waits for.
    pub const fn answering_later(self) -> Route {
        Route {
            answers_later: true,
            ..self
        }
    }

    /// With a scope that counts for every method.
    pub const fn declaring_scope(self) -> Route {
        Route {
            declares_scope: true,
            ..self
        }
    }

    /// What answers `method`: HEAD is answered like GET, and a probe answers every method.
    pub fn endpoint(&self, method: &Method) -> Option<&Endpoint> {
        let method = match *method {
            Method::HEAD => &Method::GET,
            _ if self.family == Family::Probe => &Method::GET,
            _ => method,
        };
        let place = METHODS.iter().position(|known| known == method)?;
        self.endpoints[place].as_ref()
    }

    /// Its methods and what answers them, in the order of `Allow`.
    pub fn endpoints(&self) -> impl Iterator<Item = (Method, &Endpoint)> + Clone {
        let all = METHODS.into_iter().zip(&self.endpoints);
        all.filter_map(|(method, endpoint)| Some((method, endpoint.as_ref()?)))
    }

    /// Whether SDKs call it, with the public token of a project or with a key. No session gives access to what it returns to
    /// a page of another site, so it may be asked under any host name.
    pub fn is_for_sdks(&self) -> bool {
        let mut endpoints = self.endpoints();
        self.family == Family::Sdk
            || endpoints.any(|(_, endpoint)| matches!(endpoint, Endpoint::ProjectKey(..)))
    }

    /// The value of `Allow`: every method that the service has on the path.
    pub fn allow(&self) -> HeaderValue {
        // One value for each set of methods.
        static VALUES: [OnceLock<HeaderValue>; 1 << METHODS.len()] =
            [const { OnceLock::new() }; 1 << METHODS.len()];
        if let Some(all) = self.service_allow {
            return HeaderValue::from_static(all);
        }
        let places = self.endpoints.iter().enumerate();
        let set = places.fold(0, |set, (place, it)| {
            set | usize::from(it.is_some()) << place
        });
        let value = VALUES[set].get_or_init(|| {
            let mut names: Vec<_> = self
                .endpoints()
                .map(|(method, _)| method.to_string())
                .collect();
            if self.endpoints[0].is_some() {
                names.push("HEAD".into());
            }
            names.push("OPTIONS".into());
            HeaderValue::try_from(names.join(", ")).expect("names of methods can be a header")
        });
        value.clone()
    }

    /// The parts of its path between the slashes.
    pub fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }
}

impl Endpoint {
    /// What a personal key needs; `None` where none is asked for, and where none is accepted.
    pub fn need(&self) -> Option<Need> {
        match self {
            Endpoint::Probe(_) | Endpoint::Lab(_) | Endpoint::Public(_) | Endpoint::Session(_) => {
                None
            }
            Endpoint::ProjectKey(scope, _) => Some(Need {
                scope: Some(*scope),
                ..ANY_KEY
            }),
            Endpoint::Account(need, _) | Endpoint::Project(need, _) => Some(*need),
        }
    }
}
