//! What the `filters` of a flag say.
//!
//! They are checked when a flag is stored and read again when it is evaluated, by the same function. What hoglet does not
//! evaluate is stored like anything else; the flag is then off, whatever else it says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    condition::{Comparison, REGEX_SIZE},
    object::Object,
};
use crate::model::{FeatureFlag, FlagValue, Json, parse_json};

/// The most bytes of one flag's filters as JSON.
pub const LONGEST_FILTERS: usize = 32 << 10;

/// The most release conditions of one flag, comparisons in all of them, and those that are regular expressions.
const MOST_RELEASES: usize = 100;
const MOST_TESTS: usize = 200;
const MOST_REGEXES: usize = 10;

/// How far the shares of variants may be from 100 percent: they are sums of fractions.
const TOLERANCE: f64 = 0.01;

/// The filters of a flag.
#[derive(Debug, Default)]
pub struct Rules {
    /// The flag is on for those who fulfil one of them.
    pub releases: Vec<Release>,
    /// Empty for a flag that is only on or off.
    pub variants: Vec<Variant>,
    /// What programs get with the flag, as JSON text, by value: `true` or the key of a variant.
    payloads: Vec<(String, String)>,
    /// The type of the groups that it is for; `None`: it is for persons.
    pub group_type: Option<u8>,
    /// Whether those whom a release condition leaves out only by its share get no further ones.
    pub exits_early: bool,
    /// Why it is off whatever else it says.
    pub unsupported: Option<&'static str>,
}

/// A condition under which a flag is on.
#[derive(Debug)]
pub struct Release {
    /// All of them must hold.
    pub requirements: Vec<Requirement>,
    /// For how many of those who fulfil them, in percent.
    pub percentage: Option<f64>,
    /// The variant that they get; if the flag has none of this key, by their position.
    pub variant: Option<String>,
    /// The type of the groups that it is for, where it differs from the flag's.
    pub group_type: Option<u8>,
}

#[derive(Debug)]
pub enum Requirement {
    Property(String, Comparison),
    /// The value of another flag, which is named by its key or its id.
    Flag(String, FlagValue),
    /// It never holds: the service ignores what is wrong with it too.
    Never,
}

#[derive(Debug)]
pub struct Variant {
    pub key: String,
    pub percentage: f64,
}

/// The rules of stored flags, by their filters. Any client with the public token may ask for all flags of a project, and to read
/// the filters takes longer than to evaluate them. A text always says the same, so nothing here can be out of date.
static KNOWN: Mutex<Known> = Mutex::new(Known {
    rules: BTreeMap::new(),
    bytes: 0,
});

struct Known {
    rules: BTreeMap<String, Arc<Rules>>,
    /// About what they take.
    bytes: usize,
}

/// The most bytes of [`Known`]; it starts again from nothing when it has more.
const MOST_KNOWN: usize = 16 << 20;

/// The rules of a stored flag.
pub fn of(flag: &FeatureFlag) -> Arc<Rules> {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner); // what is there is whole
    let text = flag.filters.as_str();
    if let Some(rules) = known().rules.get(text) {
        return rules.clone();
    }
    let filters = parse_json(text.as_bytes()).ok();
    let rules = filters.and_then(|filters| Rules::read(&filters).ok());
    let rules = Arc::new(rules.unwrap_or_else(|| Rules {
        unsupported: Some("filters that another version of hoglet stored"),
        ..Rules::default()
    }));
    let mut known = known();
    if known.bytes > MOST_KNOWN {
        known.rules.clear();
        known.bytes = 0;
    }
    if known.rules.insert(text.to_owned(), rules.clone()).is_none() {
        known.bytes += rules.memory(text);
    }
    rules
}

