//! Notes of definitions, and how verified and hidden exclude each other (`property-definitions.md` 5.2).

use super::{Context, Error, Field, Form, Result};
use crate::model::Notes;

/// Reads the description in a change.
pub fn description(form: &Form) -> Result<Field<String>> {
    form.field("description").nullable().blank().text(None)
}

/// Reads hoglet's own parameter of lists, `hidden`: only hidden definitions, or none.
pub fn is_hidden(query: &Form) -> Result<Option<bool>> {
    Ok(query.field("hidden").nullable().boolean()?.value())
}

/// What a change does to `verified` and `hidden`.
pub struct Flags {
    /// Whether the change verifies, if it says so.
    pub verified: Option<bool>,
    /// Whether the change hides, if it says so.
    pub hidden: Field<bool>,
}

impl Flags {
    /// Reads a change. In a form that is the `whole` definition, a checkbox that is left out is unset.
    pub fn read(form: &Form, whole: bool) -> Result<Flags> {
        let verified = form.field("verified").optional().boolean()?;
        let verified = verified.not_null("verified")?;
        let hidden = form.field("hidden").nullable().boolean()?;
        let is_unticked = |name| whole && form.is_encoded() && form.raw(name).is_none();
        Ok(Flags {
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

    /// Errors: `Invalid` with `detail` for a change that does both.
    pub fn check(&self, detail: &'static str) -> Result<()> {
        match (self.verified, &self.hidden) {
            (Some(true), Field::Value(true)) => Err(Error::request(detail)),
            _ => Ok(()),
        }
    }

    /// Returns `notes` after the change, signed by the caller.
    pub fn apply(self, context: Context, mut notes: Notes, description: Field<String>) -> Notes {
        notes.description = description.or_keep(notes.description);
        notes.hidden = self.hidden.or_keep(notes.hidden);
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
