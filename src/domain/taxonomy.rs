//! PostHog's own property names: their labels, virtual properties, and the names that lists leave out.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{DefinitionType, NameClass, PropertyType, fold};

#[derive(Deserialize)]
struct Taxonomy {
    labels: ByType<BTreeMap<String, Folded>>,
    r#virtual: ByType<Vec<VirtualProperty>>,
    search_alias_skips: ByType<Vec<String>>,
    always_excluded_event_properties: Vec<String>,
    core_event_properties_without_dollar: Vec<String>,
}

#[derive(Deserialize)]
struct ByType<T> {
    event: T,
    person: T,
    group: T,
    session: T,
}

/// A property that is computed and never sent, so it has no row in the database.
#[derive(Debug, Deserialize)]
pub struct VirtualProperty {
    /// Starts with `$virt_`.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub property_type: PropertyType,
    pub description: String,
    /// What lists show of it, once one has.
    #[serde(skip)]
    pub json: OnceLock<Box<RawValue>>,
}

/// A label in folded form, which searches compare.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Folded(String);

impl From<String> for Folded {
    fn from(label: String) -> Folded {
        Folded(fold(&label))
    }
}

impl VirtualProperty {
    /// Whether the name or the label contains all of `words`, which are folded.
    pub fn is_found_by(&self, words: &[String]) -> bool {
        let mut texts = [&self.name, &self.label].into_iter();
        words.is_empty() || texts.any(|text| contains_all(&fold(text), words))
    }
}

impl<T> ByType<T> {
    fn of(&self, of: DefinitionType) -> &T {
        match of {
            DefinitionType::Event => &self.event,
            DefinitionType::Person => &self.person,
            DefinitionType::Group(_) => &self.group,
            DefinitionType::Session => &self.session,
        }
    }
}

/// The class of `name`. Only lists of event properties distinguish more than [`NameClass::FeatureFlag`].
pub fn class(name: &str) -> NameClass {
    let is_in = |names: &[String]| names.iter().any(|known| known == name);
    if name.starts_with("$feature/") {
        NameClass::FeatureFlag
    } else if is_in(&taxonomy().always_excluded_event_properties) {
        NameClass::NeverListed
    } else if name.starts_with('$') || is_in(&taxonomy().core_event_properties_without_dollar) {
        NameClass::Core
    } else {
        NameClass::Custom
    }
}

/// The core names of type `of` whose label contains all of `words`, which are folded.
///
/// Deprecated names are not found by their label.
pub fn labelled(of: DefinitionType, words: &[String]) -> Vec<&'static str> {
    let skips = taxonomy().search_alias_skips.of(of);
    let labels = taxonomy().labels.of(of).iter();
    let found =
        labels.filter(|(name, label)| !skips.contains(name) && contains_all(&label.0, words));
    found.map(|(name, _)| &**name).collect()
}

/// The virtual properties of type `of`, in the order in which lists show them, at the end.
pub fn virtual_properties(of: DefinitionType) -> &'static [VirtualProperty] {
    taxonomy().r#virtual.of(of)
}

fn contains_all(text: &str, words: &[String]) -> bool {
    words.iter().all(|word| text.contains(&**word))
}

fn taxonomy() -> &'static Taxonomy {
    static TAXONOMY: OnceLock<Taxonomy> = OnceLock::new();
    let text = include_str!("core-properties.json");
    TAXONOMY.get_or_init(|| serde_json::from_str(text).expect("a test reads the file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_classes() {
        for (name, expected) in [
            ("plan", NameClass::Custom),
            ("Utm_source", NameClass::Custom),
            ("$browser", NameClass::Core),
            ("$anything", NameClass::Core),
            ("$session_entry_", NameClass::Core), // not the prefix as such
            ("utm_source", NameClass::Core),
            ("$feature/x", NameClass::FeatureFlag),
            ("$feature_enrollment/x", NameClass::Core),
            ("$session_entry_url", NameClass::NeverListed),
            ("$group_4", NameClass::NeverListed),
            ("$group_5", NameClass::Core),
            ("distinct_id", NameClass::NeverListed),
        ] {
            assert_eq!(class(name), expected, "{name}");
        }
    }

    #[test]
    fn names_that_are_never_listed_are_core() {
        let core = &taxonomy().core_event_properties_without_dollar;
        let never = &taxonomy().always_excluded_event_properties;
        assert!(
            never
                .iter()
                .all(|name| name.starts_with('$') || core.contains(name))
        );
        assert_eq!((core.len(), never.len()), (57, 45));
    }

    #[test]
    fn labels_are_found_by_words() {
        let event = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| word.to_string()).collect();
            labelled(DefinitionType::Event, &words)
        };
        assert!(event(&["library"]).contains(&"$lib"));
        assert!(event(&["ver", "brow"]).contains(&"$browser_version"));
        assert!(!event(&["deprecated"]).contains(&"$time"));
        let of_persons = labelled(DefinitionType::Person, &["latest".into(), "os".into()]);
        assert!(of_persons.contains(&"$os") && !of_persons.contains(&"$initial_os"));
    }

    /// The table of the reference is complete: names and the types that have them.
    #[test]
    fn properties_of_newer_sdks_have_labels() {
        let page = include_str!("../../tests/reference/property-definitions.md");
        let table = page.split("SDKs newer than that copy").nth(1).unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let names: Vec<_> = rows.map_while(|row| row.split('`').next()).collect();
        assert!(names.len() > 100 && names.contains(&"$release_id"));
        let labels = &taxonomy().labels;
        for name in names.iter().take_while(|name| name.starts_with('$')) {
            let is_of_events = *name != "$internal_or_test_user";
            assert_eq!(labels.event.contains_key(*name), is_of_events, "{name}");
            assert!(labels.person.contains_key(*name), "{name}");
        }
    }

    #[test]
    fn every_type_has_its_virtual_properties() {
        let count = |of| virtual_properties(of).len();
        assert_eq!(
            [
                DefinitionType::Event,
                DefinitionType::Person,
                DefinitionType::Group(0),
                DefinitionType::Session
            ]
            .map(count),
            [5, 4, 2, 0]
        );
    }
}
