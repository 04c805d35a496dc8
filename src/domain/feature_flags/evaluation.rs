//! The values of a project's flags for a person.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use super::{
    given::GivenProperties,
    hash::position,
    rules::{Release, Requirement, Rules},
    set::FlagSet,
    subject::FlagSubject,
};
use crate::model::{FeatureFlag, FeatureFlagId, FlagValue, Timestamp};

/// How many flags are remembered as reported to the log.
const MOST_REPORTED: usize = 10_000;

/// The value of a flag, and why it has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub value: FlagValue,
    pub reason: Reason,
}

/// Why a flag has its value. The numbers are those of release conditions, from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    Matched(usize),
    OutOfRollout(usize),
    NoMatch,
    NoGroup,
    Inactive,
    Overridden,
    Unsupported(&'static str),
}

/// A flag with its outcome.
pub struct EvaluatedFlag {
    pub flag: FeatureFlag,
    pub outcome: Outcome,
    pub payload: Option<String>,
}

impl FlagSet {
    /// Evaluates the flags whose keys are in `keys`, or all of them, for `subject`. `overrides` are values that count whatever
    /// the flags say.
    pub fn evaluate(
        self,
        subject: &FlagSubject,
        overrides: Vec<(FeatureFlagId, FlagValue)>,
        keys: Option<&HashSet<String>>,
        now: Timestamp,
    ) -> Vec<EvaluatedFlag> {
        let is_wanted = |flag: &FeatureFlag| keys.is_none_or(|keys| keys.contains(&flag.key));
        let places = 0..self.flags.len();
        let (order, _) = self.order(places.filter(|place| is_wanted(&self.flags[*place].0)));
        let mut evaluation = Evaluation {
            all: &self,
            subject,
            overrides: overrides.into_iter().collect(),
            now,
            outcomes: vec![None; self.flags.len()],
        };
        for place in order {
            evaluation.outcomes[place] = Some(evaluation.outcome(place));
        }
        let flags = evaluation.outcomes.into_iter().zip(&self.flags);
        let evaluated = flags.filter_map(|(outcome, (flag, rules))| {
            let outcome = outcome.filter(|_| is_wanted(flag))?;
            report(flag, outcome.reason);
            Some(EvaluatedFlag {
                payload: rules.payload(&outcome.value).map(str::to_owned),
                flag: flag.clone(),
                outcome,
            })
        });
        evaluated.collect()
    }
}

/// Says once in the log why a flag is off.
fn report(flag: &FeatureFlag, reason: Reason) {
    static REPORTED: Mutex<Vec<(FeatureFlagId, i64)>> = Mutex::new(Vec::new());
    let Reason::Unsupported(what) = reason else {
        return;
    };
    let mut reported = REPORTED.lock().unwrap_or_else(|broken| broken.into_inner());
    let this = (flag.id, flag.version);
    if let Err(place) = reported.binary_search(&this)
        && reported.len() < MOST_REPORTED
    {
        reported.insert(place, this);
        tracing::warn!(
            key = flag.key,
            "a feature flag is off: hoglet does not evaluate {what}"
        );
    }
}

/// The evaluation of flags for one subject.
struct Evaluation<'f> {
    all: &'f FlagSet,
    subject: &'f FlagSubject,
    overrides: HashMap<FeatureFlagId, FlagValue>,
    now: Timestamp,
    /// By place; `None`: not evaluated yet.
    outcomes: Vec<Option<Outcome>>,
}

/// Whom a release condition is about.
struct Target<'s> {
    /// What decides about positions.
    bucket: &'s str,
    properties: &'s GivenProperties,
}

