//! Rules that make requests fail, so that tests see how a client copes.
//!
//! For each request the rules are tried in the order in which they were added, and the first that applies decides. A rule counts
//! the requests that fit it and were not taken by an earlier one.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{PathPattern, journal::parsed};
use crate::{
    domain::{Error, Form, Result, auth},
    model::{Json, ProjectId, Secret, random_bytes},
    store::{Store, StoreError, personal_api_keys, project_secret_api_keys, projects},
};

/// The most rules at once.
const MOST: usize = 100;

/// The longest delay, and the longest that a slow body takes, in milliseconds.
const LONGEST: i64 = 300_000;

/// The most of a number that bounds how often a rule applies.
const MOST_TIMES: i64 = 1_000_000_000;

/// The statuses that a rule can respond with.
const STATUSES: [u16; 9] = [400, 401, 403, 404, 409, 429, 500, 502, 503];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The fields of a rule.
const FIELDS: [&str; 13] = [
    "method",
    "path",
    "key",
    "project",
    "status",
    "retry_after",
    "delay_ms",
    "drop",
    "truncate_after",
    "slow_body_ms",
    "times",
    "every",
    "probability",
];

/// Which requests fail, how, and how often.
#[derive(Clone, Debug)]
pub struct FaultRule {
    pub method: Option<&'static str>,
    pub path: Option<PathPattern>,
    /// The personal key, project secret key or project token that the request shows.
    pub key: Option<Secret>,
    pub project: Option<ProjectId>,
    pub action: FaultAction,
    /// How often it applies at most.
    pub times: Option<u64>,
    /// It applies to every Nth request.
    pub every: Option<u64>,
    /// How probable it is to apply to a request.
    pub probability: Option<f64>,
}

/// What happens to a request. A delay comes first, and can be combined with all else.
#[derive(Clone, Debug)]
pub struct FaultAction {
    /// The status that it gets, without anything being done.
    pub status: Option<u16>,
    /// The value of `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// The bounds of the delay, in milliseconds.
    pub delay: Option<(u64, u64)>,
    /// When the connection is dropped.
    pub drop: Option<DropAt>,
    /// After how many bytes of the response's body the connection is dropped.
    pub truncate_after: Option<usize>,
    /// How long the response's body takes.
    pub slow_body: Option<Duration>,
}

/// When a connection is dropped without a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DropAt {
    /// Before anything was done.
    Before,
    /// When everything was done.
    After,
}

impl DropAt {
    const ALL: [(&'static str, DropAt); 2] = [("before", DropAt::Before), ("after", DropAt::After)];

    pub fn name(self) -> &'static str {
        match self {
            DropAt::Before => "before",
            DropAt::After => "after",
        }
    }
}

/// A rule that applied to a request.
#[derive(Clone, Debug)]
pub struct Strike {
    pub rule: u64,
    pub action: FaultAction,
    /// How long to wait before anything else.
    pub delay: Duration,
}

/// What a request shows, by which rules choose.
#[derive(Clone, Debug, Default)]
pub struct ShownKeys {
    /// The keys and tokens.
    pub keys: Vec<Secret>,
    /// The project that it is for.
    pub project: Option<ProjectId>,
}

impl FaultRule {
    /// Reads a rule. Errors: `Invalid`.
    pub fn read(form: &Form) -> Result<FaultRule> {
        if let Some(name) = form.names().find(|name| !FIELDS.contains(name)) {
            let fields = FIELDS.join(", ");
            let detail = format!("Unknown field '{name}'. The fields of a rule are {fields}.");
            return Err(Error::request(detail));
        }
        let number = |name, least, most| {
            let sent = form.field(name).integer_in(least..=most)?;
            Ok::<_, Error>(sent.not_null(name)?.map(i64::unsigned_abs))
        };
        let path = form.field("path").text(None)?.not_null("path")?;
        let key = form.field("key").text(1000)?.not_null("key")?;
        let drop = form.field("drop").choice_by(|text| {
            let mut all = DropAt::ALL.into_iter();
            all.find(|(name, _)| *name == text).map(|(_, at)| at)
        })?;
        let rule = FaultRule {
            method: form.field("method").choice(&METHODS)?.not_null("method")?,
            path: parsed("path", path)?,
            key: key.map(Secret::new),
            project: number("project", 1, i64::MAX)?.map(|id| ProjectId(id as i64)),
            action: FaultAction {
                status: status(form)?,
                retry_after: number("retry_after", 0, 86_400)?,
                delay: delay(form)?,
                drop: drop.not_null("drop")?,
                truncate_after: number("truncate_after", 0, i64::MAX)?.map(|count| count as usize),
                slow_body: number("slow_body_ms", 1, LONGEST)?.map(Duration::from_millis),
            },
            times: number("times", 1, MOST_TIMES)?,
            every: number("every", 1, MOST_TIMES)?,
            probability: probability(form)?,
        };
        rule.check()?;
        Ok(rule)
    }

