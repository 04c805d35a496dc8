//! The lists `event_definitions`, `property_definitions`, `event_properties` and `group_types`.

use super::{choice::TypeName, file, problem::*, shape::*, work::*};
use crate::{
    domain::{property_definitions, tags},
    model::*,
    store::{event_definitions, event_properties, group_types},
};

/// Makes the event definitions.
pub fn make_events(work: &mut Work, list: &[file::EventDefinition]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("event_definitions", index);
        let project = work.project(&item.project, &place.key("project"))?;
        let said = Said {
            description: item.description.as_deref(),
            tags: item.tags.as_deref(),
            verified: item.verified,
            hidden: item.hidden,
        };
        let remarks = remarks(work, project, said, &place)?;
        let definition = EventDefinition {
            id: EventDefinitionId(ordered_uuid()),
            name: item.name.to_string(),
            owner: None,
            tags: remarks.tags,
            default_columns: Vec::new(),
            created_at: Some(work.now),
            last_seen_at: item.last_seen_at.map(|at| at.0),
            notes: remarks.notes,
        };
        event_definitions::insert(work.db, project, &definition).map_err(place.blame())?;
    }
    Ok(())
}

/// Makes the property definitions.
pub fn make_properties(work: &mut Work, list: &[file::PropertyDefinition]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("property_definitions", index);
        let project = work.project(&item.project, &place.key("project"))?;
        let said = Said {
            description: item.description.as_deref(),
            tags: item.tags.as_deref(),
            verified: item.verified,
            hidden: item.hidden,
        };
        let remarks = remarks(work, project, said, &place)?;
        let definition = PropertyDefinition {
            id: PropertyDefinitionId(item.id.unwrap_or_else(ordered_uuid)),
            of: definition_type(item, &place)?,
            name: item.name.to_string(),
            property_type: item
                .property_type
                .as_deref()
                .and_then(|name| name.parse().ok()),
            tags: remarks.tags,
            notes: remarks.notes,
        };
        property_definitions::insert(work.db, project, &definition).map_err(place.blame())?;
    }
    Ok(())
}

/// Makes the pairs: which property was seen on which event. A pair given twice is one.
pub fn make_pairs(work: &mut Work, list: &[(String, Name, Name)]) -> Result<()> {
    for (index, (project, event, property)) in list.iter().enumerate() {
        let place = Place::item("event_properties", index);
        let project = work.project(project, &place.nth(0))?;
        event_properties::insert(work.db, project, event, property)?;
    }
    Ok(())
}

/// Makes the group types.
pub fn make_group_types(work: &mut Work, list: &[file::GroupType]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("group_types", index);
        let project = work.project(&item.project, &place.key("project"))?;
        group_types::insert(work.db, project, &item.group_type, item.index.0 as u8)
            .map_err(place.blame())?;
    }
    Ok(())
}

/// What has the property.
fn definition_type(item: &file::PropertyDefinition, place: &Place) -> Result<DefinitionType> {
    match (item.r#type, item.group_type_index) {
        (TypeName::Group, Some(index)) => Ok(DefinitionType::Group(index.0 as u8)),
        (TypeName::Group, None) => {
            Err(place.problem("a definition of type group needs a group_type_index"))
        }
        (_, Some(_)) => Err(place
            .key("group_type_index")
            .problem("is for definitions of type group")),
        (TypeName::Event, None) => Ok(DefinitionType::Event),
        (TypeName::Person, None) => Ok(DefinitionType::Person),
        (TypeName::Session, None) => Ok(DefinitionType::Session),
    }
}

/// What the file says about a definition.
struct Said<'a> {
    description: Option<&'a str>,
    tags: Option<&'a [Tag]>,
    verified: Option<bool>,
    hidden: Option<bool>,
}

/// What the file says, as it is kept. Events have the same notes as properties.
#[derive(Default)]
struct Remarks {
    tags: Vec<String>,
    notes: Option<Notes>,
}

/// A definition of which the file says nothing counts as never touched; else what it leaves out has the usual value.
fn remarks(work: &Work, project: ProjectId, said: Said, place: &Place) -> Result<Remarks> {
    let touched = said.description.is_some()
        || said.tags.is_some()
        || said.verified.is_some()
        || said.hidden.is_some();
    if !touched {
        return Ok(Remarks::default());
    }
    let verified = said.verified.unwrap_or_default();
    let hidden = said.hidden.unwrap_or_default();
    if verified && hidden {
        return Err(place.problem("cannot be both hidden and verified"));
    }
    let notes = Notes {
        description: Some(said.description.unwrap_or_default().trim().to_owned()),
        verified,
        verified_at: verified.then_some(work.now),
        verified_by: if verified { work.owner(project) } else { None },
        hidden: Some(hidden),
        ..Notes::blank(work.now)
    };
    Ok(Remarks {
        tags: normal_tags(said.tags.unwrap_or_default()),
        notes: Some(notes),
    })
}

/// Tags as they are kept.
pub fn normal_tags(tags: &[Tag]) -> Vec<String> {
    let tags: Vec<_> = tags.iter().map(|tag| tag.to_string()).collect();
    tags::normal(&tags)
}
