//! The index against the plain way: a sorted map, filtered and sorted anew for every question.

use std::{cmp::Reverse, collections::BTreeMap};

use super::*;
use crate::model::fold;

const A: Flag = Flag(0);
const B: Flag = Flag(7);
const HOUR: i64 = 3_600_000_000;

type Plain = BTreeMap<String, Facts>;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }

    fn name(&mut self) -> String {
        let stems = [
            "alpha",
            "Alpha",
            "a_b",
            "$lib",
            "aCamelCASEname",
            "Über",
            "über",
            "ZOË",
            "İx",
            "名前",
            "",
        ];
        let stem = stems[self.below(stems.len() as u64) as usize];
        format!("{stem}{}", self.below(60))
    }

    fn facts(&mut self) -> Facts {
        let facts = Facts::default()
            .flag(A, self.below(2) == 0)
            .flag(B, self.below(5) == 0);
        let instant = |dice: &mut Dice| {
            let at = Timestamp(dice.below(60) as i64 * HOUR / 2 - 3 * HOUR);
            (dice.below(4) > 0).then_some(at)
        };
        Facts {
            instants: [instant(self), instant(self), instant(self)],
            tags: ["x", "y"]
                .into_iter()
                .filter(|_| self.below(3) == 0)
                .map(str::to_owned)
                .collect(),
            ..facts
        }
    }
}

/// Changes both, with the same facts about the same names.
fn change(index: &mut Index, plain: &mut Plain, dice: &mut Dice, most: u64) {
    let mut edits = BTreeMap::new();
    for _ in 0..dice.below(most) {
        let facts = (dice.below(3) > 0).then(|| dice.facts());
        edits.insert(dice.name(), facts);
    }
    for (name, facts) in &edits {
        match facts {
            Some(facts) => plain.insert(name.clone(), facts.clone()),
            None => plain.remove(name),
        };
    }
    index.apply(edits.into_iter().rev().collect());
}

fn names(index: &Index, slots: impl IntoIterator<Item = u32>) -> Vec<String> {
    let names = slots.into_iter().map(|slot| index.name(slot));
    names.collect()
}

fn plainly(plain: &Plain, passes: impl Fn(&str, &Facts) -> bool) -> Vec<String> {
    let passing = plain.iter().filter(|(name, facts)| passes(name, facts));
    passing.map(|(name, _)| name.clone()).collect()
}

fn assert_sets(index: &Index, plain: &Plain) {
    assert_eq!(names(index, index.all()), plainly(plain, |_, _| true));
    for flag in [A, B] {
        let has = |_: &str, facts: &Facts| facts.flags >> flag.0 & 1 == 1;
        assert_eq!(names(index, index.flagged(flag)), plainly(plain, has));
    }
    for tags in [vec!["x".to_owned()], vec!["x".to_owned(), "y".to_owned()]] {
        let has = |_: &str, facts: &Facts| facts.tags.iter().any(|tag| tags.contains(tag));
        assert_eq!(names(index, index.tagged(&tags)), plainly(plain, has));
    }
    for column in 0..INSTANTS {
        for at in [0, HOUR / 2, 25 * HOUR, -1] {
            let is_later = |_: &str, facts: &Facts| {
                facts.instants[column].is_none_or(|instant| instant.0 > at)
            };
            let later = index.later(column, Timestamp(at), index.all());
            assert_eq!(names(index, later), plainly(plain, is_later));
        }
    }
    let begins = |name: &str, _: &Facts| name.starts_with('$');
    assert_eq!(names(index, index.beginning('$')), plainly(plain, begins));
    let asked = ["alpha1", "ZOË2", "nothing", "", "名前3"];
    let is_asked = |name: &str, _: &Facts| asked.contains(&name);
    assert_eq!(names(index, index.named(asked)), plainly(plain, is_asked));
}