    /// Errors: `Invalid` if fields contradict each other, or nothing would happen.
    fn check(&self) -> Result<()> {
        let action = &self.action;
        let shapes_body = action.truncate_after.is_some() || action.slow_body.is_some();
        let acts = action.status.is_some() || action.delay.is_some() || action.drop.is_some();
        let refuse = |detail| Err(Error::request(detail));
        if !acts && !shapes_body {
            refuse(
                "Nothing would happen: send status, delay_ms, drop, truncate_after or slow_body_ms.",
            )
        } else if action.drop.is_some() && (action.status.is_some() || shapes_body) {
            refuse(
                "A dropped connection has no response: send drop without status, truncate_after and slow_body_ms.",
            )
        } else if action.retry_after.is_some() && !matches!(action.status, Some(429 | 503)) {
            refuse("retry_after needs the status 429 or 503.")
        } else if self.every.is_some() && self.probability.is_some() {
            refuse("Send every or probability, not both.")
        } else {
            Ok(())
        }
    }

    fn fits(&self, method: &str, path: &str, shown: Option<&ShownKeys>) -> bool {
        let shows = |wanted: &Secret| {
            let mut keys = shown.into_iter().flat_map(|shown| &shown.keys);
            keys.any(|key| key.hash() == wanted.hash())
        };
        let is_of = |wanted| shown.is_some_and(|shown| shown.project == Some(wanted));
        self.method.is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|wanted| wanted.fits(path))
            && self.key.as_ref().is_none_or(shows)
            && self.project.is_none_or(is_of)
    }
}

fn status(form: &Form) -> Result<Option<u16>> {
    let sent = form.field("status").integer()?.not_null("status")?;
    let status = sent.map(|sent| STATUSES.iter().find(|known| i64::from(**known) == sent));
    match status {
        None => Ok(None),
        Some(Some(status)) => Ok(Some(*status)),
        Some(None) => {
            let detail = format!("Expected one of {STATUSES:?}.");
            Err(Error::field("status", "invalid_choice", detail))
        }
    }
}

/// Reads `delay_ms`: a number, or the least and the most.
fn delay(form: &Form) -> Result<Option<(u64, u64)>> {
    const NAME: &str = "delay_ms";
    let number = |sent: Json| {
        let form = Form::object(vec![(NAME.into(), sent)]);
        let number = form.field(NAME).integer_in(0..=LONGEST)?.required(NAME)?;
        Ok::<_, Error>(number.unsigned_abs())
    };
    let Some(sent) = form.field(NAME).json()?.not_null(NAME)? else {
        return Ok(None);
    };
    let bounds = match sent {
        Json::List(bounds) => bounds.into_iter().map(number).collect::<Result<Vec<_>>>()?,
        one => vec![number(one)?; 2],
    };
    match bounds[..] {
        [least, most] if least <= most => Ok(Some((least, most))),
        _ => {
            let detail = "Expected a number, or a list of the least and the most.";
            Err(Error::field(NAME, "invalid_input", detail))
        }
    }
}

fn probability(form: &Form) -> Result<Option<f64>> {
    const NAME: &str = "probability";
    let sent = form.field(NAME).json()?.not_null(NAME)?;
    let read = |sent: Json| match sent {
        Json::Int(_) | Json::Float(_) => sent.python_text().parse().ok(),
        _ => None,
    };
    let is_valid = |value: &f64| *value > 0.0 && *value <= 1.0;
    match sent.map(|sent| read(sent).filter(is_valid)) {
        None => Ok(None),
        Some(Some(value)) => Ok(Some(value)),
        Some(None) => {
            let detail = "Expected a number above 0 and up to 1.";
            Err(Error::field(NAME, "invalid_input", detail))
        }
    }
}

/// A rule and what became of it.
#[derive(Clone, Debug)]
pub struct FaultCount {
    pub id: u64,
    pub rule: FaultRule,
    /// How many requests fitted it.
    pub seen: u64,
    /// To how many it applied.
    pub hits: u64,
}

