use super::*;
use crate::store::{Store, StoreError, property_definitions};

fn definition(name: &str) -> PropertyDefinition {
    PropertyDefinition {
        id: PropertyDefinitionId(ordered_uuid()),
        of: DefinitionType::Person,
        name: name.into(),
        property_type: None,
        tags: Vec::new(),
        notes: None,
    }
}

/// Everything a catalogue says, for comparison.
fn rows(catalogue: &Catalogue) -> Vec<(u32, String, String, u16, u8)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let row = |index: u32| {
        let marks = catalogue.marks[index as usize];
        let (name, folded) = (text(catalogue.name(index)), text(catalogue.folded(index)));
        (
            catalogue.number(index),
            name,
            folded,
            catalogue.length(index),
            marks,
        )
    };
    (0..catalogue.len() as u32).map(row).collect()
}

#[test]
fn a_catalogue_that_follows_changes_is_one_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("t.db"), 1, Durability::Relaxed).unwrap();
    let project = crate::store::tests::project(&store);
    let catalogues = Catalogues::default();
    let mut kept: Vec<PropertyDefinition> = Vec::new();
    for round in 0..60_u32 {
        let names = ["Über", "alpha", "Zoë", "zebra", "$lib", "a_b"]
            .map(|name| format!("{name}{}", round * 7 % 13));
        let change = match round % 4 {
            3 => kept.drain(..kept.len() / 2).collect(),
            _ => Vec::new(),
        };
        let added: Vec<_> = match round % 4 {
            3 => Vec::new(),
            _ => names
                .iter()
                .filter(|name| kept.iter().all(|known| known.name != **name))
                .map(|name| definition(name))
                .collect(),
        };
        kept.extend(added.iter().cloned());
        let touched = kept.iter().step_by(3).cloned().collect::<Vec<_>>();
        store
            .write::<_, StoreError>(move |db| {
                for gone in change {
                    property_definitions::delete(db, project, gone.id)?;
                }
                for new in added {
                    property_definitions::insert(db, project, &new, NameClass::Custom)?;
                }
                for mut changed in touched {
                    let mut notes = Notes::blank(Timestamp::now());
                    notes.verified = round % 2 == 0;
                    changed.notes = Some(notes);
                    property_definitions::update(db, project, &changed)?;
                }
                Ok(())
            })
            .unwrap();
        let (followed, anew) = store
            .read::<_, StoreError>(|db| {
                let followed =
                    catalogues.with(db, project, DefinitionType::Person, |catalogue| {
                        Ok(rows(catalogue))
                    })?;
                Ok((followed, rows(&fresh(db, project, DefinitionType::Person)?)))
            })
            .unwrap();
        assert_eq!(followed, anew, "round {round}");
        let mut names: Vec<_> = kept
            .iter()
            .map(|definition| definition.name.clone())
            .collect();
        names.sort_unstable();
        assert_eq!(
            followed.into_iter().map(|row| row.1).collect::<Vec<_>>(),
            names,
            "round {round}"
        );
    }
}
