//! The lists `event_definitions`, `property_definitions`, `event_properties` and `group_types`.

use std::collections::BTreeSet;

use super::{file, problem::*, shape::*, work::*};
use crate::{
    model::*,
    store::seed::{self as table, NewPropertyDefinition, Origin, Remarks},
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
        let origin = Origin {
            project,
            by: None,
            now: work.now,
        };
        let seen = item.last_seen_at.map(|at| at.0);
        table::insert_event_definition(work.db, origin, &item.name, seen, &remarks)
            .map_err(place.blame())?;
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
        let definition = NewPropertyDefinition {
            id: item.id.unwrap_or_else(ordered_uuid).to_string(),
            kind: item.r#type as i64,
            group_type_index: group_index(item, &place)?,
            name: &item.name,
            property_type: item.property_type.as_deref(),
        };
        table::insert_property_definition(work.db, project, &definition, &remarks)
            .map_err(place.blame())?;
    }
    Ok(())
}

/// Makes the pairs: which property was seen on which event. A pair given twice is one.
pub fn make_pairs(work: &mut Work, list: &[(String, Name, Name)]) -> Result<()> {
    for (index, (project, event, property)) in list.iter().enumerate() {
        let place = Place::item("event_properties", index);
        let project = work.project(project, &place.nth(0))?;
        table::insert_event_property(work.db, project, event, property)?;
    }
    Ok(())
}

/// Makes the group types.
pub fn make_group_types(work: &mut Work, list: &[file::GroupType]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("group_types", index);
        let project = work.project(&item.project, &place.key("project"))?;
        table::insert_group_type(work.db, project, &item.group_type, item.index.0)
            .map_err(place.blame())?;
    }
    Ok(())
}

/// A definition's index as the column has it: -1 where it is not a group's.
fn group_index(item: &file::PropertyDefinition, place: &Place) -> Result<i64> {
    match (item.r#type, item.group_type_index) {
        (DefinitionType::Group, Some(index)) => Ok(index.0),
        (DefinitionType::Group, None) => {
            Err(place.problem("a definition of type group needs a group_type_index"))
        }
        (_, Some(_)) => Err(place
            .key("group_type_index")
            .problem("is for definitions of type group")),
        (_, None) => Ok(-1),
    }
}

/// What the file says about a definition.
struct Said<'a> {
    description: Option<&'a str>,
    tags: Option<&'a [Tag]>,
    verified: Option<bool>,
    hidden: Option<bool>,
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
    let (verified, hidden) = (
        said.verified.unwrap_or_default(),
        said.hidden.unwrap_or_default(),
    );
    if verified && hidden {
        return Err(place.problem("cannot be both hidden and verified"));
    }
    Ok(Remarks {
        description: Some(said.description.unwrap_or_default().trim().to_owned()),
        tags: normal_tags(said.tags.unwrap_or_default()),
        verified: Some(verified),
        verified_at: verified.then_some(work.now),
        verified_by: if verified { work.owner(project) } else { None },
        hidden: Some(hidden),
        updated_at: Some(work.now),
    })
}

/// Tags as they are kept: trimmed, in lower case, each once, sorted.
pub fn normal_tags(tags: &[Tag]) -> Vec<String> {
    let normal: BTreeSet<_> = tags.iter().map(|tag| tag.trim().to_lowercase()).collect();
    normal.into_iter().collect()
}