impl Evaluation<'_> {
    /// The outcome of the flag at `place`.
    fn outcome(&self, place: usize) -> Outcome {
        let (flag, rules) = &self.all.flags[place];
        let (value, reason) = match self.overrides.get(&flag.id) {
            Some(value) => (value.clone(), Reason::Overridden),
            None if !flag.active => (FlagValue::Switch(false), Reason::Inactive),
            None => self.decide(flag, rules),
        };
        Outcome { value, reason }
    }

    fn decide(&self, flag: &FeatureFlag, rules: &Rules) -> (FlagValue, Reason) {
        let off = |reason| (FlagValue::Switch(false), reason);
        if let Some(what) = rules.unsupported {
            return off(Reason::Unsupported(what));
        }
        if rules.group_type.is_some() && self.target(rules.group_type).is_none() {
            return off(Reason::NoGroup);
        }
        let mut reason = Reason::NoMatch;
        for (index, release) in rules.releases.iter().enumerate() {
            let Some(target) = self.target(release.group_type) else {
                continue;
            };
            if !self.holds(release, &target) {
                continue;
            }
            let share = release.percentage;
            if share.is_none_or(|share| position(&flag.key, target.bucket, "") <= share / 100.0) {
                let variant = variant(flag, rules, release, target.bucket);
                let value = variant.map_or(FlagValue::Switch(true), FlagValue::Variant);
                return (value, Reason::Matched(index));
            }
            reason = Reason::OutOfRollout(index);
            if rules.exits_early {
                break;
            }
        }
        off(reason)
    }

    /// The group of this type, or the person; `None` if the request does not say which.
    fn target(&self, group_type: Option<u8>) -> Option<Target<'_>> {
        let subject = self.subject;
        match group_type {
            Some(index) => {
                let name = self.all.group_types.get(&index)?;
                Some(Target {
                    bucket: subject.groups.get(name)?,
                    properties: subject.group_properties.get(name)?,
                })
            }
            None => Some(Target {
                bucket: &subject.distinct_id,
                properties: &subject.person,
            }),
        }
    }

    fn holds(&self, release: &Release, target: &Target) -> bool {
        let mut requirements = release.requirements.iter();
        requirements.all(|requirement| match requirement {
            Requirement::Property(name, test) => test.holds(target.properties.get(name), self.now),
            Requirement::Flag(key, expected) => {
                let place = self.all.place(key);
                let outcome = place.and_then(|place| self.outcomes[place].as_ref());
                outcome.is_some_and(|outcome| match expected {
                    FlagValue::Switch(on) => outcome.value.is_on() == *on,
                    variant => outcome.value == *variant,
                })
            }
            Requirement::Never => false,
        })
    }
}

