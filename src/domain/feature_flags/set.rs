//! The flags of a project, and which depends on which.

use std::{collections::HashMap, sync::Arc};

use super::rules::{self, Rules};
use crate::model::{FeatureFlag, Json, JsonText, json_member, parse_json};

/// The flags of a project, ready to be evaluated.
pub struct FlagSet {
    pub flags: Vec<(FeatureFlag, Arc<Rules>)>,
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
        let group_types = group_types.into_iter();
        FlagSet {
            places: ids.chain(keys).collect(), // a key counts before the id that looks like it
            group_types: group_types.map(|(name, index)| (index, name)).collect(),
            flags: flags
                .into_iter()
                .map(|flag| (rules::of(&flag), flag))
                .map(|(rules, flag)| (flag, rules))
                .collect(),
        }
    }

    /// Where the flag with this key or id is.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// The key of the flag with this key or id, and those of the flags that it depends on: each after those that it depends on
    /// itself, so it is the last. None if one of them depends on itself.
    fn chain(&self, key: &str) -> (String, Vec<String>) {
        let Some(place) = self.place(key) else {
            return (key.to_owned(), vec![key.to_owned()]);
        };
        let key = |place: usize| self.flags[place].0.key.clone();
        let (order, is_cyclic) = self.order([place]);
        let order = order.into_iter().filter(|_| !is_cyclic);
        (key(place), order.map(key).collect())
    }

    /// The flags as SDKs evaluate them: a condition on another flag names it by its key, beside the chain of those to evaluate
    /// before.
    pub fn with_chains(&self) -> Vec<FeatureFlag> {
        let flags = self.flags.iter().map(|(flag, rules)| {
            let mut flag = flag.clone();
            if rules.dependencies().next().is_some()
                && let Ok(mut filters) = parse_json(flag.filters.as_str().as_bytes())
            {
                self.add_chains(&mut filters);
                flag.filters = JsonText::new(&filters);
            }
            flag
        });
        flags.collect()
    }

    /// Completes each condition on a flag in `filters`.
    fn add_chains(&self, filters: &mut Json) {
        match filters {
            Json::List(items) => items.iter_mut().for_each(|item| self.add_chains(item)),
            Json::Object(members) => {
                if json_member(members, "type") == Some(&"flag".into())
                    && let Some(key) = json_member(members, "key").map(Json::python_text)
                {
                    let (key, chain) = self.chain(&key);
                    let chain = chain.into_iter().map(Json::from).collect();
                    members.retain(|(name, _)| !["key", "dependency_chain"].contains(&&**name));
                    members.push(("key".to_owned(), key.into()));
                    members.push(("dependency_chain".to_owned(), Json::List(chain)));
                }
                let members = members.iter_mut();
                members.for_each(|(_, member)| self.add_chains(member));
            }
            _ => {}
        }
    }

    /// The flags at `roots` and those that they depend on, each after those that it depends on; and whether one depends on
    /// itself, which is before some of those.
    pub fn order(&self, roots: impl IntoIterator<Item = usize>) -> (Vec<usize>, bool) {
        let (mut order, mut is_cyclic) = (Vec::new(), false);
        let mut is_left: HashMap<usize, bool> = HashMap::new(); // those that were entered
        for root in roots {
            // A stack of its own instead of recursion: clients decide how long chains are.
            let mut stack = vec![(root, false)];
            while let Some((place, leaves)) = stack.pop() {
                if leaves {
                    is_left.insert(place, true);
                    order.push(place);
                } else if let Some(is_left) = is_left.get(&place) {
                    is_cyclic |= !is_left;
                } else {
                    is_left.insert(place, false);
                    stack.push((place, true));
                    let dependencies = self.flags[place].1.dependencies();
                    let places = dependencies.filter_map(|key| self.place(key));
                    stack.extend(places.map(|place| (place, false)));
                }
            }
        }
        (order, is_cyclic)
    }
}
