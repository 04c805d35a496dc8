//! Feature flags (`feature-flags.md`): seed files and the lab create them, SDKs ask for their values or evaluate them
//! themselves.
//!
//! Persons are not stored: what decides about a flag is what the request says of the person and its groups.

mod condition;
mod evaluation;
mod fields;
mod given;
mod hash;
mod object;
mod rules;
mod set;
mod subject;
mod version;

pub use evaluation::{EvaluatedFlag, Reason};
pub use fields::{blank, check_distinct_id, check_key, read, read_key, read_overrides, read_value};
pub use subject::FlagSubject;

use std::collections::HashSet;

use super::{Context, Error, Listing, Page, Result, WithUsers};
use crate::{
    model::{FeatureFlag, FeatureFlagId, FlagValue, Json, ProjectId, Timestamp},
    store::{Read, Store, Write, feature_flags as table, projects},
};
use set::FlagSet;

/// The most flags of a project. Every request for flags reads all of them.
const MOST_FLAGS: i64 = 500;

/// The most bytes of all dependency chains of a project: SDKs get one with each condition on a flag, and what they depend on each
/// time, so that 500 flags could have more than a thousand million keys.
const LONGEST_CHAINS: usize = 8 << 20;

/// The most distinct ids for which one flag has a value of its own.
const MOST_OVERRIDES: i64 = 1_000;

/// A page of the project's flags, newest first.
pub fn list(
    store: &Store,
    context: Context,
    page: Page,
) -> Result<WithUsers<Listing<FeatureFlag>>> {
    store.read(|db| {
        let items = table::page(db, context.project, page.limit, page.offset)?;
        let count = table::count(db, context.project)?;
        WithUsers::load(db, Listing { items, count })
    })
}

/// The flag `id`. Errors: `NotFound` if the project has no such flag.
pub fn show(store: &Store, context: Context, id: FeatureFlagId) -> Result<WithUsers<FeatureFlag>> {
    store.read(|db| {
        let found = table::find(db, context.project, id)?;
        WithUsers::load(db, found.ok_or(Error::NOT_FOUND)?)
    })
}

/// Whether the project with the public token `token` has a flag that can be on.
pub fn any(store: &Store, token: &str) -> Result<bool> {
    store.read(|db| match projects::find_target(db, token)? {
        Some(target) => Ok(table::count_active(db, target.project)? > 0),
        None => Ok(false),
    })
}

/// Whom a request asks for, and for which flags.
pub struct FlagQuestion {
    pub subject: FlagSubject,
    /// The keys of the flags that it asks for; `None`: all.
    pub keys: Option<HashSet<String>>,
}

impl FlagQuestion {
    /// What the body of a request says; `None` without a distinct id.
    pub fn read(body: &Json) -> Option<FlagQuestion> {
        let text = |item: &Json| match item {
            Json::Text(text) => Some(text.value.clone()),
            _ => None,
        };
        let keys = match (body.get("disable_flags"), body.get("flag_keys_to_evaluate")) {
            (Some(Json::Bool(true)), _) => Some(HashSet::new()),
            (_, Some(Json::List(keys))) => Some(keys.iter().filter_map(text).collect()),
            _ => None,
        };
        let subject = FlagSubject::read(body)?;
        Some(FlagQuestion { subject, keys })
    }
}

/// The flags of a project as a person has them.
#[derive(Default)]
pub struct FlagAnswer {
    /// Whether the project has flags.
    pub has_flags: bool,
    pub evaluated: Vec<EvaluatedFlag>,
    /// Whether flags could not be evaluated since the request does not say whom for.
    pub has_failed: bool,
}

/// Evaluates the flags of the project with this public token; no project has none. `question` reads the request, which is asked
/// only if there are flags.
///
/// Errors: those of `question`.
pub fn evaluate<E: From<Error>>(
    store: &Store,
    token: &str,
    now: Timestamp,
    question: impl FnOnce() -> Result<Option<FlagQuestion>, E>,
) -> Result<FlagAnswer, E> {
    let Some((project, flags)) = load_by_token(store, token)? else {
        return Ok(FlagAnswer::default());
    };
    let Some(FlagQuestion { subject, keys }) = question()? else {
        return Ok(FlagAnswer {
            has_flags: true,
            has_failed: true,
            ..FlagAnswer::default()
        });
    };
    let id = &subject.distinct_id;
    let overrides = store.read(|db| Ok::<_, Error>(table::overrides_for(db, project, id)?))?;
    Ok(FlagAnswer {
        has_flags: true,
        evaluated: flags.evaluate(&subject, overrides, keys.as_ref(), now),
        has_failed: false,
    })
}

