//! The list `activity_log`: what was done before the file was written.

use super::{file, problem::*, work::*};
use crate::{model::*, store::activity};

/// Writes the lines down in the file's order: the last one is the newest.
pub fn make_lines(work: &Work, list: &[file::Activity]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("activity_log", index);
        let project = work.project(&item.project, &place.key("project"))?;
        let user = work.some_user(item.user.as_deref(), &place.key("user"))?;
        let line = Activity {
            id: ordered_uuid(),
            user,
            is_system: user.is_none(),
            scope: item.scope.to_string(),
            item: item.item_id.clone(),
            activity: item.activity.to_string(),
            detail: item.detail.0.clone(),
            created_at: item.created_at.map_or(work.now, |at| at.0),
        };
        activity::insert(work.db, project, &line)?;
    }
    Ok(())
}
