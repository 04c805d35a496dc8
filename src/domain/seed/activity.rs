//! The list `activity_log`: entries from before the database existed.

use super::{
    file::Item,
    read::{instant, invalid, name, text},
    work::Work,
};
use crate::{
    domain::Result,
    model::{Activity, Json, JsonText, ordered_uuid},
    store::activity,
};

/// Adds an entry. The last one of the file is the newest.
pub fn add_entry(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let user = work.find_any(form, "user")?;
    let detail = match form.raw("detail") {
        None => JsonText::stored("{}"),
        Some(detail @ Json::Object(_)) => JsonText::new(detail),
        Some(_) => return Err(invalid("detail", "must be an object")),
    };
    let entry = Activity {
        id: ordered_uuid(),
        user,
        is_system: user.is_none(),
        scope: name(form, "scope")?,
        item: text(form, "item_id")?,
        activity: name(form, "activity")?,
        detail,
        created_at: instant(form, "created_at")?.unwrap_or(work.now),
    };
    Ok(activity::insert(work.db, project, &entry)?)
}
