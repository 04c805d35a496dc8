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
    primary_property: Field<String>,
    default_columns: Option<Vec<String>>,
}

impl EventDefinitionChange {
    /// Reads a body; see [`update`](crate::domain::definitions::update) for `whole`.
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
        let primary_property = primary_property(form)?;
        let default_columns = form.field("default_columns").texts(None)?;
        let default_columns = default_columns.not_null("default_columns")?;
        flags.check("An event cannot be both hidden and verified")?;
        Ok(EventDefinitionChange {
            owner,
            description,
            tags,
            flags,
            primary_property,
            default_columns,
        })
    }

    /// Applies the change to `definition`, whose notes so far are `notes`.
    pub fn apply(self, context: Context, definition: &mut EventDefinition, notes: Notes) {
        definition.owner = self.owner.or_keep(definition.owner);
        if let Some(tags) = self.tags {
            definition.tags = tags;
        }
        definition.primary_property = self
            .primary_property
            .or_keep(definition.primary_property.take());
        if let Some(columns) = self.default_columns {
            definition.default_columns = columns;
        }
        definition.notes = Some(self.flags.apply(context, notes, self.description));
    }
}

/// Reads the property that is shown beside the event's name.
pub fn primary_property(form: &Form) -> Result<Field<String>> {
    form.field("primary_property").nullable().text(400)
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
