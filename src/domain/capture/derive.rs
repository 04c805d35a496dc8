//! What an event defines: the steps of the reference's pipeline, reduced to names and types (`ingestion.md` 5 and 6).
//!
//! For example, for a project that knows nothing yet,
//!
//! ```json
//! {"event": "paid", "properties": {"plan": "pro", "$browser": "Firefox", "$set": {"age": 42}}}
//! ```
//!
//! leads to these [`Update`]s: the event `paid`; the event properties `plan`, `$browser` and `$ip` (the pipeline adds the last),
//! each also as a pair with `paid`; and the person properties `age`, `$browser` and `$initial_browser`.
//!
//! The real pipeline builds the event step by step: it adds and removes properties, merges `$set` and `$set_once` into the
//! person, and at the end reads off the definitions. Doing the same would copy each event several times. This module walks
//! over the parsed members in place instead and decides for each which updates it leads to. Two things make that subtle:
//!
//! - **Precedence.** Where the pipeline merges objects, a later value overwrites an earlier one, and its type is the one that
//!   counts. So a value is not emitted if another one overwrites it: a later member with the same key, a member of the `$set`
//!   beside the properties over one of the `$set` among them, any `$set` member over a property copied from the event.
//! - **Cost.** Nearly all updates are known already, so the cheap question is asked first, with a hash that is computed once a
//!   name: does the [`Guard`] know it? Only for the few updates that remain is the precedence checked, which may have to build
//!   an index of the object's keys.
//!
//! An event may define a great many things; one that would lead to more than [`MAX_UPDATES`] is ignored as a whole, as in the
//! reference. The limit counts what the event would define in an empty project, not what is new, so events near it are
//! derived once more with an empty [`Known`] to count.

use std::borrow::Cow;

use super::{
    Datum, Event, Guard, Known, Of, Update,
    datum::{Keyed, MAX_MEMBERS},
    names::{Name, stored_name, stored_text, truncated},
    roles::Role,
};
use crate::model::{CaptureTarget, ProjectId, Timestamp};

/// Events that the reference handles outside this pipeline; they define nothing.
const EXCLUDED_EVENTS: [&str; 5] = [
    "$$heatmap",
    "$$client_ingestion_warning",
    "$performance_event",
    "$snapshot",
    "$snapshot_items",
];

/// An event that defines nothing but group types.
const PLUGIN_METRICS: &str = "$$plugin_metrics";

/// The event that describes a group.
const GROUP_IDENTIFY: &str = "$groupidentify";

/// Events about persons and groups, which are ignored if they have no person.
const PERSON_EVENTS: [&str; 4] = [
    "$identify",
    "$create_alias",
    "$merge_dangerously",
    GROUP_IDENTIFY,
];

/// Events that would lead to more updates than this are ignored.
pub const MAX_UPDATES: usize = 10_000;

/// The most characters of a group type.
const GROUP_TYPE_LENGTH: usize = 400;

/// A project that knows nothing.
const NOTHING: CaptureTarget = CaptureTarget {
    project: ProjectId(0),
    cache_epoch: 0,
};

// Values of properties that the pipeline adds: only their types matter.
static SOME_TEXT: Datum = Datum::Text(Cow::Borrowed("127.0.0.1"));
static SOME_INSTANT: Datum = Datum::Text(Cow::Borrowed("2026-01-02T03:04:05Z"));
static NO: Datum = Datum::Boolean(false);

/// Calls `out` with each update that `event` leads to and `guard` does not know. `has_sent_at`: the request says when it was
/// sent.
pub fn derive<'e>(
    event: &'e Event<'e>,
    has_sent_at: bool,
    guard: &Guard,
    out: &mut dyn FnMut(Update<'e>),
) {
    let Some(name) = event.name.as_deref() else {
        return;
    };
    let is_personless = event.properties.is_personless;
    if EXCLUDED_EVENTS.contains(&name) || is_personless && PERSON_EVENTS.contains(&name) {
        return;
    }
    let derivation = Derivation::new(event, has_sent_at, guard);
    // Group types get their indexes before definitions are looked for, whatever the event then defines.
    if !is_personless {
        derivation.emit_group_types(name == GROUP_IDENTIFY, out);
    }
    let name = stored_name(truncated(name)).filter(|name| name != PLUGIN_METRICS);
    let Some(name) = name else {
        return;
    };
    if derivation.is_cut() || derivation.exceeds(&name) {
        return;
    }
    derivation.emit(name, out);
}

