//! What a PATCH or a PUT says of a definition, and what follows from it.

use crate::{
    domain::{Context, Error, Field, Form, Result, tags},
    model::*,
};

/// A change that was read whole.
pub struct Change {
    description: Field<String>,
    tags: Option<Vec<String>>,
    property_type: Field<PropertyType>,
    verified: Option<bool>,
    hidden: Field<bool>,
}

impl Change {
    /// Reads a body; see [`update`](super::update) for `whole`.
    pub fn read(form: &Form, whole: bool) -> Result<Change> {
        let description = form.field("description").nullable().blank().text(None)?;
        let tags = tags::read(form)?.not_null("tags")?;
        let names = PROPERTY_TYPES.map(|(_, name)| name);
        let property_type = form
            .field("property_type")
            .nullable()
            .blank()
            .choice(&names)?;
        let verified = form
            .field("verified")
            .optional()
            .boolean()?
            .not_null("verified")?;
        let hidden = form.field("hidden").nullable().boolean()?;
        if verified == Some(true) && hidden == Field::Value(true) {
            return Err(Error::request(
                "A property cannot be both hidden and verified",
            ));
        }
        let is_unticked = |name| whole && form.is_encoded() && form.raw(name).is_none();
        Ok(Change {
            description,
            tags,
            property_type: property_type.map(|name| name.parse().expect("it is one of the names")),
            verified: if is_unticked("verified") {
                Some(false)
            } else {
                verified
            },
            hidden: if is_unticked("hidden") {
                Field::Null
            } else {
                hidden
            },
        })
    }

    /// Makes the change to `definition`, and returns what its notes then are.
    pub fn apply(
        self,
        context: Context,
        definition: &mut PropertyDefinition,
        mut notes: Notes,
    ) -> Notes {
        notes.description = self.description.or_keep(notes.description);
        notes.hidden = self.hidden.or_keep(notes.hidden);
        definition.property_type = self.property_type.or_keep(definition.property_type);
        definition.tags = self.tags.unwrap_or_else(|| definition.tags.clone());
        if self.verified == Some(true) {
            if !notes.verified {
                (notes.verified_at, notes.verified_by) = (Some(context.now), Some(context.user));
            }
            (notes.verified, notes.hidden) = (true, Some(false));
        }
        if self.verified == Some(false) || notes.hidden == Some(true) {
            (notes.verified, notes.verified_at, notes.verified_by) = (false, None, None);
        }
        (notes.updated_at, notes.updated_by) = (context.now, Some(context.user));
        notes
    }
}