/// The variant for those in `bucket` whom `release` lets in, if the flag has variants.
fn variant(flag: &FeatureFlag, rules: &Rules, release: &Release, bucket: &str) -> Option<String> {
    let keys = || rules.variants.iter().map(|variant| &variant.key);
    if let Some(fixed) = keys().find(|key| Some(*key) == release.variant.as_ref()) {
        return Some(fixed.clone());
    }
    let position = position(&flag.key, bucket, "variant");
    let mut end = 0.0;
    let mut variants = rules.variants.iter();
    let found = variants.find(|variant| {
        end += variant.percentage / 100.0;
        position < end
    });
    found.map(|variant| variant.key.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::JsonText;

    fn flag(id: i64, key: &str, filters: Value) -> FeatureFlag {
        FeatureFlag {
            id: FeatureFlagId(id),
            key: key.into(),
            name: String::new(),
            active: true,
            filters: JsonText::new(&filters),
            version: 1,
            created_at: Timestamp(0),
            created_by: None,
            updated_at: Timestamp(0),
        }
    }

    fn everybody() -> Value {
        json!({"groups": [{"properties": [], "rollout_percentage": 100}]})
    }

    /// A flag that is on for those for whom another flag has `value`.
    fn after(id: i64, key: &str, other: &str, value: Value) -> FeatureFlag {
        let condition =
            json!({"key": other, "type": "flag", "operator": "flag_evaluates_to", "value": value});
        flag(id, key, json!({"groups": [{"properties": [condition]}]}))
    }

    fn evaluate(flags: Vec<FeatureFlag>, body: Value) -> HashMap<String, Outcome> {
        let flags = FlagSet::new(flags, vec![("company".into(), 0), ("team".into(), 1)]);
        let subject = FlagSubject::read(&body.into()).unwrap();
        let evaluated = flags.evaluate(&subject, Vec::new(), None, Timestamp(0));
        let pairs = evaluated.into_iter().map(|one| (one.flag.key, one.outcome));
        pairs.collect()
    }

    fn outcome(filters: Value, body: Value) -> Outcome {
        evaluate(vec![flag(1, "f", filters)], body)
            .remove("f")
            .unwrap()
    }

    fn on(reason: Reason) -> Outcome {
        Outcome {
            value: FlagValue::Switch(true),
            reason,
        }
    }

    fn off(reason: Reason) -> Outcome {
        Outcome {
            value: FlagValue::Switch(false),
            reason,
        }
    }

    fn variant(key: &str, condition: usize) -> Outcome {
        Outcome {
            value: FlagValue::Variant(key.into()),
            reason: Reason::Matched(condition),
        }
    }

    #[test]
    fn the_first_release_condition_that_holds_decides() {
        let filters = json!({"groups": [
            {"properties": [{"key": "plan", "value": "pro"}, {"key": "seats", "operator": "gt", "value": 5}]},
            {"properties": [{"key": "plan", "value": "basic"}], "rollout_percentage": 0},
            {"properties": [{"key": "distinct_id", "value": "ada"}], "rollout_percentage": 100},
        ]});
        for (body, expected) in [
            (
                json!({"distinct_id": "d", "person_properties": {"plan": "pro", "seats": 6}}),
                on(Reason::Matched(0)),
            ),
            (
                json!({"distinct_id": "d", "person_properties": {"plan": "pro", "seats": 5}}),
                off(Reason::NoMatch),
            ),
            (
                json!({"distinct_id": "d", "person_properties": {"plan": "basic"}}),
                off(Reason::OutOfRollout(1)),
            ),
            (
                json!({"distinct_id": "ada", "person_properties": {"plan": "basic"}}),
                on(Reason::Matched(2)),
            ),
            (json!({"distinct_id": 5}), off(Reason::NoMatch)),
        ] {
            assert_eq!(outcome(filters.clone(), body.clone()), expected, "{body}");
        }
        let mut strict = filters;
        strict["early_exit"] = json!(true);
        let body = json!({"distinct_id": "ada", "person_properties": {"plan": "basic"}});
        assert_eq!(outcome(strict, body), off(Reason::OutOfRollout(1)));
    }

    #[test]
    fn a_rollout_reaches_the_share_that_it_says() {
        let filters = json!({"groups": [{"rollout_percentage": 35.5}]});
        let is_on = |number: &i32| {
            let body = json!({"distinct_id": format!("id-{number}")});
            outcome(filters.clone(), body).value.is_on()
        };
        let share = (0..2_000).filter(is_on).count();
        assert!((650..770).contains(&share), "{share}");
        for (percentage, expected) in [
            (100, on(Reason::Matched(0))),
            (0, off(Reason::OutOfRollout(0))),
        ] {
            let filters = json!({"groups": [{"rollout_percentage": percentage}]});
            assert_eq!(outcome(filters, json!({"distinct_id": "d"})), expected);
        }
    }

    #[test]
    fn a_share_ends_where_the_position_is() {
        // The positions are in `hash`: 0.33970… of the rollout, 0.65952… among the variants.
        for (id, percentage, expected) in [
            ("distinct_id_1", 33.970, off(Reason::OutOfRollout(0))),
            ("distinct_id_1", 33.971, on(Reason::Matched(0))),
            ("distinct_id_0", 65.952, variant("b", 0)),
            ("distinct_id_0", 65.953, variant("a", 0)),
        ] {
            let filters = match expected.value {
                FlagValue::Switch(_) => json!({"groups": [{"rollout_percentage": percentage}]}),
                FlagValue::Variant(_) => {
                    let mut filters = everybody();
                    filters["multivariate"] = json!({"variants": [
                        {"key": "a", "rollout_percentage": percentage},
                        {"key": "b", "rollout_percentage": 100.0 - percentage},
                    ]});
                    filters
                }
            };
            let found = evaluate(
                vec![flag(1, "simple-flag", filters)],
                json!({"distinct_id": id}),
            );
            assert_eq!(found["simple-flag"], expected, "{percentage}");
        }
    }

    #[test]
    fn variants_go_by_position_unless_the_condition_names_one() {
        let mut filters = everybody();
        filters["multivariate"] = json!({"variants": [
            {"key": "none", "rollout_percentage": 0}, {"key": "a", "rollout_percentage": 50}, {"key": "b", "rollout_percentage": 50},
        ]});
        let found: HashSet<_> = (0..100)
            .map(|number| outcome(filters.clone(), json!({"distinct_id": number})).value)
            .collect();
        let both = ["a", "b"].map(|key| FlagValue::Variant(key.into()));
        assert_eq!(found, HashSet::from(both));
        filters["groups"][0]["variant"] = json!("none");
        assert_eq!(
            outcome(filters.clone(), json!({"distinct_id": "d"})),
            variant("none", 0)
        );
        filters["groups"][0]["variant"] = json!("unknown");
        assert_ne!(
            outcome(filters, json!({"distinct_id": "d"})).value,
            FlagValue::Variant("unknown".into())
        );
    }

    #[test]
    fn a_flag_for_groups_is_about_the_group_that_is_named() {
        let mut filters =
            json!({"groups": [{"properties": [{"key": "size", "operator": "gte", "value": 10}]}]});
        filters["aggregation_group_type_index"] = json!(0);
        let body = |groups: Value| {
            json!({"distinct_id": "d", "person_properties": {"size": 50}, "groups": groups,
                   "group_properties": {"company": {"size": 12}, "team": {"size": 3}}})
        };
        for (index, groups, expected) in [
            (0, json!({"company": "acme"}), on(Reason::Matched(0))),
            (0, json!({"team": "a"}), off(Reason::NoGroup)),
            (1, json!({"team": "a"}), off(Reason::NoMatch)),
            (2, json!({"team": "a"}), off(Reason::NoGroup)),
            (0, json!(null), off(Reason::NoGroup)),
        ] {
            filters["aggregation_group_type_index"] = json!(index);
            assert_eq!(
                outcome(filters.clone(), body(groups.clone())),
                expected,
                "{index} {groups}"
            );
        }
        // Its position is that of the group's key, and one condition may be about something else than the flag.
        let share =
            json!({"aggregation_group_type_index": 0, "groups": [{"rollout_percentage": 50}]});
        let ids: HashSet<_> = (0..50)
            .map(|id| {
                let body = json!({"distinct_id": id, "groups": {"company": "acme"}});
                outcome(share.clone(), body).value
            })
            .collect();
        assert_eq!(ids.len(), 1);
        let mixed = json!({"groups": [
            {"aggregation_group_type_index": 0, "properties": [{"key": "$group_key", "value": "acme"}]},
        ]});
        assert_eq!(
            outcome(mixed.clone(), body(json!({"company": "acme"}))),
            on(Reason::Matched(0))
        );
        assert_eq!(outcome(mixed, body(json!({}))), off(Reason::NoMatch));
    }

    #[test]
    fn flags_follow_other_flags() {
        let mut two = everybody();
        two["multivariate"] = json!({"variants": [{"key": "blue", "rollout_percentage": 100}]});
        let mut inactive = flag(9, "inactive", everybody());
        inactive.active = false;
        let flags = vec![
            after(1, "first", "last", json!(true)),
            after(2, "by-id", "8", json!("blue")),
            after(3, "wrong", "last", json!("red")),
            after(4, "opposite", "inactive", json!(false)),
            after(5, "of-missing", "nothing", json!(false)),
            after(6, "chained", "first", json!(true)),
            after(7, "malformed", "last", json!(null)),
            flag(8, "last", two),
            inactive,
        ];
        let found = evaluate(flags, json!({"distinct_id": "d"}));
        let is_on = |key: &str| found[key].value.is_on();
        let on = ["first", "by-id", "opposite", "chained", "last"];
        let off = ["wrong", "of-missing", "malformed", "inactive"];
        assert!(
            on.into_iter().all(is_on) && !off.into_iter().any(is_on),
            "{found:?}"
        );
        assert_eq!(found["last"], variant("blue", 0));
        assert_eq!(found["inactive"].reason, Reason::Inactive);
    }

    #[test]
    fn a_circle_of_flags_is_off() {
        let flags = vec![
            after(1, "a", "b", json!(true)),
            after(2, "b", "c", json!(true)),
            after(3, "c", "a", json!(true)),
            after(4, "self", "self", json!(true)),
        ];
        let found = evaluate(flags, json!({"distinct_id": "d"}));
        assert!(
            found.values().all(|outcome| !outcome.value.is_on()),
            "{found:?}"
        );
    }

    #[test]
    fn a_chain_may_be_as_long_as_a_project() {
        let mut flags = vec![flag(1, "f0", everybody())];
        flags.extend((1..500).map(|id| {
            after(
                id + 1,
                &format!("f{id}"),
                &format!("f{}", id - 1),
                json!(true),
            )
        }));
        flags.reverse();
        let found = evaluate(flags, json!({"distinct_id": "d"}));
        assert!(found.values().all(|outcome| outcome.value.is_on()));
    }

    #[test]
    fn sdks_get_the_chain_of_each_dependency() {
        let all = FlagSet::new(
            vec![
                after(1, "a", "2", json!(true)),
                after(2, "b", "c", json!(true)),
                flag(3, "c", everybody()),
                after(4, "circle", "circle", json!(true)),
                after(5, "of-missing", "nothing", json!(true)),
            ],
            Vec::new(),
        );
        let flags = all.with_chains();
        let condition = |index: usize| {
            let filters: Value = serde_json::from_str(flags[index].filters.as_str()).unwrap();
            filters["groups"][0]["properties"][0].clone()
        };
        for (index, key, chain) in [
            (0, "b", json!(["c", "b"])),
            (1, "c", json!(["c"])),
            (3, "circle", json!([])),
            (4, "nothing", json!(["nothing"])),
        ] {
            let condition = condition(index);
            assert_eq!(
                (&condition["key"], &condition["dependency_chain"]),
                (&json!(key), &chain)
            );
            assert_eq!(condition["operator"], "flag_evaluates_to");
        }
        assert_eq!(flags[2], flag(3, "c", everybody()));
    }

    #[test]
    fn what_counts_before_conditions() {
        let mut inactive = flag(1, "inactive", everybody());
        inactive.active = false;
        let cohort =
            json!({"groups": [{}, {"properties": [{"key": "id", "type": "cohort", "value": 5}]}]});
        let flags = vec![
            inactive,
            flag(2, "cohort", cohort),
            flag(3, "broken", json!([])),
            flag(4, "other", everybody()),
        ];
        let subject = FlagSubject::read(&json!({"distinct_id": "d"}).into()).unwrap();
        let blue = FlagValue::Variant("blue".into());
        let overrides = vec![
            (FeatureFlagId(1), blue.clone()),
            (FeatureFlagId(4), FlagValue::Switch(false)),
        ];
        let keys = HashSet::from(["inactive", "cohort", "broken", "other"].map(str::to_owned));
        let found = FlagSet::new(flags, Vec::new()).evaluate(
            &subject,
            overrides,
            Some(&keys),
            Timestamp(0),
        );
        let found: Vec<_> = found.into_iter().map(|one| one.outcome).collect();
        assert_eq!(
            found[0],
            Outcome {
                value: blue,
                reason: Reason::Overridden
            }
        );
        assert_eq!(found[1], off(Reason::Unsupported("cohorts")));
        assert!(matches!(found[2].reason, Reason::Unsupported(_)));
        assert_eq!(found[3], off(Reason::Overridden));
    }

    #[test]
    fn only_the_flags_asked_for_are_returned() {
        let flags = vec![
            flag(1, "a", everybody()),
            after(2, "b", "a", json!(true)),
            flag(3, "c", everybody()),
        ];
        let subject = FlagSubject::read(&json!({"distinct_id": "d"}).into()).unwrap();
        let keys = HashSet::from(["b".to_owned(), "unknown".to_owned()]);
        let found = FlagSet::new(flags, Vec::new()).evaluate(
            &subject,
            Vec::new(),
            Some(&keys),
            Timestamp(0),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].outcome, on(Reason::Matched(0)));
    }

    #[test]
    fn what_is_too_long_or_too_much_does_not_count() {
        let filters = json!({"groups": [{"properties": [{"key": "a", "operator": "is_set"}]}]});
        let body = |properties: Value| json!({"distinct_id": "d", "person_properties": properties});
        let is_on = |properties: Value| outcome(filters.clone(), body(properties)).value.is_on();
        assert!(is_on(json!({"a": "x".repeat(8 << 10)})));
        assert!(!is_on(json!({"a": "x".repeat((8 << 10) + 1)})));
        let mut many: serde_json::Map<_, _> =
            (0..999).map(|n| (format!("p{n}"), json!(n))).collect();
        many.insert("a".into(), json!(1));
        assert!(is_on(many.clone().into()));
        many.shift_insert(0, "first".into(), json!(1));
        assert!(!is_on(many.into()));
        // As in the service, only the first 200 characters of a distinct id count.
        let filters =
            json!({"groups": [{"properties": [{"key": "distinct_id", "value": "é".repeat(200)}]}]});
        assert!(
            outcome(filters, json!({"distinct_id": "é".repeat(201)}))
                .value
                .is_on()
        );
    }
}