impl FaultCount {
    /// Counts a request that fits. Returns whether the rule applies to it.
    fn strikes(&mut self) -> bool {
        self.seen += 1;
        let rule = &self.rule;
        let is_due = match (rule.every, rule.probability) {
            (Some(every), _) => self.seen.is_multiple_of(every),
            (None, Some(probability)) => random_fraction() < probability,
            (None, None) => true,
        };
        self.hits += u64::from(is_due);
        is_due
    }

    fn is_spent(&self) -> bool {
        self.rule.times.is_some_and(|times| self.hits >= times)
    }
}

/// The rules in force.
#[derive(Default)]
pub struct Faults(Mutex<Rules>);

#[derive(Default)]
struct Rules {
    /// In the order added.
    all: Vec<FaultCount>,
    last: u64,
}

impl Faults {
    /// Adds a rule and returns it with its id. Errors: `Invalid` if there are too many.
    pub fn add(&self, rule: FaultRule) -> Result<FaultCount> {
        let mut rules = self.rules();
        if rules.all.len() >= MOST {
            let detail = format!("There are {MOST} rules already. Delete some first.");
            return Err(Error::request(detail));
        }
        rules.last += 1;
        let added = FaultCount {
            id: rules.last,
            rule,
            seen: 0,
            hits: 0,
        };
        rules.all.push(added.clone());
        Ok(added)
    }

    /// All rules, in the order added.
    pub fn list(&self) -> Vec<FaultCount> {
        self.rules().all.clone()
    }

    /// Errors: `NotFound`.
    pub fn find(&self, id: u64) -> Result<FaultCount> {
        let found = self.list().into_iter().find(|known| known.id == id);
        found.ok_or(Error::NOT_FOUND)
    }

    /// Errors: `NotFound`.
    pub fn delete(&self, id: u64) -> Result<()> {
        let mut rules = self.rules();
        let place = rules.all.iter().position(|known| known.id == id);
        rules.all.remove(place.ok_or(Error::NOT_FOUND)?);
        Ok(())
    }

    /// Deletes all rules. Ids are not used again.
    pub fn clear(&self) {
        self.rules().all.clear();
    }

    /// Whether a rule that may apply to such a request chooses by key or project.
    pub fn ask_for_keys(&self, method: &str, path: &str) -> bool {
        let rules = self.rules();
        let mut all = rules.all.iter();
        all.any(|known| {
            let rule = &known.rule;
            (rule.key.is_some() || rule.project.is_some())
                && !known.is_spent()
                && rule.method.is_none_or(|wanted| wanted == method)
                && rule.path.as_ref().is_none_or(|wanted| wanted.fits(path))
        })
    }

    /// What happens to a request, if a rule applies to it. `shown` may be left out if no rule asks for it.
    pub fn strike(&self, method: &str, path: &str, shown: Option<&ShownKeys>) -> Option<Strike> {
        let mut rules = self.rules();
        let struck = rules.all.iter_mut().find_map(|known| {
            let fits = !known.is_spent() && known.rule.fits(method, path, shown);
            (fits && known.strikes()).then_some(&*known)
        })?;
        let action = struck.rule.action.clone();
        let delay = action.delay.map_or(0, |(least, most)| match least == most {
            true => least,
            false => least + ((most - least) as f64 * random_fraction()).round() as u64,
        });
        Some(Strike {
            rule: struck.id,
            action,
            delay: Duration::from_millis(delay),
        })
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // the rules stay usable
    }
}

/// A random number from 0 up to 1, from the generator that has a seed if there is one.
fn random_fraction() -> f64 {
    let bits = random_bytes(7)
        .into_iter()
        .fold(0u64, |bits, byte| bits << 8 | u64::from(byte));
    (bits >> 3) as f64 / (1u64 << 53) as f64
}

/// The project that a request is for: that of the segment `named` of its path, else that of the first of `keys` that says.
pub fn project_of(
    store: &Store,
    named: &str,
    keys: &[Secret],
) -> Result<Option<ProjectId>, StoreError> {
    if let Ok(id) = named.parse() {
        return Ok(Some(id));
    }
    store.read(|db| {
        for key in keys {
            if let Some(project) = projects::find_by_token(db, key.expose())? {
                return Ok(Some(project.id));
            }
            if let Some((project, _)) = project_secret_api_keys::find_by_hash(db, key.hash())? {
                return Ok(Some(project));
            }
            if named == "@current"
                && let Some(key) = personal_api_keys::find_by_hash(db, key.hash())?
                && let Ok(Some(project)) = auth::current_project(db, key.user)
            {
                return Ok(Some(project.id));
            }
        }
        Ok(None)
    })
}
