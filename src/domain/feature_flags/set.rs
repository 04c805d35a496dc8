//! The flags of a project, and which depends on which.

use std::{collections::HashMap, sync::Arc};

use super::rules::{self, Rules};
use crate::model::{FeatureFlag, Json, JsonText, json_member, parse_json};

/// How many bytes a key in a list has beside itself: quotes and a comma.
const QUOTED: usize = 3;

/// The flags of a project, ready to be evaluated.
pub struct FlagSet {
    pub flags: Vec<(FeatureFlag, Arc<Rules>)>,
    /// Where the flags are on which each of them depends, as far as they exist.
    dependencies: Vec<Vec<usize>>,
    places: HashMap<String, usize>,
    /// The names of group types by their indexes.
    pub group_types: HashMap<u8, String>,
}

impl FlagSet {
    /// Reads what `flags` say. What cannot be read any more, since a newer version stored it, counts as not supported.
    pub fn new(flags: Vec<FeatureFlag>, group_types: Vec<(String, u8)>) -> FlagSet {
        let places = flags.iter().enumerate();
        let ids = places
            .clone()
            .map(|(place, flag)| (flag.id.to_string(), place));
        let keys = places.map(|(place, flag)| (flag.key.clone(), place));
        let places: HashMap<_, _> = ids.chain(keys).collect(); // a key counts before the id that looks like it
        let flags = flags.into_iter().map(|flag| (rules::of(&flag), flag));
        let flags: Vec<_> = flags.map(|(rules, flag)| (flag, rules)).collect();
        let dependencies = flags.iter().map(|(_, rules)| {
            let places = rules.dependencies().filter_map(|key| places.get(key));
            places.copied().collect()
        });
        let group_types = group_types.into_iter();
        FlagSet {
            dependencies: dependencies.collect(),
            places,
            group_types: group_types.map(|(name, index)| (index, name)).collect(),
            flags,
        }
    }

    /// Where the flag with this key or id is.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// The flags as SDKs evaluate them: a condition on another flag names it by its key, beside the chain of those to evaluate
    /// before. Takes time in proportion to what it returns, since each chain is found once, however many conditions have it.
    pub fn with_chains(&self) -> Vec<FeatureFlag> {
        let mut chains = Chains::new(self);
        let flags = self.flags.iter().map(|(flag, rules)| {
            let mut flag = flag.clone();
            if rules.dependencies().next().is_some()
                && let Ok(mut filters) = parse_json(flag.filters.as_str().as_bytes())
            {
                chains.add(&mut filters);
                flag.filters = JsonText::new(&filters);
            }
            flag
        });
        flags.collect()
    }

    /// How many bytes the chains of each flag have together: a chain for each of its conditions on a flag.
    pub fn lengths_of_chains(&self) -> Vec<usize> {
        let mut lengths: Vec<Option<usize>> = vec![None; self.flags.len()];
        let mut length = |place: &usize| {
            let keys = || self.chain(*place).into_iter().map(|place| self.key(place));
            *lengths[*place].get_or_insert_with(|| keys().map(|key| key.len() + QUOTED).sum())
        };
        let flags = self.dependencies.iter();
        flags
            .map(|conditions| conditions.iter().map(&mut length).sum())
            .collect()
    }

    /// The flag at `place` and those that it depends on: each after those that it depends on itself, so it is the last. None if
    /// one of them depends on itself.
    fn chain(&self, place: usize) -> Vec<usize> {
        match self.order([place]) {
            (order, false) => order,
            (_, true) => Vec::new(),
        }
    }

    fn key(&self, place: usize) -> &str {
        &self.flags[place].0.key
    }

    /// The flags at `roots` and those that they depend on, each after those that it depends on; and whether one depends on
    /// itself, which is before some of those.
    pub fn order(&self, roots: impl IntoIterator<Item = usize>) -> (Vec<usize>, bool) {
        let (mut order, mut is_cyclic) = (Vec::new(), false);
        let mut is_left: Vec<Option<bool>> = vec![None; self.flags.len()]; // of those that were entered
        for root in roots {
            // A stack of its own instead of recursion: clients decide how long chains are.
            let mut stack = vec![(root, false)];
            while let Some((place, leaves)) = stack.pop() {
                if leaves {
                    is_left[place] = Some(true);
                    order.push(place);
                } else if let Some(is_left) = is_left[place] {
                    is_cyclic |= !is_left;
                } else {
                    is_left[place] = Some(false);
                    stack.push((place, true));
                    stack.extend(self.dependencies[place].iter().map(|place| (*place, false)));
                    #[cfg(test)]
                    tests::STEPS.set(tests::STEPS.get() + 1 + self.dependencies[place].len());
                }
            }
        }
        (order, is_cyclic)
    }
}

/// The chains of a set, as far as they were asked for.
struct Chains<'f> {
    all: &'f FlagSet,
    known: Vec<Option<Json>>,
}

