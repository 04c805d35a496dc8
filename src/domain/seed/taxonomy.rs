//! The lists `event_definitions`, `property_definitions`, `event_properties` and `group_types`.

use super::{
    file::Item,
    read::{captured_name, instant, instant_or, invalid, uuid},
    work::Work,
};
use crate::{
    domain::{
        Error, Form, Result, event_definitions,
        notes::{self, Flags},
        property_definitions, tags,
    },
    model::{
        DefinitionType, EventDefinition, EventDefinitionId, Json, Notes, PROPERTY_TYPES, ProjectId,
        PropertyDefinition, PropertyDefinitionId, ordered_uuid,
    },
    store::{event_definitions as table, projects, property_definitions as property_table},
};

/// The indexes of a project's group types.
const GROUP_INDEXES: std::ops::RangeInclusive<i64> = 0..=4;

pub fn add_event(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let conflict = "An event cannot be both hidden and verified";
    let new = EventDefinition::new(captured_name(form, "name")?);
    let columns = form.field("default_columns").nullable().blank();
    let definition = EventDefinition {
        id: uuid(form, "id")?.map_or(new.id, EventDefinitionId),
        owner: work.find_any(form, "owner")?,
        tags: tags::read(form)?.value().unwrap_or_default(),
        default_columns: columns.texts(None)?.value().unwrap_or_default(),
        created_at: instant_or(form, "created_at", Some(work.now))?,
        last_seen_at: instant(form, "last_seen_at")?,
        primary_property: event_definitions::primary_property(form)?.value(),
        notes: notes(work, project, form, conflict)?,
        ..new
    };
    Ok(table::insert(work.db, project, &definition)?)
}

pub fn add_property(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let conflict = "A property cannot be both hidden and verified";
    let names = PROPERTY_TYPES.map(|(_, name)| name);
    let property_type = form.field("property_type").nullable().choice(&names)?;
    let definition = PropertyDefinition {
        id: PropertyDefinitionId(uuid(form, "id")?.unwrap_or_else(ordered_uuid)),
        of: definition_type(form)?,
        name: captured_name(form, "name")?,
        property_type: property_type.value().and_then(|name| name.parse().ok()),
        tags: tags::read(form)?.value().unwrap_or_default(),
        notes: notes(work, project, form, conflict)?,
    };
    Ok(property_definitions::insert(work.db, project, &definition)?)
}

/// Adds a property that was seen on an event. Duplicates are ignored.
pub fn add_pair(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "0")?;
    let (event, property) = (captured_name(form, "1")?, captured_name(form, "2")?);
    property_table::insert_pair(work.db, project, &event, &property)?;
    Ok(())
}

pub fn add_group_type(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find(form, "project")?;
    let index = form
        .field("index")
        .integer_in(GROUP_INDEXES)?
        .required("index")?;
    let group_type = captured_name(form, "group_type")?;
    Ok(projects::insert_group_type(
        work.db,
        project,
        &group_type,
        index as u8,
    )?)
}

/// The type of what has the property; default: event.
fn definition_type(form: &Form) -> Result<DefinitionType> {
    let types = ["event", "person", "group", "session"];
    let of = form
        .field("type")
        .optional()
        .choice(&types)?
        .not_null("type")?;
    let index = form
        .field("group_type_index")
        .nullable()
        .integer_in(GROUP_INDEXES)?;
    match (of.unwrap_or("event"), index.value()) {
        ("group", Some(index)) => Ok(DefinitionType::Group(index as u8)),
        ("group", None) => {
            let what = "a definition of type group needs a group_type_index";
            Err(Error::request(what))
        }
        (_, Some(_)) => Err(invalid(
            "group_type_index",
            "is for definitions of type group",
        )),
        ("person", None) => Ok(DefinitionType::Person),
        ("session", None) => Ok(DefinitionType::Session),
        _ => Ok(DefinitionType::Event),
    }
}

/// The notes of a definition; `None`, as for a definition that was never edited, if the file has none. Where it says when they
/// were last updated, they are as the file says, and null stands for no notes.
fn notes(
    work: &Work,
    project: ProjectId,
    form: &Form,
    conflict: &'static str,
) -> Result<Option<Notes>> {
    let description = notes::description(form)?.value();
    let flags = Flags::read(form, false)?;
    flags.check(conflict)?;
    let is_given = |name: &&str| form.raw(name).is_some_and(|value| *value != Json::Null);
    let updated_at = instant(form, "updated_at")?;
    let verified_at = instant(form, "verified_at")?;
    let verified_by = work.find_any(form, "verified_by")?;
    let updated_by = work.find_any(form, "updated_by")?;
    if let Some(updated_at) = updated_at {
        return Ok(Some(Notes {
            description,
            verified: flags.verified.unwrap_or_default(),
            verified_at,
            verified_by,
            hidden: flags.hidden.value(),
            updated_at,
            updated_by,
        }));
    }
    if form.raw("updated_at").is_some() {
        return Ok(None);
    }
    if !["description", "tags", "verified", "hidden"]
        .iter()
        .any(is_given)
    {
        return Ok(None);
    }
    let verified = flags.verified.unwrap_or_default();
    Ok(Some(Notes {
        description: Some(description.unwrap_or_default()),
        verified,
        verified_at: verified.then_some(work.now),
        verified_by: work.owner(project).filter(|_| verified),
        hidden: Some(flags.hidden.value().unwrap_or_default()),
        ..Notes::blank(work.now)
    }))
}