impl Rules {
    /// Reads `filters`. Errors: a sentence about what is wrong.
    pub fn read(filters: &Json) -> Result<Rules, String> {
        let filters = Object::of(filters, "filters")?;
        let mut rules = Rules {
            group_type: filters.group_type()?,
            exits_early: filters.get("early_exit") == Some(&Json::Bool(true)),
            ..Rules::default()
        };
        for (name, reason) in [
            ("super_groups", "super groups"),
            ("holdout", "holdouts"),
            ("holdout_groups", "holdouts"),
            ("feature_enrollment", "early access features"),
        ] {
            if filters.get(name).is_some_and(Json::is_truthy) {
                rules.unsupported = Some(reason);
            }
        }
        if filters.get("bucketing_identifier") == Some(&"device_id".into()) {
            rules.unsupported = Some("rollouts by device");
        }
        for release in filters.objects("groups")? {
            let release = Release::read(&release, &mut rules)?;
            rules.releases.push(release);
        }
        if let Some(variants) = filters.get("multivariate") {
            let variants = Object::of(variants, "multivariate")?.objects("variants")?;
            rules.variants = variants
                .iter()
                .map(Variant::read)
                .collect::<Result<_, _>>()?;
        }
        if let Some(payloads) = filters.get("payloads") {
            let payloads = Object::of(payloads, "payloads")?;
            rules.payloads = payloads.payloads()?;
        }
        rules.check()?;
        Ok(rules)
    }

    fn check(&self) -> Result<(), String> {
        let requirements = self.releases.iter().flat_map(|one| &one.requirements);
        for (count, most, what) in [
            (self.releases.len(), MOST_RELEASES, "groups"),
            (requirements.count(), MOST_TESTS, "properties in all groups"),
            (self.regexes(), MOST_REGEXES, "regular expressions"),
        ] {
            if count > most {
                return Err(format!("A flag has at most {most} {what}."));
            }
        }
        let sum: f64 = self.variants.iter().map(|variant| variant.percentage).sum();
        match self.variants.is_empty() || (sum - 100.0).abs() <= TOLERANCE {
            true => Ok(()),
            false => Err(
                "Invalid variant definitions: Variant rollout percentages must sum to 100.".into(),
            ),
        }
    }

    fn regexes(&self) -> usize {
        let requirements = self.releases.iter().flat_map(|one| &one.requirements);
        let regexes = requirements.filter(|one| match one {
            Requirement::Property(_, test) => test.is_regex(),
            _ => false,
        });
        regexes.count()
    }

    /// About how many bytes they take, read from `text`, with it.
    fn memory(&self, text: &str) -> usize {
        4 * text.len() + self.regexes() * REGEX_SIZE
    }

    /// The keys or ids of the flags that the flag depends on.
    pub fn dependencies(&self) -> impl Iterator<Item = &str> {
        let requirements = self.releases.iter().flat_map(|one| &one.requirements);
        requirements.filter_map(|one| match one {
            Requirement::Flag(key, _) => Some(&**key),
            _ => None,
        })
    }

    /// What programs get when the flag has this value.
    pub fn payload(&self, value: &FlagValue) -> Option<&str> {
        let name = match value {
            FlagValue::Switch(false) => return None,
            FlagValue::Switch(true) => "true",
            FlagValue::Variant(key) => key,
        };
        let mut payloads = self.payloads.iter();
        payloads.find_map(|(value, payload)| (value == name).then_some(&**payload))
    }
}

impl Release {
    fn read(release: &Object, rules: &mut Rules) -> Result<Release, String> {
        let properties = release.objects("properties")?;
        let requirements = properties
            .iter()
            .map(|property| match Requirement::read(property)? {
                Ok(requirement) => Ok(requirement),
                Err(unsupported) => {
                    rules.unsupported = Some(unsupported);
                    Ok(Requirement::Never)
                }
            });
        Ok(Release {
            requirements: requirements.collect::<Result<_, String>>()?,
            percentage: release.percentage()?,
            variant: release.text("variant")?,
            group_type: match release.has("aggregation_group_type_index") {
                true => release.group_type()?,
                false => rules.group_type,
            },
        })
    }
}

