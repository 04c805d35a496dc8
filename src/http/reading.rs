//! What of a request was read while it was answered, for `--strict`.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use crate::domain::AskedNames;

/// Parameters that hold a credential or a format, which are looked at only in some requests.
const USUAL_PARAMETERS: [&str; 4] = [
    "personal_api_key",
    "sharing_access_token",
    "token",
    "format",
];

/// Fields of the same kind.
const USUAL_FIELDS: [&str; 2] = ["personal_api_key", "csrfmiddlewaretoken"];

/// How strictly a request is read, and what was read of it.
pub struct Strict {
    /// Whether a request that sends something which is ignored is refused.
    pub refuses: bool,
    pub reading: Arc<Reading>,
}

/// What was read of a request.
#[derive(Default)]
pub struct Reading {
    pub query: Arc<AskedNames>,
    pub fields: Arc<AskedNames>,
    has_body: AtomicBool,
    is_body_read: AtomicBool,
    /// What was ignored when a change was undone for it.
    pub vetoed: OnceLock<Vec<Ignored>>,
}

/// What was sent and not read.
#[derive(Clone, Debug, PartialEq)]
pub enum Ignored {
    Parameter(String),
    Field(String),
    Body,
}

impl Ignored {
    /// A warning. `shown` are the fields of the response: what is shown but never read is read-only.
    pub fn text(&self, shown: &[String]) -> String {
        match self {
            Ignored::Parameter(name) => format!("unknown query parameter '{name}'"),
            Ignored::Field(name) if shown.contains(name) => format!("read-only field '{name}'"),
            Ignored::Field(name) => format!("unknown field '{name}'"),
            Ignored::Body => "the body is not read".into(),
        }
    }
}

impl Reading {
    /// Begins again with a request whose body has something in it or not.
    pub fn set_body(&self, has_body: bool) {
        self.has_body.store(has_body, Ordering::Relaxed);
    }

    /// Notes that the body is read.
    pub fn read_body(&self) {
        self.is_body_read.store(true, Ordering::Relaxed);
    }

    /// What was not read so far.
    pub fn ignored(&self) -> Vec<Ignored> {
        let others = |names: Vec<String>, usual: &[&str]| {
            let mut names = names;
            names.retain(|name| !usual.contains(&&**name));
            names
        };
        let parameters = others(self.query.ignored(), &USUAL_PARAMETERS);
        let fields = others(self.fields.ignored(), &USUAL_FIELDS);
        let is_body_ignored =
            self.has_body.load(Ordering::Relaxed) && !self.is_body_read.load(Ordering::Relaxed);
        let parameters = parameters.into_iter().map(Ignored::Parameter);
        let fields = fields.into_iter().map(Ignored::Field);
        let body = is_body_ignored.then_some(Ignored::Body);
        parameters.chain(fields).chain(body).collect()
    }

    /// Whether a change has to be undone: something was not read until then.
    pub fn vetoes(&self) -> bool {
        let ignored = self.ignored();
        let vetoes = !ignored.is_empty();
        if vetoes {
            self.vetoed.get_or_init(|| ignored);
        }
        vetoes
    }
}

/// The text of a refusal for what these warnings say.
pub fn refusal(warnings: &[String]) -> String {
    format!("Refused by --strict: {}", warnings.join("; "))
}