/// Whether `event` would lead to more than [`MAX_UPDATES`].
pub fn counts_too_much(event: &Event) -> bool {
    let Some(name) = event
        .name
        .as_deref()
        .and_then(|name| stored_name(truncated(name)))
    else {
        return false;
    };
    let known = Known::default();
    let guard = known.guard(NOTHING, Timestamp(0));
    let derivation = Derivation::new(event, true, &guard);
    derivation.is_cut() || derivation.exceeds(&name)
}

/// An event with its objects indexed by key.
struct Derivation<'e, 'l> {
    event: &'e Event<'e>,
    has_sent_at: bool,
    guard: &'l Guard<'l>,
    members: Keyed<'e>,
    /// The `$set` beside the properties, which takes precedence, and the one among them.
    set: [Keyed<'e>; 2],
    /// The same for `$set_once`.
    set_once: [Keyed<'e>; 2],
}

impl<'e, 'l> Derivation<'e, 'l> {
    fn new(event: &'e Event<'e>, has_sent_at: bool, guard: &'l Guard<'l>) -> Self {
        let properties = &event.properties;
        Derivation {
            event,
            has_sent_at,
            guard,
            members: Keyed::new(Some(&properties.members)),
            set: [&event.set, &properties.set].map(|set| Keyed::new(set.as_ref())),
            set_once: [&event.set_once, &properties.set_once].map(|set| Keyed::new(set.as_ref())),
        }
    }

    /// Whether the parser dropped some members: then there are more than [`MAX_UPDATES`].
    fn is_cut(&self) -> bool {
        let properties = &self.event.properties;
        let sets = self.set.iter().chain(&self.set_once);
        let lengths = sets.chain([&self.members]).map(|set| set.members.len());
        let groups = [&properties.groups, &properties.group_set];
        let groups = groups.into_iter().flatten().map(Vec::len);
        lengths.chain(groups).any(|length| length > MAX_MEMBERS)
    }

    /// Whether there are more than [`MAX_UPDATES`].
    fn exceeds(&self, name: &str) -> bool {
        self.upper_bound() > MAX_UPDATES && self.count(name) > MAX_UPDATES
    }

    /// An upper bound of the number of updates.
    fn upper_bound(&self) -> usize {
        let sets = self.set.iter().chain(&self.set_once);
        let in_sets: usize = sets.map(|set| set.members.len()).sum();
        let in_groups = self.event.properties.group_set.as_ref().map_or(0, Vec::len);
        200 + 2 * self.members.members.len() + in_sets + in_groups
    }

    /// The number of updates in a project that knows nothing.
    fn count(&self, name: &str) -> usize {
        let known = Known::default();
        let mut count = 0;
        let guard = known.guard(NOTHING, Timestamp(0));
        let derivation = Derivation::new(self.event, self.has_sent_at, &guard);
        derivation.emit(name.into(), &mut |_| count += 1);
        count
    }

    fn emit(&self, name: Cow<'e, str>, out: &mut dyn FnMut(Update<'e>)) {
        let properties = &self.event.properties;
        let event = self.guard.name(&name);
        if name == GROUP_IDENTIFY {
            if !self.guard.has_event(event) {
                out(Update::Event(name));
            }
            return self.emit_group(out);
        }
        self.emit_members((&name, event), out);
        if !properties.is_personless {
            for sets in [&self.set, &self.set_once] {
                self.emit_set(sets, out);
            }
        }
        if !self.guard.has_event(event) {
            out(Update::Event(name));
        }
    }

    fn emit_group_types(&self, is_of_group: bool, out: &mut dyn FnMut(Update<'e>)) {
        let properties = &self.event.properties;
        let own = properties.group_type.as_ref();
        let own = own.filter(|_| is_of_group && properties.group_set.is_some());
        let groups = properties.groups.iter().flatten().map(|(key, _)| key);
        for group_type in groups.chain(own) {
            let fits = group_type.chars().count() <= GROUP_TYPE_LENGTH;
            if fits
                && !self
                    .guard
                    .has_group_type(self.guard.name(&stored_text(group_type)))
            {
                out(Update::GroupType(stored_text(group_type)));
            }
        }
    }

    /// The properties of the group that a `$groupidentify` describes; its own properties define nothing.
    fn emit_group(&self, out: &mut dyn FnMut(Update<'e>)) {
        let properties = &self.event.properties;
        let (Some(group_type), Some(set)) = (&properties.group_type, &properties.group_set) else {
            return;
        };
        let set = Keyed::new(Some(set));
        for (position, (key, value)) in set.members.iter().enumerate() {
            let is_last = || set.is_last(position, key);
            self.emit_property(Of::Group(stored_text(group_type)), key, value, is_last, out);
        }
    }

    fn emit_members(&self, event: (&Cow<'e, str>, Name), out: &mut dyn FnMut(Update<'e>)) {
        let mut has_ip = false;
        for (position, (key, value)) in self.members.members.iter().enumerate() {
            let Some(name) = stored_name(key) else {
                continue;
            };
            let name = (self.guard.name(&name), name);
            let (mut value, role) = (value, self.guard.role(name.0));
            match role {
                Some(Role::Ignored) => continue,
                Some(Role::SentAt) if self.has_sent_at => continue,
                Some(Role::Ip) => {
                    has_ip = true;
                    value = if value.is_falsy() { &SOME_TEXT } else { value };
                }
                Some(Role::OsName) if !self.members.has("$os") => {
                    self.emit_added(event, "$os", value, out);
                }
                _ => {}
            }
            // Asked last: duplicate keys are rare, and looking for them is expensive.
            let is_last = || self.members.is_last(position, key);
            self.emit_member(event, name, value, is_last, out);
        }
        if !has_ip {
            self.emit_added(event, "$ip", &SOME_TEXT, out);
        }
        if self.has_sent_at {
            self.emit_added(event, "$sent_at", &SOME_INSTANT, out);
        }
        if self.event.properties.is_personless {
            self.emit_added(event, "$process_person_profile", &NO, out);
        }
    }

    /// A property that the pipeline adds.
    fn emit_added(
        &self,
        event: (&Cow<'e, str>, Name),
        key: &'static str,
        value: &'e Datum<'e>,
        out: &mut dyn FnMut(Update<'e>),
    ) {
        let name = (self.guard.name(key), key.into());
        self.emit_member(event, name, value, || true, out);
    }

    /// A property of the event, and of its person if it is copied.
    fn emit_member(
        &self,
        (event_name, event): (&Cow<'e, str>, Name),
        (hash, name): (Name, Cow<'e, str>),
        value: &'e Datum<'e>,
        is_last: impl Fn() -> bool,
        out: &mut dyn FnMut(Update<'e>),
    ) {
        let guard = self.guard;
        let is_flag = name.starts_with("$feature/") || name.starts_with("$feature_enrollment/");
        if !is_flag && !guard.has_pair(event, hash) && is_last() {
            out(Update::Pair(event_name.clone(), name.clone()));
        }
        if !guard.has_property(Of::Event, hash, &name, value) && is_last() {
            out(Update::Property(Of::Event, name.clone(), value));
        }
        let Some(Role::CopiedToPerson(initial, initial_hash)) = guard.role(hash) else {
            return;
        };
        if !self.is_copied(&name) {
            return;
        }
        let is_free = |sets: &[Keyed], key| is_last() && !sets.iter().any(|set| set.contains(key));
        if !guard.has_property(Of::Person, hash, &name, value) && is_free(&self.set, &name) {
            out(Update::Property(Of::Person, name.clone(), value));
        }
        if *value != Datum::Null
            && !guard.has_property(Of::Person, initial_hash, initial, value)
            && is_free(&self.set_once, initial)
        {
            out(Update::Property(Of::Person, initial.into(), value));
        }
    }

    /// The operating system of a server is not copied: it is not the person's.
    fn is_copied(&self, key: &str) -> bool {
        let properties = &self.event.properties;
        !(properties.is_personless || properties.is_server && key.starts_with("$os"))
    }

    fn emit_set(&self, [strong, weak]: &[Keyed<'e>; 2], out: &mut dyn FnMut(Update<'e>)) {
        for (position, (key, value)) in strong.members.iter().enumerate() {
            let is_last = || strong.is_last(position, key);
            self.emit_property(Of::Person, key, value, is_last, out);
        }
        for (position, (key, value)) in weak.members.iter().enumerate() {
            let counts = || weak.is_last(position, key) && !strong.contains(key);
            self.emit_property(Of::Person, key, value, counts, out);
        }
    }

    /// Emits the property unless it is known or does not count, which is checked last.
    fn emit_property(
        &self,
        of: Of<Cow<'e, str>>,
        key: &'e str,
        value: &'e Datum<'e>,
        counts: impl Fn() -> bool,
        out: &mut dyn FnMut(Update<'e>),
    ) {
        let Some(name) = stored_name(key) else { return };
        let hash = self.guard.name(&name);
        if !self.guard.has_property(of.as_ref(), hash, &name, value) && counts() {
            out(Update::Property(of, name, value));
        }
    }
}
