//! What an event implies: the pipeline's steps and the updates that follow (`ingestion.md` 5 and 6).

use std::borrow::Cow;

use super::{
    Datum, Event, Known, Look, Of, Update,
    datum::MOST_MEMBERS,
    keyed::Keyed,
    known::Name,
    names::{cut, kept, whole},
    roles::Role,
};
use crate::model::*;

/// Events that are no events to those who ask for some: they go elsewhere, or nowhere.
const ELSEWHERE: [&str; 6] = [
    "$$heatmap",
    "$$client_ingestion_warning",
    "$performance_event",
    "$snapshot",
    "$snapshot_items",
    "$$plugin_metrics",
];

/// Events about persons and groups, which mean nothing without a person.
const OF_PERSONS: [&str; 4] = [
    "$identify",
    "$create_alias",
    "$merge_dangerously",
    "$groupidentify",
];

/// An event that would lead to more updates than this leads to none.
const MOST_UPDATES: usize = 10_000;

/// The most characters of a group type.
const GROUP_TYPE_LENGTH: usize = 400;

// What is added to events on their way: only the types of these count.
static SOME_TEXT: Datum = Datum::Text(Cow::Borrowed("127.0.0.1"));
static SOME_INSTANT: Datum = Datum::Text(Cow::Borrowed("2026-01-02T03:04:05Z"));
static NO: Datum = Datum::Boolean(false);

/// Tells `out` what `event` implies and `look` does not know. `has_sent_at`: the request said when it was sent.
pub fn derive<'e>(
    event: &'e Event<'e>,
    has_sent_at: bool,
    look: &Look,
    out: &mut dyn FnMut(Update<'e>),
) {
    let Some(name) = event.name.as_deref() else {
        return;
    };
    let is_personless = event.properties.is_personless;
    if ELSEWHERE.contains(&name) || is_personless && OF_PERSONS.contains(&name) {
        return;
    }
    let Some(name) = kept(cut(name)) else { return };
    let derivation = Derivation::new(event, has_sent_at, look);
    if derivation.is_cut() {
        return;
    }
    if derivation.most() > MOST_UPDATES && derivation.count(&name) > MOST_UPDATES {
        return;
    }
    derivation.tell(name, out);
}

