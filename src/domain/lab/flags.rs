//! Creating and changing feature flags, which nothing else does once a server runs.

use super::find_project;
use crate::{
    domain::{Error, Form, Listing, Origin, Page, Result, capture::Capture, feature_flags},
    model::{FeatureFlag, FlagValue, ProjectId, Timestamp},
    store::{Read, Store, Write, feature_flags as table, projects},
};

/// A flag with the values that it has for single distinct ids.
pub struct LabFlag {
    pub flag: FeatureFlag,
    pub overrides: Vec<(String, FlagValue)>,
}

/// The project that a request names, or the only one.
///
/// Errors: `Invalid` if there is none, or several and none is named.
pub fn project(
    store: &Store,
    capture: &Capture,
    named: Option<&str>,
    now: Timestamp,
) -> Result<ProjectId> {
    if let Some(named) = named {
        return find_project(store, capture, named, now);
    }
    match &store.read(projects::all)?[..] {
        [only] => Ok(only.id),
        _ => {
            let detail = "Name a project by its id or token, unless there is just one.";
            Err(Error::field("project", "required", detail))
        }
    }
}

/// A page of the flags of `project`, newest first.
pub fn list(store: &Store, project: ProjectId, page: Page) -> Result<Listing<LabFlag>> {
    store.read(|db| {
        let flags = table::page(db, project, page.limit, page.offset)?.into_iter();
        let items = flags.map(|flag| with_overrides(db, project, flag));
        Ok(Listing {
            items: items.collect::<Result<_>>()?,
            count: table::count(db, project)?,
        })
    })
}

/// The flag `key`. Errors: `NotFound`.
pub fn show(store: &Store, project: ProjectId, key: &str) -> Result<LabFlag> {
    store.read(|db| with_overrides(db, project, find(db, project, key)?))
}

/// Makes the flag `key` what `form` says, and only that. Returns it, and whether it is new.
///
/// Errors: `Invalid`.
pub fn create(
    store: &Store,
    project: ProjectId,
    key: String,
    form: Form,
    now: Timestamp,
) -> Result<(LabFlag, bool)> {
    store.write(move |db| {
        feature_flags::check_key(&key)?;
        let origin = Origin {
            project,
            by: None,
            now,
        };
        let blank = feature_flags::blank(origin);
        let known = table::find_by_key(db, project, &key)?;
        let is_new = known.is_none();
        let mut flag = match known {
            None => FeatureFlag { key, ..blank },
            Some(known) => FeatureFlag {
                name: blank.name,
                active: blank.active,
                filters: blank.filters,
                ..known
            },
        };
        feature_flags::read(&mut flag, &form)?;
        match is_new {
            true => flag.id = feature_flags::insert(db, project, &flag)?,
            false => update(db, project, &mut flag, now)?,
        }
        feature_flags::check_chains(db, project)?;
        let overrides = feature_flags::read_overrides(&form)?;
        set_overrides(db, project, &flag, overrides.unwrap_or_default())?;
        Ok((with_overrides(db, project, flag)?, is_new))
    })
}

/// Changes what `form` says of the flag `key`. Errors: `NotFound`; `Invalid`.
pub fn change(
    store: &Store,
    project: ProjectId,
    key: String,
    form: Form,
    now: Timestamp,
) -> Result<LabFlag> {
    store.write(move |db| {
        let mut flag = find(db, project, &key)?;
        feature_flags::read(&mut flag, &form)?;
        update(db, project, &mut flag, now)?;
        feature_flags::check_chains(db, project)?;
        if let Some(overrides) = feature_flags::read_overrides(&form)? {
            set_overrides(db, project, &flag, overrides)?;
        }
        with_overrides(db, project, flag)
    })
}

/// Deletes the flag `key`. Errors: `NotFound`.
pub fn delete(store: &Store, project: ProjectId, key: String) -> Result<()> {
    store.write(move |db| {
        let flag = find(db, project, &key)?;
        Ok(table::delete(db, project, flag.id)?)
    })
}

/// Sets what the flag `key` is for `distinct_id`. Errors: `NotFound`; `Invalid`.
pub fn set_override(
    store: &Store,
    project: ProjectId,
    key: String,
    distinct_id: String,
    value: FlagValue,
) -> Result<LabFlag> {
    store.write(move |db| {
        let flag = find(db, project, &key)?;
        feature_flags::check_distinct_id(&distinct_id)?;
        feature_flags::set_override(db, project, flag.id, &distinct_id, &value)?;
        with_overrides(db, project, flag)
    })
}

/// Removes it. Errors: `NotFound` without such a flag or value.
pub fn delete_override(
    store: &Store,
    project: ProjectId,
    key: String,
    distinct_id: String,
) -> Result<()> {
    store.write(move |db| {
        let flag = find(db, project, &key)?;
        match table::delete_override(db, project, flag.id, &distinct_id)? {
            true => Ok(()),
            false => Err(Error::NOT_FOUND),
        }
    })
}

fn find(db: &Read, project: ProjectId, key: &str) -> Result<FeatureFlag> {
    table::find_by_key(db, project, key)?.ok_or(Error::NOT_FOUND)
}

fn with_overrides(db: &Read, project: ProjectId, flag: FeatureFlag) -> Result<LabFlag> {
    let overrides = table::overrides_of(db, project, flag.id)?;
    Ok(LabFlag { flag, overrides })
}

fn update(db: &Write, project: ProjectId, flag: &mut FeatureFlag, now: Timestamp) -> Result<()> {
    flag.version += 1;
    flag.updated_at = now;
    Ok(table::update(db, project, flag)?)
}

/// Replaces all values that `flag` has for single distinct ids.
fn set_overrides(
    db: &Write,
    project: ProjectId,
    flag: &FeatureFlag,
    overrides: Vec<(String, FlagValue)>,
) -> Result<()> {
    table::delete_overrides(db, project, flag.id)?;
    overrides.iter().try_for_each(|(distinct_id, value)| {
        feature_flags::set_override(db, project, flag.id, distinct_id, value)
    })
}