/// The flags of the project with this token, if it has any.
fn load_by_token(store: &Store, token: &str) -> Result<Option<(ProjectId, FlagSet)>> {
    store.read(|db| {
        let Some(target) = projects::find_target(db, token)? else {
            return Ok(None);
        };
        let flags = table::all(db, target.project)?;
        if flags.is_empty() {
            return Ok(None);
        }
        let group_types = projects::group_types(db, target.project)?;
        Ok(Some((target.project, FlagSet::new(flags, group_types))))
    })
}

/// What SDKs need to evaluate the flags of a project themselves.
pub struct FlagDefinitions {
    /// Oldest first. Conditions on other flags name all flags that they depend on, in the order of their evaluation.
    pub flags: Vec<FeatureFlag>,
    /// The names of group types with their indexes.
    pub group_types: Vec<(String, u8)>,
}

/// The definitions of all flags of `project`. Errors: `Invalid` for flags that depend on each other too much, which an older
/// hoglet took from seed files.
pub fn definitions(store: &Store, project: ProjectId) -> Result<FlagDefinitions> {
    let read = |db: &Read| {
        let group_types = projects::group_types(db, project)?;
        Ok::<_, Error>((table::all(db, project)?, group_types))
    };
    let (stored, group_types) = store.read(read)?;
    let all = FlagSet::new(stored, Vec::new());
    if let Some((_, error)) = all.find_long_chains() {
        return Err(error);
    }
    Ok(FlagDefinitions {
        flags: all.with_chains(),
        group_types,
    })
}

/// The payload of the flag with this key or id, for when it is on: JSON text. `None` without such a flag or payload.
pub fn remote_config(store: &Store, project: ProjectId, key: &str) -> Result<Option<String>> {
    let found = store.read(|db| match table::find_by_key(db, project, key)? {
        None => match key.parse() {
            Ok(id) => table::find(db, project, id),
            Err(_) => Ok(None),
        },
        found => Ok(found),
    })?;
    let on = FlagValue::Switch(true);
    Ok(found.and_then(|flag| rules::of(&flag).payload(&on).map(str::to_owned)))
}

/// Stores a new flag. Returns its id.
///
/// Errors: `Invalid` if the project has too many flags; `Taken` if one of them has the key.
pub fn insert(db: &Write, project: ProjectId, flag: &FeatureFlag) -> Result<FeatureFlagId> {
    if table::count(db, project)? >= MOST_FLAGS {
        let detail = format!("A project has at most {MOST_FLAGS} feature flags.");
        return Err(Error::request(detail));
    }
    Ok(table::insert(db, project, flag)?)
}

/// Checks how much the flags of `project` depend on each other.
///
/// Errors: `Invalid` if their chains are too long.
pub fn check_chains(db: &Read, project: ProjectId) -> Result<()> {
    match find_long_chains(db, project)? {
        None => Ok(()),
        Some((_, error)) => Err(error),
    }
}

/// The flag with the longest chains if those of all flags of `project` are too long, and the error that says so.
pub fn find_long_chains(db: &Read, project: ProjectId) -> Result<Option<(FeatureFlagId, Error)>> {
    Ok(FlagSet::new(table::all(db, project)?, Vec::new()).find_long_chains())
}

impl FlagSet {
    fn find_long_chains(&self) -> Option<(FeatureFlagId, Error)> {
        let lengths = self.lengths_of_chains();
        if lengths.iter().sum::<usize>() <= LONGEST_CHAINS {
            return None;
        }
        let ((flag, _), _) = self
            .flags
            .iter()
            .zip(lengths)
            .max_by_key(|(_, length)| *length)?;
        let (key, most) = (&flag.key, LONGEST_CHAINS >> 20);
        let detail = format!(
            "The flags of the project depend on each other too much, most of all {key}: all dependency chains of a project have at most {most} MiB."
        );
        Some((flag.id, Error::request(detail)))
    }
}

/// Sets what the flag `id` is for a distinct id.
///
/// Errors: `Invalid` if it has a value of its own for too many.
pub fn set_override(
    db: &Write,
    project: ProjectId,
    id: FeatureFlagId,
    distinct_id: &str,
    value: &FlagValue,
) -> Result<()> {
    table::set_override(db, project, id, distinct_id, value)?;
    if table::count_overrides(db, project, id)? > MOST_OVERRIDES {
        let detail = format!("A flag has at most {MOST_OVERRIDES} overrides.");
        return Err(Error::request(detail)); // which undoes it
    }
    Ok(())
}
