//! Lists of event definitions: the filters and orders of `resources.md` 5.

use std::sync::Arc;

use rusqlite::Row;

use super::{columns_of_facts, from_row, select};
use crate::{
    model::{EventColumn, EventDefinition, EventFilter, ProjectId},
    store::{
        Read, Result,
        columns::Columns,
        definitions::{
            self, Cache, CatalogueKey, Catalogues, Kept, Listed, Selection, are_short,
            index::{Facts, Flag, Index, Key},
        },
    },
};

const VERIFIED: Flag = Flag(0);
const HIDDEN: Flag = Flag(1);

/// The columns of instants in the index.
const LAST_SEEN_AT: usize = 0;
const CREATED_AT: usize = 1;
const UPDATED_AT: usize = 2;

impl Listed for EventDefinition {
    const SIZE: &str = "
        SELECT count(*) FROM (SELECT 1 FROM event_definition WHERE project_id = :project AND :type = 0
                                 AND :group_type_index = -1 LIMIT 20001)";
    const ALL: &str = columns_of_facts!(
        "name",
        "FROM event_definition NOT INDEXED WHERE project_id = :project AND :type = 0 AND :group_type_index = -1"
    );
    const FEW: &str = columns_of_facts!(
        "name",
        "FROM event_definition
         WHERE project_id = :project AND :type = 0 AND :group_type_index = -1"
    );
    const CHANGED: &str = columns_of_facts!(
        "changed.name",
        "FROM (SELECT DISTINCT name FROM definition_change
                WHERE version > :version AND project_id = :project AND type = :type
                  AND group_type_index = :group_type_index) AS changed
         LEFT JOIN event_definition AS definition
           ON definition.project_id = :project AND definition.name = changed.name"
    );
    const ONE: &str = select!(
        "WHERE name = :name AND project_id = :project AND :type = 0 AND :group_type_index = -1"
    );

    fn facts(columns: &mut Columns) -> rusqlite::Result<Facts> {
        let facts = Facts::default()
            .flag(VERIFIED, columns.next()?)
            .flag(HIDDEN, columns.next::<Option<bool>>()? == Some(true));
        Ok(Facts {
            instants: [columns.next()?, columns.next()?, columns.next()?],
            tags: columns.texts()?,
            ..facts
        })
    }

    fn from_row(row: &Row) -> rusqlite::Result<EventDefinition> {
        from_row(row)
    }

    fn is_short(&self) -> bool {
        are_short(
            self.notes.as_ref(),
            self.tags.iter().chain(&self.default_columns),
        )
    }

    fn cache(catalogues: &Catalogues) -> &Cache<EventDefinition> {
        &catalogues.events
    }
}

/// At most `limit` definitions of `project` that pass `filter`, from the `offset`th on, and how many pass on all pages.
pub fn list(
    db: &Read,
    project: ProjectId,
    filter: &EventFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Arc<Kept<EventDefinition>>>, i64)> {
    let key = CatalogueKey { project, of: None };
    let select = |index: &Index| Ok(select(index, filter, limit as u64, offset as u64));
    let (entries, count) = definitions::list(db, key, select)?;
    Ok((
        entries.into_iter().map(|(entry, ())| entry).collect(),
        count,
    ))
}

fn select(index: &Index, filter: &EventFilter, limit: u64, offset: u64) -> Selection<()> {
    let mut set = match filter.names.is_empty() {
        true => index.all(),
        false => index.named(filter.names.iter().map(|name| &**name)),
    };
    if !filter.tags.is_empty() {
        set &= index.tagged(&filter.tags);
    }
    if let Some(tag) = &filter.tag {
        set &= index.tagged([tag]);
    }
    match filter.sent_by_posthog {
        None => {}
        Some(true) => set &= index.beginning('$'),
        Some(false) => set -= index.beginning('$'),
    }
    if let Some(is_verified) = filter.verified {
        let verified = index.named(filter.core.iter().copied()) | index.flagged(VERIFIED);
        match is_verified {
            true => set &= verified,
            false => set -= verified,
        }
    }
    if filter.exclude_hidden {
        set -= index.flagged(HIDDEN);
    }
    if filter.only_hidden {
        set &= index.flagged(HIDDEN);
    }
    if let Some(at) = filter.seen_after {
        set = index.later(LAST_SEEN_AT, at, set);
    }
    set -= index.named(filter.excluded.iter().map(|name| &**name));
    if !filter.words.is_empty() {
        set = index.search(&filter.words, &set);
    }
    let page = index.page(&set, &order(index, filter), limit, offset);
    Selection {
        page: page.into_iter().map(|slot| (slot, ())).collect(),
        count: set.len(),
    }
}

/// Without an order that was asked for, definitions come by the day they were last seen, and when searched by the length
/// of their names before that.
fn order<'i>(index: &'i Index, filter: &EventFilter) -> Vec<Key<'i>> {
    let mut keys = Vec::new();
    if filter.order.is_empty() {
        if !filter.words.is_empty() {
            keys.push(index.by_length());
        }
        keys.push(Key::Day {
            column: LAST_SEEN_AT,
            descending: true,
        });
    }
    for order in &filter.order {
        let descending = order.descending;
        let day = |column| Key::Day { column, descending };
        let instant = |column| Key::Instant { column, descending };
        keys.push(match order.by {
            EventColumn::Name if descending => Key::NameDescending,
            EventColumn::Name => break, // nothing after it makes a difference
            EventColumn::LastSeenAt => instant(LAST_SEEN_AT),
            EventColumn::LastSeenDay => day(LAST_SEEN_AT),
            EventColumn::CreatedAt => instant(CREATED_AT),
            EventColumn::CreatedDay => day(CREATED_AT),
            EventColumn::UpdatedAt => instant(UPDATED_AT),
        });
    }
    keys
}
