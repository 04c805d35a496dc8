//! Lists of property definitions: the filters of `property-definitions.md` 3.2 to 3.5, the orders of 3.6, and ours.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rusqlite::{Row, named_params};

use super::{columns_of_facts, from_row, select};
use crate::{
    model::{
        DefinitionType, NameClass, ProjectId, PropertyColumn, PropertyDefinition, PropertyFilter,
        PropertyType, Timestamp,
    },
    store::{
        Read, Result,
        columns::{self, Columns},
        definitions::{
            self, Cache, CatalogueKey, Catalogues, Kept, Listed, Selection, are_short,
            index::{Facts, Flag, Index, Key},
        },
    },
};

const VERIFIED: Flag = Flag(0);
const HIDDEN: Flag = Flag(1);
/// Seen on an event.
const SEEN: Flag = Flag(2);
const CORE: Flag = Flag(3);
const FEATURE_FLAG: Flag = Flag(4);
const NEVER_LISTED: Flag = Flag(5);
/// The flags of property types, in the order of their names.
const TYPES: [(PropertyType, Flag); 5] = [
    (PropertyType::Boolean, Flag(6)),
    (PropertyType::DateTime, Flag(7)),
    (PropertyType::Duration, Flag(8)),
    (PropertyType::Numeric, NUMERIC),
    (PropertyType::String, Flag(10)),
];
const NUMERIC: Flag = Flag(9);

/// The column of instants in the index.
const UPDATED_AT: usize = 0;

/// Numbers, but no measures: a list of numbers leaves them out.
const NO_MEASURES: [&str; 2] = ["distinct_id", "timestamp"];

const SEEN_ON: &str = "
    SELECT property FROM event_property
     WHERE project_id = :project AND event IN (SELECT value FROM json_each(:events))";

impl Listed for PropertyDefinition {
    const SIZE: &str = "
        SELECT count(*) FROM (SELECT 1 FROM property_definition WHERE project_id = :project AND type = :type
                                 AND group_type_index = :group_type_index LIMIT 20001)";
    const ALL: &str = columns_of_facts!(
        "name",
        "FROM property_definition NOT INDEXED
         WHERE project_id = :project AND type = :type AND group_type_index = :group_type_index"
    );
    const FEW: &str = columns_of_facts!(
        "name",
        "FROM property_definition
         WHERE project_id = :project AND type = :type AND group_type_index = :group_type_index"
    );
    const CHANGED: &str = columns_of_facts!(
        "changed.name",
        "FROM (SELECT DISTINCT name FROM definition_change
                WHERE version > :version AND project_id = :project AND type = :type
                  AND group_type_index = :group_type_index) AS changed
         LEFT JOIN property_definition AS definition
           ON definition.project_id = :project AND definition.type = :type
          AND definition.group_type_index = :group_type_index AND definition.name = changed.name"
    );
    const ONE: &str = select!(
        "WHERE name = :name AND project_id = :project AND type = :type AND group_type_index = :group_type_index"
    );

    fn facts(columns: &mut Columns) -> rusqlite::Result<Facts> {
        let class = columns.next::<u8>()?;
        let property_type: Option<PropertyType> = columns.next()?;
        let mut facts = Facts::default()
            .flag(SEEN, columns.next()?)
            .flag(VERIFIED, columns.next()?)
            .flag(HIDDEN, columns.next::<Option<bool>>()? == Some(true))
            .flag(CORE, class == NameClass::Core as u8)
            .flag(FEATURE_FLAG, class == NameClass::FeatureFlag as u8)
            .flag(NEVER_LISTED, class == NameClass::NeverListed as u8);
        for (of, flag) in TYPES {
            facts = facts.flag(flag, property_type == Some(of));
        }
        facts.instants[UPDATED_AT] = columns.next::<Option<Timestamp>>()?;
        facts.tags = columns.texts()?;
        Ok(facts)
    }

    fn from_row(row: &Row) -> rusqlite::Result<PropertyDefinition> {
        from_row(row)
    }

    fn is_short(&self) -> bool {
        are_short(self.notes.as_ref(), &self.tags)
    }

    fn cache(catalogues: &Catalogues) -> &Cache<PropertyDefinition> {
        &catalogues.properties
    }
}

/// A definition, and whether it was seen on the events asked about; `None` when none were.
pub type ListedProperty = (Arc<Kept<PropertyDefinition>>, Option<bool>);

