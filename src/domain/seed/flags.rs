//! The list `feature_flags`.

use serde_json::json;

use super::{
    file::Item,
    read::{count, id, instant, invalid},
    work::{Thing, Work},
};
use crate::{
    domain::{Form, Origin, Result, feature_flags},
    model::{FeatureFlag, FeatureFlagId, ProjectId},
};

pub fn add_flag(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let origin = Origin {
        project: project(work, form)?,
        by: work.find_any(form, "created_by")?,
        now: work.now,
    };
    let mut flag = FeatureFlag {
        id: FeatureFlagId(id(form)?),
        key: feature_flags::read_key(form)?,
        ..feature_flags::blank(origin)
    };
    feature_flags::read(&mut flag, form)?;
    flag.version = count(form, "version")?.max(1);
    flag.created_at = instant(form, "created_at")?.unwrap_or(flag.created_at);
    flag.updated_at = instant(form, "updated_at")?.unwrap_or(flag.created_at);
    let overrides = feature_flags::read_overrides(form)?.unwrap_or_default();
    let id = feature_flags::insert(work.db, origin.project, &flag)?;
    work.flags.push((origin.project, id, work.position));
    for (distinct_id, value) in overrides {
        feature_flags::set_override(work.db, origin.project, id, &distinct_id, &value)?;
    }
    work.created(form, Thing::Leaf, json!({"id": id, "key": flag.key}))
}

/// The project that the flag names, or the only one.
fn project(work: &Work, form: &Form) -> Result<ProjectId> {
    match (work.find_any(form, "project")?, &work.projects[..]) {
        (Some(named), _) => Ok(named),
        (None, [only]) => Ok(*only),
        (None, _) => Err(invalid(
            "project",
            "is needed unless the file has just one project",
        )),
    }
}
