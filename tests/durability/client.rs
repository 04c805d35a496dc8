//! The clients that write while the server is killed, and the states that they allow afterwards.

use std::collections::BTreeMap;

use serde_json::json;

use super::{PROJECTS, ask, definition_id, harness::Ask};

/// Kinds of client: one of each works on each project.
pub const KINDS: usize = 3;

/// How many keys a client creates before it deletes them all; a project may have 50.
const KEYS: usize = 20;

/// Writes to resources that no other client changes, and knows which states each may be in: one, or two while the outcome
/// of a write is unknown. `None` is the state of a resource that does not exist.
pub struct Client {
    number: usize,
    project: usize,
    turn: usize,
    /// How many writes the server acknowledged.
    pub acknowledged: usize,
    /// Resource -> possible states.
    pub known: BTreeMap<String, Vec<Option<String>>>,
}

impl Client {
    /// The client `number`, which determines its kind and its project.
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

    /// One round of its work; `None` if the server is gone.
    pub fn work(&mut self, url: &str, round: usize) -> Option<()> {
        self.turn += 1;
        match self.number / PROJECTS {
            0 => self.keys(url, round),
            1 => self.definitions(url, round),
            _ => self.notebooks(url, round),
        }
    }

    /// Checks that every resource is in a possible state, which from now on is its only one.
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

    /// Sends the request that brings `thing` into `state`. Returns `None` without a response: the outcome is unknown.
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

    /// Sends a request that must be rejected, and so changes nothing whether or not the response arrives.
    #[track_caller]
    fn refused(&self, status: u16, ask: Ask) -> Option<()> {
        let answer = ask.try_send().ok().filter(|answer| answer.status != 401)?;
        assert_eq!(answer.status, status, "{}", answer.text);
        Some(())
    }

    /// Deletes all keys if there are too many, creates one, and has two rejected. In this order: on a slow machine a round
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

    /// Changes the definition's description, and has another change rejected.
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

    /// Creates a notebook and changes it once; a second creation and a second change are rejected.
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
