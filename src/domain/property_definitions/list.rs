//! Lists: a page of stored definitions, and after the last one the virtual properties (`property-definitions.md` 3.8).

use std::sync::Arc;

use super::Asked;
use crate::{
    domain::{
        Context, Mentions, Result, WithUsers,
        taxonomy::{self, VirtualProperty},
    },
    model::{PropertyDefinition, PropertyType, UserId},
    store::{Kept, Read, Store, property_definitions as table},
};

/// A page of the list.
pub struct PropertyListing {
    /// The stored definitions of the page, each with whether it was seen on the events in the request; `None`: it has none.
    pub stored: Vec<(Arc<Kept<PropertyDefinition>>, Option<bool>)>,
    /// Those of all pages together: links to other pages go by this count.
    pub stored_count: i64,
    /// The virtual properties, if this is the last page.
    pub virtual_properties: Vec<&'static VirtualProperty>,
    /// All entries of all pages.
    pub count: i64,
}

impl Mentions for PropertyListing {
    fn mention(&self, users: &mut Vec<UserId>) {
        let stored = self.stored.iter();
        stored.for_each(|(definition, _)| definition.mention(users));
    }
}

/// Returns the requested page of the project's definitions.
pub fn list(store: &Store, context: Context, asked: &Asked) -> Result<WithUsers<PropertyListing>> {
    store.read(|db| WithUsers::load(db, page(db, context, asked)?))
}

fn page(db: &Read, context: Context, asked: &Asked) -> Result<PropertyListing> {
    let page = asked.page;
    let (stored, stored_count) =
        table::list(db, context.project, &asked.filter, page.limit, page.offset)?;
    let virtual_properties = virtual_properties(asked);
    let count = stored_count + virtual_properties.len() as i64;
    let is_last = page.offset.saturating_add(page.limit) >= stored_count;
    let virtual_properties = if is_last {
        virtual_properties
    } else {
        Vec::new()
    };
    Ok(PropertyListing {
        stored,
        stored_count,
        virtual_properties,
        count,
    })
}

/// Returns the virtual properties that pass the filters which apply to them: fewer than apply to stored definitions.
fn virtual_properties(asked: &Asked) -> Vec<&'static VirtualProperty> {
    let filter = &asked.filter;
    let is_about_stored = filter.is_feature_flag == Some(true)
        || filter.verified.is_some()
        || filter.only_hidden
        || filter.tag.is_some();
    if !asked.with_virtual || is_about_stored {
        return Vec::new();
    }
    let passes = |property: &&VirtualProperty| {
        let is_numerical = property.property_type == PropertyType::Numeric;
        filter
            .names
            .as_ref()
            .is_none_or(|names| names.contains(&property.name))
            && !filter.excluded.contains(&property.name)
            && asked
                .is_numerical
                .is_none_or(|wanted| wanted == is_numerical)
            && property.is_found_by(&asked.words)
    };
    taxonomy::virtual_properties(filter.of)
        .iter()
        .filter(passes)
        .collect()
}
