//! The body of a PATCH or a PUT of a definition.

use crate::{
    domain::{
        Context, Field, Form, Result,
        notes::{self, Flags},
        tags,
    },
    model::{Notes, PROPERTY_TYPES, PropertyDefinition, PropertyType},
};

pub struct PropertyDefinitionChange {
    description: Field<String>,
    tags: Option<Vec<String>>,
    property_type: Field<PropertyType>,
    flags: Flags,
}

impl PropertyDefinitionChange {
    /// Reads a body; see [`update`](crate::domain::definitions::update) for `whole`.
    pub fn read(form: &Form, whole: bool) -> Result<PropertyDefinitionChange> {
        let description = notes::description(form)?;
        let tags = tags::read(form)?.not_null("tags")?;
        let names = PROPERTY_TYPES.map(|(_, name)| name);
        let property_type = form
            .field("property_type")
            .nullable()
            .blank()
            .choice(&names)?;
        let flags = Flags::read(form, whole)?;
        flags.check("A property cannot be both hidden and verified")?;
        Ok(PropertyDefinitionChange {
            description,
            tags,
            property_type: property_type.map(|name| name.parse().expect("it is one of the names")),
            flags,
        })
    }

    /// Applies the change to `definition`, whose notes so far are `notes`.
    pub fn apply(self, context: Context, definition: &mut PropertyDefinition, notes: Notes) {
        definition.property_type = self.property_type.or_keep(definition.property_type);
        definition.tags = self.tags.unwrap_or_else(|| definition.tags.clone());
        definition.notes = Some(self.flags.apply(context, notes, self.description));
    }
}