impl Requirement {
    /// A condition on a property or a flag; `Err` with the reason for one that hoglet does not evaluate.
    fn read(object: &Object) -> Result<Result<Requirement, &'static str>, String> {
        let key = object.get("key").map(Json::python_text);
        let key = key.ok_or_else(|| object.wrong("key", "a text"))?;
        let operator = object
            .text("operator")?
            .filter(|operator| !operator.is_empty());
        let value = object.get("value").unwrap_or(&Json::Null);
        Ok(match object.text("type")?.as_deref() {
            Some("flag") => Ok(match (operator.as_deref(), value) {
                (Some("flag_evaluates_to"), Json::Bool(on)) => {
                    Requirement::Flag(key, FlagValue::Switch(*on))
                }
                (Some("flag_evaluates_to"), Json::Text(text)) => {
                    Requirement::Flag(key, FlagValue::Variant(text.value.clone()))
                }
                _ => Requirement::Never,
            }),
            None | Some("person" | "group" | "") => {
                let test = Comparison::read(operator.as_deref().unwrap_or("exact"), value);
                let test = test.ok_or("an operator that it does not know");
                test.map(|test| Requirement::Property(key, test))
            }
            Some("cohort" | "static-cohort" | "precalculated-cohort") => Err("cohorts"),
            Some(_) => Err("a type of property that it does not know"),
        })
    }
}

