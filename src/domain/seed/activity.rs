//! The list `activity_log`: entries from before the database existed.

use serde_json::{Map, Value};

use super::{
    file::Item,
    read::{instant, invalid, name, text, uuid},
    work::Work,
};
use crate::{
    domain::{Result, activity},
    model::{Activity, ClientName, JsonText, RequestSource, ordered_uuid},
    store::activity as table,
};

/// Adds an entry. The last one of the file is the newest.
pub fn add_entry(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let user = work.find_any(form, "user")?;
    let sent = form
        .raw("detail")
        .map(|sent| activity::json(&JsonText::new(sent)));
    let detail = match sent {
        None => activity::stored_detail(Map::new()),
        Some(Value::Object(detail)) => activity::stored_detail(detail),
        Some(_) => return Err(invalid("detail", "must be an object")),
    };
    let address = text(form, "ip_address")?;
    let address = address.map(|text| {
        let parsed = text.parse();
        parsed.map_err(|_| invalid("ip_address", "Enter a valid IPv4 or IPv6 address."))
    });
    let entry = Activity {
        id: uuid(form, "id")?.unwrap_or_else(ordered_uuid),
        user,
        is_system: form.field("is_system").boolean_or(user.is_none())?,
        scope: name(form, "scope")?,
        item: text(form, "item_id")?,
        activity: name(form, "activity")?,
        detail,
        created_at: instant(form, "created_at")?.unwrap_or(work.now),
        organization: work.find_any(form, "organization")?,
        source: RequestSource {
            address: address.transpose()?,
            client: text(form, "client")?.as_deref().and_then(ClientName::new),
        },
    };
    Ok(table::insert(work.db, project, &entry)?)
}
