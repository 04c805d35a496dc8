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

/// Everything a catalogue says, in the order of names, for comparison.
fn rows(catalogue: &Catalogue) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let recent: Vec<_> = catalogue.touched().forwards().collect();
    let oldest_last: Vec<_> = catalogue.touched().backwards().collect();
    let marks = |slot: &u32| {
        let marks = [
            Mark::Verified,
            Mark::Touched,
            Mark::Odd,
            Mark::Wide,
            Mark::Custom,
            Mark::Gone,
        ];
        marks.map(|mark| catalogue.marks().has(*slot, mark))
    };
    let row = |slot: &u32| {
        let place = |slots: &[u32]| slots.iter().position(|other| other == slot);
        format!(
            "{} {} {} {} {:?} {:?} {:?} {} {}",
            catalogue.number(*slot),
            text(catalogue.name(*slot)),
            text(catalogue.folded(*slot)),
            catalogue.length(*slot),
            marks(slot),
            place(&recent),
            place(&oldest_last),
            catalogue.tagged("even").contains(slot),
            catalogue.tagged("odd").contains(slot),
        )
    };
    catalogue.by_name().iter().map(row).collect()
}

/// The catalogue as a large one is read.
fn from_table(db: &crate::store::Read, project: ProjectId) -> crate::store::Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    catalogue.read_table(db, project, DefinitionType::Person)?;
    catalogue.settle(0);
    Ok(catalogue)
}

/// The names in the order of a catalogue.
fn names(catalogue: &Catalogue) -> Vec<String> {
    let name = |slot: &u32| String::from_utf8(catalogue.name(*slot).to_vec()).unwrap();
    catalogue.by_name().iter().map(name).collect()
}

#[test]
fn a_catalogue_that_follows_changes_is_one_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("t.db"), 1, Durability::Relaxed).unwrap();
    let project = crate::store::tests::project(&store);
    let catalogues = Catalogues::default();
    let mut kept: Vec<PropertyDefinition> = Vec::new();
    for round in 0..60_u32 {
        let wanted = ["Über", "alpha", "Zoë", "zebra", "$lib", "a_b"]
            .map(|name| format!("{name}{}", round * 7 % 13));
        let change = match round % 4 {
            3 => kept.drain(..kept.len() / 2).collect(),
            _ => Vec::new(),
        };
        let added: Vec<_> = match round % 4 {
            3 => Vec::new(),
            _ => wanted
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
                    let mut notes = Notes::blank(Timestamp(i64::from(round / 2)));
                    notes.verified = round % 2 == 0;
                    changed.tags = vec![if round % 2 == 0 { "even" } else { "odd" }.into()];
                    changed.notes = Some(notes);
                    property_definitions::update(db, project, &changed)?;
                }
                Ok(())
            })
            .unwrap();
        let (followed, anew) = store
            .read::<_, StoreError>(|db| {
                let followed =
                    catalogues.with(db, project, DefinitionType::Person, |catalogue, _| {
                        Ok((rows(catalogue), names(catalogue)))
                    })?;
                let anew = fresh(db, project, DefinitionType::Person)?;
                assert_eq!(
                    rows(&anew),
                    rows(&from_table(db, project)?),
                    "round {round}"
                );
                Ok((followed, (rows(&anew), names(&anew))))
            })
            .unwrap();
        assert_eq!(followed, anew, "round {round}");
        let mut expected: Vec<_> = kept
            .iter()
            .map(|definition| definition.name.clone())
            .collect();
        expected.sort_unstable();
        assert_eq!(followed.1, expected, "round {round}");
    }
}

#[test]
fn a_number_given_again_is_another_definition() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("t.db"), 1, Durability::Relaxed).unwrap();
    let project = crate::store::tests::project(&store);
    let catalogues = Catalogues::default();
    let (kept, first, second) = (definition("kept"), definition("Zoë"), definition("alpha"));
    let gone = first.id;
    let look = || {
        let read = |db: &crate::store::Read| {
            catalogues.with(db, project, DefinitionType::Person, |catalogue, _| {
                let order = catalogue.by_name().iter();
                Ok((
                    order.map(|slot| catalogue.number(*slot)).collect(),
                    names(catalogue),
                ))
            })
        };
        store.read::<(Vec<u32>, _), StoreError>(read).unwrap()
    };
    let add = |new: PropertyDefinition| {
        store.write::<_, StoreError>(move |db| {
            property_definitions::insert(db, project, &new, NameClass::Custom)
        })
    };
    add(kept).unwrap();
    add(first).unwrap();
    let before = look();
    assert_eq!(before.1, ["Zoë", "kept"]);
    let swap = move |db: &crate::store::Write| {
        property_definitions::delete(db, project, gone)?;
        property_definitions::insert(db, project, &second, NameClass::Custom)
    };
    store.write::<_, StoreError>(swap).unwrap();
    let after = look();
    assert_eq!(after.1, ["alpha", "kept"]);
    assert_eq!(after.0, before.0, "the number is the same");
}
