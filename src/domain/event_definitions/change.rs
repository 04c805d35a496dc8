//! The body of a POST, a PATCH or a PUT of a definition.

use crate::{
    domain::{
        Context, Error, Field, Form, Result,
        notes::{self, Flags},
        tags,
    },
    model::{EventDefinition, Notes, UserId},
    store::{Read, users},
};

pub struct EventDefinitionChange {
    owner: Field<UserId>,
    description: Field<String>,
    tags: Option<Vec<String>>,
    flags: Flags,
    default_columns: Option<Vec<String>>,
}

impl EventDefinitionChange {
    /// Reads a body; see [`update`](super::update) for `whole`.
    pub fn read(
        db: &Read,
        context: Context,
        form: &Form,
        whole: bool,
    ) -> Result<EventDefinitionChange> {
        let owner = owner(db, context, form)?;
        let description = notes::description(form)?;
        let tags = tags::read(form)?.not_null("tags")?;
        let flags = Flags::read(form, whole)?;
        let default_columns = form.field("default_columns").texts(None)?;
        let default_columns = default_columns.not_null("default_columns")?;
        flags.check("An event cannot be both hidden and verified")?;
        Ok(EventDefinitionChange {
            owner,
            description,
            tags,
            flags,
            default_columns,
        })
    }

    /// Applies the change to `definition`, whose notes so far are `notes`.
    pub fn apply(self, context: Context, definition: &mut EventDefinition, notes: Notes) {
        definition.owner = self.owner.or_keep(definition.owner);
        if let Some(tags) = self.tags {
            definition.tags = tags;
        }
        if let Some(columns) = self.default_columns {
            definition.default_columns = columns;
        }
        definition.notes = Some(self.flags.apply(context, notes, self.description));
    }
}

/// Reads the owner, a member of the organization by number.
fn owner(db: &Read, context: Context, form: &Form) -> Result<Field<UserId>> {
    let owner = form.field("owner").nullable().pk()?.map(UserId);
    if let Field::Value(user) = owner {
        let level = users::level(db, context.organization, user)?;
        level.ok_or_else(|| Error::no_row("owner", user))?;
    }
    Ok(owner)
}
