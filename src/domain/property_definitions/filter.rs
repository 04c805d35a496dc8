//! The parameters of the list, read and checked in the order of the reference (`property-definitions.md` 3.1).

use crate::{
    domain::{Error, Form, Page, Result, notes, tags, taxonomy},
    model::{DefinitionType, PropertyFilter, PropertyOrder, PropertySearch},
};

pub struct Asked {
    pub filter: PropertyFilter,
    /// Only numbers, or no numbers; the latter has no effect on stored definitions.
    pub is_numerical: Option<bool>,
    /// Folded; empty: no search.
    pub words: Vec<String>,
    /// Whether virtual properties may be listed: with a blank `type=` the service leaves them out.
    pub with_virtual: bool,
    /// Which part of the list.
    pub page: Page,
}

impl Asked {
    /// Reads a query string. Errors: `Invalid` for the first invalid parameter, then for those that contradict each other.
    pub fn read(form: &Form, page: Page) -> Result<Asked> {
        let words = form.field("search").optional().blank().words()?;
        let kind = form
            .field("type")
            .optional()
            .choice(&["event", "person", "group", "session"])?
            .value();
        let group_type_index = form.field("group_type_index").optional().integer()?.value();
        let properties = form.field("properties").optional().text(None)?.value();
        let is_numerical = form.field("is_numerical").nullable().boolean()?.value();
        let is_feature_flag = form.field("is_feature_flag").nullable().boolean()?.value();
        let events = form.field("event_names").optional().json_texts()?;
        let filter_by_event_names = form
            .field("filter_by_event_names")
            .nullable()
            .boolean()?
            .value();
        let excluded = form.field("excluded_properties").optional().json_texts()?;
        let exclude_core = form
            .field("exclude_core_properties")
            .optional()
            .boolean()?
            .value();
        let exclude_hidden = form.field("exclude_hidden").optional().boolean()?.value();
        form.field("exclude_restricted").optional().boolean()?; // no definition is restricted here
        let verified = form.field("verified").nullable().boolean()?.value();
        let hidden = notes::is_hidden(form)?;
        let tag = tags::wanted(form)?;
        let order = order(form)?;
        let of = definition_type(kind.unwrap_or("event"), group_type_index, &events)?;

        // No one records on which events flags and other types were seen.
        let of_events = of == DefinitionType::Event && is_feature_flag != Some(true);
        let filter = PropertyFilter {
            of,
            names: properties.map(|names| names.split(',').map(str::to_owned).collect()),
            excluded,
            only_numerical: is_numerical == Some(true),
            is_feature_flag,
            exclude_core: exclude_core == Some(true),
            exclude_hidden: exclude_hidden == Some(true) || hidden == Some(false),
            only_hidden: hidden == Some(true),
            verified,
            events: if of_events { events } else { Vec::new() },
            only_seen: of_events && filter_by_event_names == Some(true),
            search: (!words.is_empty()).then(|| PropertySearch {
                labelled: taxonomy::labelled(of, &words),
                words: words.clone(),
            }),
            tag,
            order,
        };
        let with_virtual = kind.is_some() || form.raw("type").is_none();
        Ok(Asked {
            filter,
            is_numerical,
            words,
            with_virtual,
            page,
        })
    }
}

/// Reads our own parameter `ordering`, which the service ignores. An unknown order is ignored too, as clients of the
/// service may expect.
fn order(form: &Form) -> Result<Option<PropertyOrder>> {
    let sent = form.field("ordering").optional().blank().text(None)?;
    Ok(sent.value().and_then(|name| PropertyOrder::named(&name)))
}

/// Returns the requested type. Errors: `Invalid` if type, index and events contradict each other.
fn definition_type(
    kind: &str,
    group_type_index: Option<i64>,
    events: &[String],
) -> Result<DefinitionType> {
    let of = match (kind, group_type_index) {
        ("group", None) => {
            return Err(Error::request(
                "`group_type_index` must be set for `group` type",
            ));
        }
        ("group", Some(index @ 0..=4)) => DefinitionType::Group(index as u8),
        ("group", Some(_)) => return Err(Error::request("Invalid value for `group_type_index`")),
        (_, Some(_)) => {
            return Err(Error::request(
                "`group_type_index` can only set for `group` type",
            ));
        }
        ("person", None) => DefinitionType::Person,
        ("session", None) => DefinitionType::Session,
        (_, None) => DefinitionType::Event,
    };
    if of != DefinitionType::Event && !events.is_empty() {
        return Err(Error::request(
            "`event_names` can only be set for `event` type",
        ));
    }
    Ok(of)
}