/// At most `limit` definitions of `project` that pass `filter`, from the `offset`th on, and how many pass on all pages.
///
/// Unless the filter has an order: seen ones first (if not all are), shorter names first when searching, verified ones,
/// then names by their bytes.
pub fn list(
    db: &Read,
    project: ProjectId,
    filter: &PropertyFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<ListedProperty>, i64)> {
    let key = CatalogueKey {
        project,
        of: Some(filter.of),
    };
    definitions::list(db, key, |index| {
        let seen = match filter.events.is_empty() {
            true => None,
            false => Some(seen_on(db, project, &filter.events, index)?),
        };
        let set = passing(index, filter, seen.as_ref());
        let is_seen = |slot| seen.as_ref().map(|seen| seen.contains(slot));
        let page = in_order(
            index,
            filter,
            seen.as_ref(),
            &set,
            limit as u64,
            offset as u64,
        );
        Ok(Selection {
            page: page.into_iter().map(|slot| (slot, is_seen(slot))).collect(),
            count: set.len(),
        })
    })
}

/// The definitions that pass all filters; `seen` are those seen on the filter's events, if it has any.
fn passing(index: &Index, filter: &PropertyFilter, seen: Option<&RoaringBitmap>) -> RoaringBitmap {
    let mut set = match &filter.names {
        Some(names) => index.named(names.iter().map(|name| &**name)),
        None => index.all(),
    };
    if let Some(tag) = &filter.tag {
        set &= index.tagged([tag]);
    }
    if filter.only_seen {
        set &= seen.unwrap_or(index.flagged(SEEN));
    }
    for (is_asked, flag) in [
        (filter.only_numerical, NUMERIC),
        (filter.only_hidden, HIDDEN),
        (filter.verified == Some(true), VERIFIED),
        (filter.is_feature_flag == Some(true), FEATURE_FLAG),
    ] {
        if is_asked {
            set &= index.flagged(flag);
        }
    }
    let is_event = filter.of == DefinitionType::Event;
    let without_core = is_event && filter.exclude_core;
    for (is_asked, flag) in [
        (filter.exclude_hidden, HIDDEN),
        (filter.verified == Some(false), VERIFIED),
        (filter.is_feature_flag == Some(false), FEATURE_FLAG),
        (without_core, FEATURE_FLAG),
        (without_core, CORE),
        (is_event, NEVER_LISTED),
    ] {
        if is_asked {
            set -= index.flagged(flag);
        }
    }
    if filter.only_numerical {
        set -= index.named(NO_MEASURES);
    }
    set -= index.named(filter.excluded.iter().map(|name| &**name));
    match &filter.search {
        None => set,
        Some(search) => {
            let labelled = index.named(search.labelled.iter().copied());
            index.search(&search.words, &set) | (labelled & set)
        }
    }
}

fn in_order(
    index: &Index,
    filter: &PropertyFilter,
    seen: Option<&RoaringBitmap>,
    set: &RoaringBitmap,
    limit: u64,
    offset: u64,
) -> Vec<u32> {
    let untyped;
    let mut keys = Vec::new();
    match filter.order {
        None => {
            if let Some(seen) = seen.filter(|_| !filter.only_seen) {
                keys.push(Key::Sets(vec![seen]));
            }
            if filter.search.is_some() {
                keys.push(index.by_length());
            }
            keys.push(Key::Sets(vec![index.flagged(VERIFIED)]));
        }
        Some(order) => match order.by {
            PropertyColumn::Name if order.descending => keys.push(Key::NameDescending),
            PropertyColumn::Name => {}
            PropertyColumn::UpdatedAt => keys.push(Key::Instant {
                column: UPDATED_AT,
                descending: order.descending,
            }),
            PropertyColumn::PropertyType => {
                let mut types: Vec<_> = TYPES.map(|(_, flag)| index.flagged(flag)).to_vec();
                untyped = types.iter().fold(set.clone(), |rest, of| rest - *of);
                if order.descending {
                    types.reverse();
                } else {
                    types.insert(0, &untyped);
                }
                keys.push(Key::Sets(types));
            }
        },
    }
    index.page(set, &keys, limit, offset)
}

/// The definitions that were seen on any of `events`.
fn seen_on(
    db: &Read,
    project: ProjectId,
    events: &[String],
    index: &Index,
) -> Result<RoaringBitmap> {
    let params = named_params! { ":project": project, ":events": columns::to_json(&events) };
    let names: Vec<String> = db.all(SEEN_ON, params, |row| row.get(0))?;
    Ok(index.named(names.iter().map(|name| &**name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_on_events_is_found_along_the_key() {
        let plan = crate::store::plans::plan(SEEN_ON);
        let key = "SEARCH event_property USING PRIMARY KEY (project_id=? AND event=?)";
        assert_eq!(plan[0], key);
    }
}