/// One event on its way.
struct Derivation<'e, 'l> {
    event: &'e Event<'e>,
    has_sent_at: bool,
    look: &'l Look<'l>,
    members: Keyed<'e>,
    /// What was sent beside the properties, which is stronger, and what was among them.
    set: [Keyed<'e>; 2],
    set_once: [Keyed<'e>; 2],
}

impl<'e, 'l> Derivation<'e, 'l> {
    fn new(event: &'e Event<'e>, has_sent_at: bool, look: &'l Look<'l>) -> Self {
        let properties = &event.properties;
        Derivation {
            event,
            has_sent_at,
            look,
            members: Keyed::new(Some(&properties.members)),
            set: [&event.set, &properties.set].map(|set| Keyed::new(set.as_ref())),
            set_once: [&event.set_once, &properties.set_once].map(|set| Keyed::new(set.as_ref())),
        }
    }

    /// Whether some members of the event were not kept: it has too many to lead to any update.
    fn is_cut(&self) -> bool {
        let properties = &self.event.properties;
        let sets = self.set.iter().chain(&self.set_once);
        let lengths = sets.chain([&self.members]).map(|set| set.members.len());
        let groups = [&properties.groups, &properties.group_set];
        let groups = groups.into_iter().flatten().map(Vec::len);
        lengths.chain(groups).any(|length| length > MOST_MEMBERS)
    }

    /// At least as many updates as the event leads to.
    fn most(&self) -> usize {
        let sets = self.set.iter().chain(&self.set_once);
        let in_sets: usize = sets.map(|set| set.members.len()).sum();
        let in_groups = self.event.properties.group_set.as_ref().map_or(0, Vec::len);
        200 + 2 * self.members.members.len() + in_sets + in_groups
    }

    /// How many updates the event leads to when nothing is known.
    fn count(&self, name: &str) -> usize {
        let known = Known::default();
        let nobody = Target {
            project: ProjectId(0),
            forgotten: 0,
        };
        let mut count = 0;
        let look = known.look(nobody, Timestamp(0));
        let unknowing = Derivation::new(self.event, self.has_sent_at, &look);
        unknowing.tell(name.into(), &mut |update| {
            count += usize::from(!matches!(update, Update::GroupType(_)));
        });
        count
    }

    fn tell(&self, name: Cow<'e, str>, out: &mut dyn FnMut(Update<'e>)) {
        let properties = &self.event.properties;
        let is_of_group = name == "$groupidentify";
        if !properties.is_personless {
            self.tell_group_types(is_of_group, out);
        }
        let event = self.look.name(&name);
        if is_of_group {
            if !self.look.has_event(event) {
                out(Update::Event(name));
            }
            return self.tell_group(out);
        }
        self.tell_members((&name, event), out);
        if !properties.is_personless {
            for sets in [&self.set, &self.set_once] {
                self.tell_set(sets, out);
            }
        }
        if !self.look.has_event(event) {
            out(Update::Event(name));
        }
    }

    fn tell_group_types(&self, is_of_group: bool, out: &mut dyn FnMut(Update<'e>)) {
        let properties = &self.event.properties;
        let own = properties.group_type.as_ref();
        let own = own.filter(|_| is_of_group && properties.group_set.is_some());
        let groups = properties.groups.iter().flatten().map(|(key, _)| key);
        for group_type in groups.chain(own) {
            let fits = group_type.chars().count() <= GROUP_TYPE_LENGTH;
            if fits && !self.look.has_group_type(self.look.name(&whole(group_type))) {
                out(Update::GroupType(whole(group_type)));
            }
        }
    }

    /// The properties of the group that the event is about; those of the event itself do not count.
    fn tell_group(&self, out: &mut dyn FnMut(Update<'e>)) {
        let properties = &self.event.properties;
        let (Some(group_type), Some(set)) = (&properties.group_type, &properties.group_set) else {
            return;
        };
        let set = Keyed::new(Some(set));
        for (place, (key, value)) in set.members.iter().enumerate() {
            let is_last = || set.is_last(place, key);
            self.tell_property(Of::Group(whole(group_type)), key, value, is_last, out);
        }
    }

    fn tell_members(&self, event: (&Cow<'e, str>, Name), out: &mut dyn FnMut(Update<'e>)) {
        let mut has_ip = false;
        for (place, (key, value)) in self.members.members.iter().enumerate() {
            let Some(name) = kept(key) else { continue };
            let name = (self.look.name(&name), name);
            let (mut value, role) = (value, self.look.role(name.0));
            match role {
                Some(Role::PassedOver) => continue,
                Some(Role::SentAt) if self.has_sent_at => continue,
                Some(Role::Ip) => {
                    has_ip = true;
                    value = if value.is_falsy() { &SOME_TEXT } else { value };
                }
                Some(Role::OsName) if !self.members.has("$os") => {
                    self.tell_added(event, "$os", value, out);
                }
                _ => {}
            }
            // Asked last: a key that comes twice is rare, and looking for it dear.
            let is_last = || self.members.is_last(place, key);
            self.tell_member(event, name, value, is_last, out);
        }
        if !has_ip {
            self.tell_added(event, "$ip", &SOME_TEXT, out);
        }
        if self.has_sent_at {
            self.tell_added(event, "$sent_at", &SOME_INSTANT, out);
        }
        if self.event.properties.is_personless {
            self.tell_added(event, "$process_person_profile", &NO, out);
        }
    }

    /// A property that was not sent.
    fn tell_added(
        &self,
        event: (&Cow<'e, str>, Name),
        key: &'static str,
        value: &'e Datum<'e>,
        out: &mut dyn FnMut(Update<'e>),
    ) {
        let name = (self.look.name(key), key.into());
        self.tell_member(event, name, value, || true, out);
    }

    /// A property of the event, and of its person if it is lifted.
    fn tell_member(
        &self,
        (event_name, event): (&Cow<'e, str>, Name),
        (hash, name): (Name, Cow<'e, str>),
        value: &'e Datum<'e>,
        is_last: impl Fn() -> bool,
        out: &mut dyn FnMut(Update<'e>),
    ) {
        let look = self.look;
        let is_flag = name.starts_with("$feature/") || name.starts_with("$feature_enrollment/");
        if !is_flag && !look.has_pair(event, hash) && is_last() {
            out(Update::Pair(event_name.clone(), name.clone()));
        }
        if !look.has_property(Of::Event, hash, &name, value) && is_last() {
            out(Update::Property(Of::Event, name.clone(), value));
        }
        let Some(Role::Lifted(initial, initial_hash)) = look.role(hash) else {
            return;
        };
        if !self.is_lifted(&name) {
            return;
        }
        let is_free = |sets: &[Keyed], key| is_last() && !sets.iter().any(|set| set.contains(key));
        if !look.has_property(Of::Person, hash, &name, value) && is_free(&self.set, &name) {
            out(Update::Property(Of::Person, name.clone(), value));
        }
        if *value != Datum::Null
            && !look.has_property(Of::Person, initial_hash, initial, value)
            && is_free(&self.set_once, initial)
        {
            out(Update::Property(Of::Person, initial.into(), value));
        }
    }

    /// Servers have an operating system too, but it is not their persons'.
    fn is_lifted(&self, key: &str) -> bool {
        let properties = &self.event.properties;
        !(properties.is_personless || properties.is_server && key.starts_with("$os"))
    }

    fn tell_set(&self, [strong, weak]: &[Keyed<'e>; 2], out: &mut dyn FnMut(Update<'e>)) {
        for (place, (key, value)) in strong.members.iter().enumerate() {
            let is_last = || strong.is_last(place, key);
            self.tell_property(Of::Person, key, value, is_last, out);
        }
        for (place, (key, value)) in weak.members.iter().enumerate() {
            let counts = || weak.is_last(place, key) && !strong.contains(key);
            self.tell_property(Of::Person, key, value, counts, out);
        }
    }

    /// Tells the property if it is news, and if then it `counts`.
    fn tell_property(
        &self,
        of: Of<Cow<'e, str>>,
        key: &'e str,
        value: &'e Datum<'e>,
        counts: impl Fn() -> bool,
        out: &mut dyn FnMut(Update<'e>),
    ) {
        let Some(name) = kept(key) else { return };
        let hash = self.look.name(&name);
        if !self.look.has_property(of.as_ref(), hash, &name, value) && counts() {
            out(Update::Property(of, name, value));
        }
    }
}