fn assert_searches(index: &Index, plain: &Plain) {
    for words in [
        &["a"][..],
        &["über"],
        &["ber", "1"],
        &["zoë"],
        &["a_b"],
        &["a\\_b"],
        &["%"],
        &["_"],
        &["名"],
        &["i"],
        &["lpha1", "a"],
    ] {
        let words: Vec<_> = words.iter().map(|word| word.to_string()).collect();
        let fits = |name: &str| {
            let fits =
                |word: &String| pattern::Pattern::containing(word).fits(fold(name).as_bytes());
            words.iter().all(fits)
        };
        let expected = plainly(plain, |name, _| fits(name));
        assert_eq!(
            names(index, index.search(&words, &index.all())),
            expected,
            "{words:?}"
        );
        // Few are looked at in another way.
        let few: RoaringBitmap = (0..index.len()).step_by(40).collect();
        let expected: Vec<_> = names(index, &few)
            .into_iter()
            .filter(|name| fits(name))
            .collect();
        assert_eq!(
            names(index, index.search(&words, &few)),
            expected,
            "{words:?}"
        );
    }
}

fn assert_page<K: Ord>(
    index: &Index,
    plain: &Plain,
    keys: &[Key],
    key: impl Fn(&str, &Facts) -> K,
) {
    let set = index.flagged(A);
    let mut expected = plainly(plain, |_, facts| facts.flags & 1 == 1);
    expected.sort_by_key(|name| key(name, &plain[name]));
    for (limit, offset) in [(1_000, 0), (7, 0), (7, 5), (1, 31), (50, 40), (3, 1_000)] {
        let page = expected.iter().skip(offset).take(limit);
        assert_eq!(
            names(index, index.page(set, keys, limit as u64, offset as u64)),
            page.cloned().collect::<Vec<_>>(),
            "{limit} from {offset}"
        );
    }
}

fn assert_orders(index: &Index, plain: &Plain) {
    let at = |facts: &Facts, column: usize| facts.instants[column].map(|at| at.0);
    let day = |at: i64| at.div_euclid(24 * HOUR);
    let instant = |column, descending| Key::Instant { column, descending };
    let by_day = |column, descending| Key::Day { column, descending };
    let is_not_b = |facts: &Facts| facts.flags >> B.0 & 1 == 0;
    let b = || Key::Sets(vec![index.flagged(B)]);
    let length = |name: &str| name.chars().count();

    assert_page(index, plain, &[], |_, _| ());
    assert_page(index, plain, &[Key::NameDescending], |name, _| {
        Reverse(name.to_owned())
    });
    assert_page(index, plain, &[b()], |_, facts| is_not_b(facts));
    assert_page(index, plain, &[index.by_length(), b()], |name, facts| {
        (length(name), is_not_b(facts))
    });
    for column in 0..INSTANTS {
        assert_page(index, plain, &[instant(column, false)], |_, facts| {
            at(facts, column)
        });
        assert_page(index, plain, &[instant(column, true)], |_, facts| {
            Reverse(at(facts, column))
        });
        assert_page(index, plain, &[by_day(column, false)], |_, facts| {
            at(facts, column).map(day)
        });
        assert_page(index, plain, &[by_day(column, true)], |_, facts| {
            Reverse(at(facts, column).map(day))
        });
    }
    let keys = [by_day(0, true), instant(1, true), Key::NameDescending];
    assert_page(index, plain, &keys, |name, facts| {
        let days = Reverse(at(facts, 0).map(day));
        (days, Reverse(at(facts, 1)), Reverse(name.to_owned()))
    });
}

#[test]
fn the_index_answers_as_a_sorted_map_does() {
    let (mut index, mut plain) = (Index::default(), Plain::default());
    let mut dice = Dice(42);
    for round in 0..60 {
        change(
            &mut index,
            &mut plain,
            &mut dice,
            if round % 10 == 0 { 400 } else { 12 },
        );
        assert_eq!(index.len() as usize, plain.len());
        assert_sets(&index, &plain);
        assert_searches(&index, &plain);
        assert_orders(&index, &plain);
    }
}

#[test]
fn names_are_searched_one_by_one() {
    let mut index = Index::default();
    let name = |number: u32| format!("Name {number:05} of many");
    let edits = (0..20_000).map(|number| (name(number), Some(Facts::default())));
    index.apply(edits.collect());
    let found = |word: &str| index.search(&[word.to_owned()], &index.all()).len();
    assert_eq!(found("name"), 20_000);
    assert_eq!(found("_1234 "), 2, "01234 and 11234");
    assert_eq!(found("name 19999 of many"), 1);
    assert_eq!(found("manyname"), 0, "names have ends");
}
