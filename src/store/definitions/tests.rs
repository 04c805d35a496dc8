//! Lists from the index against lists that are read anew inside a change.

use std::path::Path;

use crate::{
    model::{
        DefinitionType, Durability, EventDefinition, EventFilter, NameClass, Notes, ProjectId,
        PropertyDefinition, PropertyDefinitionId, PropertyFilter, Timestamp, ordered_uuid,
    },
    store::{Read, Result, Store, StoreError, Write, event_definitions, property_definitions},
};

fn open(path: &Path) -> Store {
    Store::open(path, 1, Durability::Relaxed).unwrap()
}

fn property(name: &str) -> PropertyDefinition {
    PropertyDefinition {
        id: PropertyDefinitionId(ordered_uuid()),
        of: DefinitionType::Person,
        name: name.into(),
        property_type: None,
        tags: Vec::new(),
        notes: None,
    }
}

fn event(name: &str) -> EventDefinition {
    EventDefinition::new(name)
}

fn properties(db: &Read, project: ProjectId) -> Result<Vec<PropertyDefinition>> {
    let filter = PropertyFilter {
        of: DefinitionType::Person,
        names: None,
        excluded: Vec::new(),
        only_numerical: false,
        is_feature_flag: None,
        exclude_core: false,
        exclude_hidden: false,
        only_hidden: false,
        verified: None,
        events: Vec::new(),
        only_seen: false,
        search: None,
        tag: None,
        order: None,
    };
    let (rows, count) = property_definitions::list(db, project, &filter, 1_000, 0)?;
    assert_eq!(rows.len() as i64, count);
    Ok(rows.iter().map(|(row, _)| (***row).clone()).collect())
}

fn events(db: &Read, project: ProjectId) -> Result<Vec<EventDefinition>> {
    let filter = EventFilter::default();
    let (rows, count) = event_definitions::list(db, project, &filter, 1_000, 0)?;
    assert_eq!(rows.len() as i64, count);
    Ok(rows.iter().map(|row| (**row).clone()).collect())
}

/// Adds, changes and deletes some of both, others in every round.
fn change(db: &Write, project: ProjectId, round: usize) -> Result<()> {
    let (known, seen) = (properties(db, project)?, events(db, project)?);
    if round % 4 == 3 {
        for gone in known.iter().take(known.len() / 2) {
            property_definitions::delete(db, project, gone.id)?;
        }
        for gone in seen.iter().take(seen.len() / 2) {
            event_definitions::delete(db, project, gone.id)?;
        }
    } else {
        for stem in ["Über", "alpha", "Zoë", "zebra", "$lib", "a_b"] {
            let name = format!("{stem}{}", round * 7 % 13);
            if known.iter().all(|known| known.name != name) {
                property_definitions::insert(db, project, &property(&name), NameClass::Custom)?;
            }
            let hours = (round * 5 % 70) as i64;
            event_definitions::seen(db, project, &name, Timestamp(hours * 3_600_000_000))?;
        }
    }
    for mut changed in properties(db, project)?.into_iter().step_by(3) {
        changed.tags = vec![
            if round.is_multiple_of(2) {
                "even"
            } else {
                "odd"
            }
            .into(),
        ];
        changed.notes = Some(Notes {
            verified: round.is_multiple_of(2),
            ..Notes::blank(Timestamp(round as i64 / 2))
        });
        property_definitions::update(db, project, &changed)?;
    }
    Ok(())
}

#[test]
fn lists_follow_every_change_also_by_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let (store, other) = (open(&path), open(&path));
    let project = crate::store::tests::project(&store);
    for round in 0..60 {
        let writer = if round % 3 == 0 { &other } else { &store };
        let work = move |db: &Write| {
            change(db, project, round)?;
            Ok::<_, StoreError>((properties(db, project)?, events(db, project)?))
        };
        let expected = writer.write(work).unwrap();
        for _ in 0..2 {
            let read = |db: &Read| Ok((properties(db, project)?, events(db, project)?));
            let listed = store.read::<_, StoreError>(read).unwrap();
            assert_eq!(listed, expected, "round {round}");
        }
    }
}

#[test]
fn a_list_that_is_too_far_behind_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("t.db"));
    let project = crate::store::tests::project(&store);
    let names = || {
        let read = |db: &Read| Ok(events(db, project)?.into_iter().map(|event| event.name));
        store
            .read::<_, StoreError>(read)
            .unwrap()
            .collect::<Vec<_>>()
    };
    let insert = |name: &'static str| {
        let work = move |db: &Write| event_definitions::insert(db, project, &event(name));
        store.write::<_, StoreError>(work).unwrap();
    };
    insert("a");
    assert_eq!(names(), ["a"]);
    insert("b");
    let crowd_out = move |db: &Write| {
        // More entries than the log keeps, of a list that is not asked for.
        let sql = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 50001)
                   INSERT INTO definition_change (project_id, type, group_type_index, name)
                   SELECT 0, 0, -1, n FROM number";
        db.run(sql, [])
    };
    store.write::<_, StoreError>(crowd_out).unwrap();
    assert_eq!(names(), ["a", "b"]);
    insert("c");
    assert_eq!(names(), ["a", "b", "c"]);
}