impl Chains<'_> {
    fn new(all: &FlagSet) -> Chains<'_> {
        Chains {
            all,
            known: vec![None; all.flags.len()],
        }
    }

    /// Completes each condition on a flag in `filters`.
    fn add(&mut self, filters: &mut Json) {
        match filters {
            Json::List(items) => items.iter_mut().for_each(|item| self.add(item)),
            Json::Object(members) => {
                if json_member(members, "type") == Some(&"flag".into())
                    && let Some(key) = json_member(members, "key").map(Json::python_text)
                {
                    let (key, chain) = self.of(key);
                    members.retain(|(name, _)| !["key", "dependency_chain"].contains(&&**name));
                    members.push(("key".to_owned(), key.into()));
                    members.push(("dependency_chain".to_owned(), chain));
                }
                members.iter_mut().for_each(|(_, member)| self.add(member));
            }
            _ => {}
        }
    }

    /// The key of the flag with this key or id, and its chain. One that does not exist is a chain by itself.
    fn of(&mut self, key: String) -> (String, Json) {
        let all = self.all;
        let Some(place) = all.place(&key) else {
            let chain = Json::List(vec![key.clone().into()]);
            return (key, chain);
        };
        let chain = self.known[place].get_or_insert_with(|| {
            let keys = all.chain(place).into_iter().map(|place| all.key(place));
            Json::List(keys.map(|key| key.to_owned().into()).collect())
        });
        (all.key(place).to_owned(), chain.clone())
    }
}

#[cfg(test)]
pub mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;
    use crate::model::{FeatureFlagId, Timestamp};

    thread_local! {
        /// How many flags and dependencies were walked over to find orders.
        pub static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// `count` flags, each of which depends on all before it, `times` times.
    fn dense(count: i64, times: usize) -> FlagSet {
        let flags = (0..count).map(|id| {
            let conditions = (0..id).map(|other| {
                json!({"key": format!("f{other}"), "type": "flag", "operator": "flag_evaluates_to", "value": true})
            });
            let conditions: Vec<_> = conditions.collect();
            let conditions: Vec<_> = (0..times).flat_map(|_| conditions.clone()).collect();
            FeatureFlag {
                id: FeatureFlagId(1000 + id),
                key: format!("f{id}"),
                name: String::new(),
                active: true,
                filters: JsonText::new(&json!({"groups": [{"properties": conditions}]})),
                version: 1,
                created_at: Timestamp(0),
                created_by: None,
                updated_at: Timestamp(0),
            }
        });
        FlagSet::new(flags.collect(), Vec::new())
    }

    fn steps<T>(work: impl FnOnce() -> T) -> (usize, T) {
        let before = STEPS.get();
        let done = work();
        (STEPS.get() - before, done)
    }

    #[test]
    fn an_order_of_all_walks_over_each_dependency_once() {
        for count in [20, 40, 80] {
            let set = dense(count, 1);
            let (steps, (order, is_cyclic)) = steps(|| set.order(0..count as usize));
            assert_eq!((order.len(), is_cyclic), (count as usize, false));
            assert_eq!(steps, (count + count * (count - 1) / 2) as usize);
        }
    }

    #[test]
    fn chains_are_found_once_for_each_flag_however_many_conditions_have_them() {
        let counts = [1, 2, 4].map(|times| {
            let set = dense(20, times);
            let (steps, flags) = steps(|| set.with_chains());
            let last = parse_json(flags[19].filters.as_str().as_bytes()).unwrap();
            let text = serde_json::to_string(&last).unwrap();
            assert_eq!(text.matches("dependency_chain").count(), 19 * times);
            steps / times // dependencies that are repeated are walked over, each time once
        });
        assert!(counts.iter().all(|count| *count <= counts[0]), "{counts:?}");
        // Of a chain that all conditions have: as much as the flags and dependencies, once.
        let (steps, _) = steps(|| dense(60, 1).with_chains());
        let walked: usize = (0..59)
            .map(|place| 1 + place + place * (place + 1) / 2)
            .sum();
        assert!(steps <= walked, "{steps} steps for {walked}");
    }

    #[test]
    fn the_length_of_chains_is_that_of_what_sdks_get() {
        let set = dense(30, 2);
        let flags = set.with_chains();
        let texts = flags.iter().map(|flag| flag.filters.as_str());
        let chains = texts.flat_map(|text| text.split("\"dependency_chain\":[").skip(1));
        let lengths = chains.map(|rest| rest.split(']').next().unwrap().len() + 1); // the last has no comma
        let computed = set.lengths_of_chains();
        assert_eq!(computed.iter().sum::<usize>(), lengths.sum::<usize>());
        assert!(
            computed.is_sorted(),
            "each depends on all before it: {computed:?}"
        );
    }
}