impl Variant {
    fn read(variant: &Object) -> Result<Variant, String> {
        Ok(Variant {
            key: variant
                .text("key")?
                .ok_or_else(|| variant.wrong("key", "a text"))?,
            percentage: (variant.percentage()?)
                .ok_or_else(|| variant.wrong("rollout_percentage", "a number from 0 to 100"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{FeatureFlagId, JsonText, Timestamp};

    fn read(filters: Value) -> Result<Rules, String> {
        Rules::read(&filters.into())
    }

    #[test]
    fn what_is_wrong_is_named() {
        let group = |properties: Value| json!({"groups": [{"properties": properties}]});
        let variants = |variants: Value| json!({"multivariate": {"variants": variants}});
        let many = |count: usize, item: Value| vec![item; count];
        let regex = json!({"key": "a", "operator": "regex", "value": "a"});
        for (filters, problem) in [
            (json!([]), "filters must be an object."),
            (json!({"groups": {}}), "groups of filters must be a list."),
            (json!({"groups": [5]}), "groups[0] must be an object."),
            (
                json!({"groups": [{}, {"rollout_percentage": 101}]}),
                "rollout_percentage of groups[1] must be a number from 0 to 100.",
            ),
            (
                json!({"groups": [{"rollout_percentage": "5"}]}),
                "rollout_percentage of groups[0] must be a number from 0 to 100.",
            ),
            (
                json!({"groups": [{"variant": 5}]}),
                "variant of groups[0] must be a text.",
            ),
            (
                json!({"aggregation_group_type_index": 5}),
                "aggregation_group_type_index of filters must be a number from 0 to 4.",
            ),
            (group(json!([{}])), "key of properties[0] must be a text."),
            (group(json!(["a"])), "properties[0] must be an object."),
            (
                variants(json!([{"rollout_percentage": 100}])),
                "key of variants[0] must be a text.",
            ),
            (
                variants(json!([{"key": "a"}])),
                "rollout_percentage of variants[0] must be a number from 0 to 100.",
            ),
            (
                variants(json!([{"key": "a", "rollout_percentage": 99}])),
                "Invalid variant definitions: Variant rollout percentages must sum to 100.",
            ),
            (
                json!({"payloads": {"true": "not JSON"}}),
                "true of payloads must be JSON, or a text of JSON.",
            ),
            (
                json!({"groups": many(101, json!({}))}),
                "A flag has at most 100 groups.",
            ),
            (
                group(json!(many(201, json!({"key": "a"})))),
                "A flag has at most 200 properties in all groups.",
            ),
            (
                group(json!(many(11, regex))),
                "A flag has at most 10 regular expressions.",
            ),
        ] {
            let found = read(filters.clone()).map(drop);
            assert_eq!(found, Err(problem.to_owned()), "{filters}");
        }
    }

    #[test]
    fn nothing_but_an_object_is_needed() {
        let null = json!({"groups": null, "multivariate": null, "payloads": null, "super_groups": [], "holdout": null});
        for filters in [
            json!({}),
            null,
            json!({"groups": [{"properties": null}], "other": 5}),
        ] {
            let rules = read(filters.clone()).unwrap();
            assert_eq!(
                (rules.variants.len(), rules.unsupported),
                (0, None),
                "{filters}"
            );
        }
    }

    #[test]
    fn what_hoglet_does_not_evaluate_is_named() {
        let group = |property: Value| json!({"groups": [{"properties": [property]}]});
        for (filters, reason) in [
            (
                json!({"super_groups": [{"properties": []}]}),
                "super groups",
            ),
            (
                json!({"holdout": {"id": 1, "exclusion_percentage": 10}}),
                "holdouts",
            ),
            (json!({"holdout_groups": [{}]}), "holdouts"),
            (json!({"feature_enrollment": true}), "early access features"),
            (
                json!({"bucketing_identifier": "device_id"}),
                "rollouts by device",
            ),
            (
                group(json!({"key": "id", "type": "cohort", "value": 5})),
                "cohorts",
            ),
            (
                group(json!({"key": "a", "operator": "between", "value": 5})),
                "an operator that it does not know",
            ),
            (
                group(json!({"key": "a", "type": "session", "value": 5})),
                "a type of property that it does not know",
            ),
        ] {
            assert_eq!(
                read(filters.clone()).unwrap().unsupported,
                Some(reason),
                "{filters}"
            );
        }
    }

    #[test]
    fn filters_are_read_once_and_not_all_are_kept() {
        let flag = |filters: Value| FeatureFlag {
            id: FeatureFlagId(1),
            key: "f".into(),
            name: String::new(),
            active: true,
            filters: JsonText::new(&filters),
            version: 1,
            created_at: Timestamp(0),
            created_by: None,
            updated_at: Timestamp(0),
        };
        let early = of(&flag(json!({"early_exit": true, "only": "here"})));
        let again = of(&flag(json!({"early_exit": true, "only": "here"})));
        assert!(early.exits_early && Arc::ptr_eq(&early, &again));
        let late = of(&flag(json!({"early_exit": false, "only": "here"})));
        assert!(!late.exits_early);
        let regex = json!({"key": "a", "operator": "regex", "value": "x"});
        let largest = |number: usize| {
            let text = "x".repeat(30_000);
            flag(json!({"groups": [{"properties": vec![&regex; 10]}], "text": text, "n": number}))
        };
        let one = of(&largest(0)).memory(largest(0).filters.as_str());
        for number in 0..2 * MOST_KNOWN / one {
            of(&largest(number));
            let known = KNOWN.lock().unwrap();
            assert!(known.bytes <= MOST_KNOWN + one && known.rules.len() < 1_000);
        }
        assert!(!Arc::ptr_eq(&of(&largest(0)), &of(&largest(1))));
    }

    #[test]
    fn payloads_are_texts_of_json() {
        let payloads =
            json!({"true": "{\"a\": 1}", "blue": {"b": [1, null]}, "red": null, "false": "1"});
        let rules = read(json!({"payloads": payloads})).unwrap();
        let blue = FlagValue::Variant("blue".into());
        assert_eq!(rules.payload(&FlagValue::Switch(true)), Some("{\"a\": 1}"));
        assert_eq!(rules.payload(&blue), Some("{\"b\":[1,null]}"));
        assert_eq!(rules.payload(&FlagValue::Variant("red".into())), None);
        assert_eq!(rules.payload(&FlagValue::Switch(false)), None);
    }
}
