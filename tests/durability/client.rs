//! Who writes while the server is killed, and what may be there afterwards.

use std::collections::BTreeMap;

use serde_json::json;

use super::{PROJECTS, ask, definition_id, harness::Ask};

/// Kinds of client: one of each works on each project.
pub const KINDS: usize = 3;

/// How many keys a client makes before it throws them away; a project may have 50.
const KEYS: usize = 20;

/// Somebody who writes to things that nobody else touches, and knows in which states each may be: one state, or two while
/// it is not known whether a write came through. `None` is the state of what is not there.
pub struct Client {
    number: usize,
    project: usize,
    turn: usize,
    /// How many writes it was told are done.
    pub acknowledged: usize,
    /// Thing -> states.
    pub known: BTreeMap<String, Vec<Option<String>>>,
}

impl Client {
    /// The client `number`: what it works on follows from that, kind after kind.
    pub fn new(number: usize) -> Client {
        let project = number % PROJECTS + 1;
        let mut known = BTreeMap::new();
        if number / PROJECTS == 1 {
            let definition = format!("definition {}", definition_id(project));
            known.insert(definition, vec![Some("first".into())]);
        }
        Client {
            number,
            project,
            turn: 0,
            acknowledged: 0,
            known,
        }
    }

    /// One turn of its work; `None` when the server is gone.
    pub fn work(&mut self, url: &str, round: usize) -> Option<()> {
        self.turn += 1;
        match self.number / PROJECTS {
            0 => self.keys(url, round),
            1 => self.definitions(url, round),
            _ => self.notebooks(url, round),
        }
    }

    /// Everything must be in a state that it may be in; from now on that is what it is known to be in.
    pub fn check(&mut self, found: &BTreeMap<String, String>) {
        for (thing, states) in &mut self.known {
            let state = found.get(thing).cloned();
            assert!(
                states.contains(&state),
                "{thing} is {state:?}, but may only be {states:?}"
            );
            *states = vec![state];
        }
    }

    /// Sends what brings `thing` into `state`. `None` when no answer came, and nobody knows whether it did.
    #[track_caller]
    fn write(&mut self, thing: &str, state: Option<&str>, ask: Ask) -> Option<()> {
        let states = self.known.entry(thing.into()).or_insert_with(|| vec![None]);
        states.push(state.map(Into::into));
        let answer = ask.try_send().ok().filter(|answer| answer.status != 401)?;
        assert!(
            (200..300).contains(&answer.status),
            "{thing}: {}",
            answer.text
        );
        self.acknowledged += 1;
        states.remove(0);
        Some(())
    }

    /// Sends what must be refused and so changes nothing, whether or not the answer arrives.
    #[track_caller]
    fn refused(&self, status: u16, ask: Ask) -> Option<()> {
        let answer = ask.try_send().ok().filter(|answer| answer.status != 401)?;
        assert_eq!(answer.status, status, "{}", answer.text);
        Some(())
    }

    /// Throws all keys away when there are too many, makes one, and is refused two. In this order: on a slow machine a round
    /// may have time for a single write.
    fn keys(&mut self, url: &str, round: usize) -> Option<()> {
        let (project, path) = (self.project, "project_secret_api_keys/");
        let post = |label: &str, scope: &str| {
            ask(url, "POST", project, path).json(json!({"label": label, "scopes": [scope]}))
        };
        let thing = |label: &str| format!("key {project} {label}");
        if self
            .known
            .values()
            .filter(|states| states[0].is_some())
            .count()
            >= KEYS
        {
            let list = ask(url, "GET", project, path).try_send().ok()?;
            for key in list.body["results"].as_array()? {
                let text = |field: &str| key[field].as_str().unwrap();
                let delete = ask(url, "DELETE", project, &format!("{path}{}/", text("id")));
                self.write(&thing(text("label")), None, delete)?;
            }
        }
        let label = format!("made {round} {}", self.turn);
        self.write(
            &thing(&label),
            Some("endpoint:read"),
            post(&label, "endpoint:read"),
        )?;
        self.refused(400, post(&label, "feature_flag:read"))?;
        self.refused(
            400,
            post(&format!("refused {round} {}", self.turn), "nonsense"),
        )?;
        Some(())
    }

    /// Describes the definition anew, and is refused another text.
    fn definitions(&mut self, url: &str, round: usize) -> Option<()> {
        let id = definition_id(self.project);
        let path = format!("property_definitions/{id}/");
        let text = format!("text {round} {}", self.turn);
        let patch = |body| ask(url, "PATCH", self.project, &path).json(body);
        let (good, bad) = (
            json!({"description": text}),
            json!({"description": "refused", "tags": 5}),
        );
        let (good, bad) = (patch(good), patch(bad));
        self.write(&format!("definition {id}"), Some(&text), good)?;
        self.refused(400, bad)
    }

    /// Makes a notebook and changes it once; making and changing it again are refused.
    fn notebooks(&mut self, url: &str, round: usize) -> Option<()> {
        let project = self.project;
        let short_id = format!("r{round}n{}", self.turn);
        let thing = format!("notebook {project} {short_id}");
        let post = |title| {
            let body = json!({"short_id": short_id, "title": title});
            ask(url, "POST", project, "notebooks/").json(body)
        };
        let patch = |title| {
            let body = json!({"title": title, "content": {"from": title}, "version": 0});
            ask(url, "PATCH", project, &format!("notebooks/{short_id}/")).json(body)
        };
        self.write(&thing, Some("made"), post("made"))?;
        self.refused(400, post("refused"))?;
        self.write(&thing, Some("saved"), patch("saved"))?;
        self.refused(409, patch("refused"))
    }
}
