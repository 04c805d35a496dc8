//! How SQLite goes about the lists, with and without statistics about a project of some size.

use super::*;
use crate::store::{
    Store, StoreError, Write, event_properties, organizations, projects, property_definitions,
};

const PROJECT: ProjectId = ProjectId(1);

fn everything() -> PropertyFilter {
    PropertyFilter {
        of: DefinitionType::Event,
        names: None,
        excluded: Vec::new(),
        only_numerical: false,
        is_feature_flag: None,
        exclude_core: false,
        exclude_hidden: false,
        verified: None,
        events: Vec::new(),
        only_seen: false,
        search: None,
    }
}

/// A store with two projects of 3,000 definitions and 6,000 pairs each.
fn filled(folder: &tempfile::TempDir) -> Store {
    let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
    let fill = |db: &Write| {
        let now = Timestamp::now();
        let organization = Organization {
            id: OrganizationId(ordered_uuid()),
            name: "o".into(),
            slug: "o".into(),
            features: Features::ALL,
            allow_publicly_shared_resources: true,
            created_at: now,
            updated_at: now,
        };
        organizations::insert(db, &organization)?;
        for number in 1..=2 {
            projects::insert(db, &project(ProjectId(number), organization.id, now))?;
            (0..3_000).try_for_each(|index| add(db, ProjectId(number), index))?;
        }
        Ok::<_, StoreError>(())
    };
    store.write(fill).unwrap();
    store
}

fn project(id: ProjectId, organization: OrganizationId, now: Timestamp) -> Project {
    Project {
        id,
        uuid: ordered_uuid(),
        organization,
        api_token: format!("phc_{id}"),
        name: "p".into(),
        timezone: "UTC".into(),
        ingested_event: false,
        created_at: now,
        updated_at: now,
    }
}

fn add(db: &Write, project: ProjectId, index: usize) -> Result<()> {
    let definition = PropertyDefinition {
        id: PropertyDefinitionId(ordered_uuid()),
        of: if index.is_multiple_of(3) {
            DefinitionType::Person
        } else {
            DefinitionType::Event
        },
        name: format!("name_{index}"),
        property_type: None,
        tags: Vec::new(),
        notes: None,
    };
    property_definitions::insert(db, project, &definition, NameClass::Custom)?;
    event_properties::insert(
        db,
        project,
        &format!("event {}", index % 50),
        &definition.name,
    )?;
    event_properties::insert(db, project, "every event", &definition.name)?;
    Ok(())
}

/// Filters whose lists are read off the index in their order.
fn ordered() -> Vec<PropertyFilter> {
    vec![
        everything(),
        PropertyFilter {
            of: DefinitionType::Person,
            ..everything()
        },
        PropertyFilter {
            of: DefinitionType::Group(1),
            ..everything()
        },
        PropertyFilter {
            excluded: one_name(),
            ..everything()
        },
        PropertyFilter {
            only_numerical: true,
            ..everything()
        },
        PropertyFilter {
            is_feature_flag: Some(true),
            ..everything()
        },
        PropertyFilter {
            is_feature_flag: Some(false),
            ..everything()
        },
        PropertyFilter {
            exclude_core: true,
            ..everything()
        },
        PropertyFilter {
            exclude_hidden: true,
            ..everything()
        },
        PropertyFilter {
            verified: Some(true),
            ..everything()
        },
        PropertyFilter {
            verified: Some(false),
            ..everything()
        },
        PropertyFilter {
            only_seen: true,
            ..everything()
        },
    ]
}

/// Filters whose lists are looked up name by name.
fn short() -> Vec<PropertyFilter> {
    vec![
        PropertyFilter {
            names: Some(one_name()),
            ..everything()
        },
        PropertyFilter {
            events: one_name(),
            only_seen: true,
            ..everything()
        },
        PropertyFilter {
            names: Some(one_name()),
            events: one_name(),
            only_seen: true,
            exclude_hidden: true,
            ..everything()
        },
    ]
}

/// Filters whose lists are sorted.
fn sorted() -> Vec<PropertyFilter> {
    let search = PropertySearch {
        words: vec!["n".into(), "1".into()],
        labelled: vec!["$lib"],
    };
    vec![
        PropertyFilter {
            events: one_name(),
            ..everything()
        },
        PropertyFilter {
            search: Some(search),
            ..everything()
        },
    ]
}

fn one_name() -> Vec<String> {
    vec!["name_1".to_owned()]
}

/// The plans of `filter`'s page and count, one line a step.
fn plans(store: &Store, filter: PropertyFilter) -> [String; 2] {
    let look = |db: &Read| {
        let queries = [
            page_query(PROJECT, &filter, 100, 0),
            count_query(PROJECT, &filter),
        ];
        Ok::<_, StoreError>(queries.map(|query| query.plan(db).join("\n")))
    };
    store.read(look).unwrap()
}

/// No step goes through a whole table: lists of names that were asked for aside.
fn scans(plan: &str) -> bool {
    plan.lines()
        .any(|step| step.starts_with("SCAN") && !step.contains("json_each"))
}

#[test]
fn lists_go_by_an_index_within_their_project() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder);
    let scope = "(project_id=? AND type=? AND group_type_index=?";
    for _ in 0..2 {
        for filter in ordered() {
            let [page, count] = plans(&store, filter);
            let index = format!("USING INDEX property_definition_in_order {scope}");
            assert!(
                page.lines()
                    .next()
                    .is_some_and(|step| step.contains(&index)),
                "{page}"
            );
            assert!(!page.contains("TEMP B-TREE") && !scans(&page), "{page}");
            assert!(count.contains(scope) && !scans(&count), "{count}");
        }
        for filter in short() {
            for plan in plans(&store, filter) {
                let index = format!("USING INDEX property_definition_by_name {scope} AND name=?)");
                assert!(plan.contains(&index) && !scans(&plan), "{plan}");
            }
        }
        for filter in sorted() {
            for plan in plans(&store, filter) {
                assert!(plan.contains(scope) && !scans(&plan), "{plan}");
            }
        }
        // Once more with statistics, which SQLite gathers when the server ends.
        let analyse = |db: &Write| Ok::<_, StoreError>(db.0.0.execute_batch("ANALYZE")?);
        store.write(analyse).unwrap();
    }
}

#[test]
fn counts_need_only_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder);
    for filter in [
        everything(),
        PropertyFilter {
            is_feature_flag: Some(false),
            exclude_hidden: true,
            ..everything()
        },
        PropertyFilter {
            exclude_core: true,
            verified: Some(false),
            excluded: one_name(),
            ..everything()
        },
        PropertyFilter {
            only_seen: true,
            ..everything()
        },
    ] {
        let [_, count] = plans(&store, filter);
        assert!(
            count
                .lines()
                .next()
                .is_some_and(|step| step.contains("COVERING INDEX")),
            "{count}"
        );
    }
}

#[test]
fn pages_and_counts_agree() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder);
    for filter in ordered().into_iter().chain(short()).chain(sorted()) {
        let look = |db: &Read| {
            let whole = page(db, PROJECT, &filter, 10_000, 0)?;
            let second = page(db, PROJECT, &filter, 7, 7)?;
            Ok::<_, StoreError>((whole, second, count(db, PROJECT, &filter)?))
        };
        let (whole, second, count) = store.read(look).unwrap();
        assert_eq!(whole.len() as i64, count);
        assert_eq!(second[..], whole[whole.len().min(7)..whole.len().min(14)]);
    }
}
