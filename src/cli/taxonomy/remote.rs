//! A project on a server, through the endpoints that both hoglet and the service have.

use std::{cell::RefCell, collections::BTreeMap};

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::{
    client::{ApiAnswer, ApiClient},
    definitions::{Kind, Taxonomy},
    plan::{PlannedAction, PlannedChange, Stored, StoredTaxonomy, show},
    progress::LongRun,
    scalar::scalar,
};
use crate::domain::trim;

/// The longest name of an event that a client can create.
const LONGEST_NAME: usize = 400;

pub struct Remote {
    client: ApiClient,
    project: String,
    /// The numbers of users by their email addresses, as far as they are known; `None` until they were looked up.
    members: RefCell<Option<BTreeMap<String, Value>>>,
}

/// What became of a change.
pub enum Made {
    Done,
    /// Somewhere else the definition was created or deleted meanwhile.
    Overtaken,
    /// Why it was not made, or not as wanted.
    Refused(String),
}

impl Remote {
    pub fn new(client: ApiClient, project: String) -> Remote {
        Remote {
            client,
            project,
            members: RefCell::default(),
        }
    }

    pub fn progress(&mut self) -> &mut LongRun {
        &mut self.client.progress
    }

    /// Reads all definitions of `kinds`.
    pub fn read(&self, kinds: impl Iterator<Item = Kind>) -> Result<StoredTaxonomy> {
        let mut known = StoredTaxonomy::new();
        for kind in kinds {
            let found = self.client.list(&self.path(kind), &query(kind))?;
            // Virtual properties are computed: no client can change them.
            let stored = found.iter().filter(|object| object["virtual"] != true);
            let stored = stored.filter_map(|object| {
                let (id, entry) = (object["id"].as_str()?.to_owned(), kind.entry(object));
                Some((object["name"].as_str()?.to_owned(), Stored { id, entry }))
            });
            known.insert(kind, stored.collect());
        }
        Ok(known)
    }

    /// Reads what all kinds of definitions say.
    pub fn taxonomy(&self) -> Result<Taxonomy> {
        let known = self.read(Kind::all())?.into_iter();
        let plain = |(kind, stored): (Kind, BTreeMap<String, Stored>)| {
            let entries = stored
                .into_iter()
                .map(|(name, stored)| (name, stored.entry));
            (kind, entries.collect())
        };
        Ok(known.map(plain).collect())
    }

    /// Makes `change`. Errors: those of [`ApiClient::send`].
    pub fn make(&self, change: &PlannedChange) -> Result<Made> {
        let (kind, path) = (change.kind, self.path(change.kind));
        let mut sent = change.fields();
        if let Err(problem) = self.name_owner(&mut sent)? {
            return Ok(Made::Refused(problem));
        }
        let (answer, expected) = match &change.action {
            PlannedAction::Create => {
                sent.insert("name".into(), json!(change.name));
                (self.client.send("POST", &path, Some(&json!(sent)))?, 201)
            }
            PlannedAction::Update { id } => {
                let path = format!("{path}{id}/");
                (self.client.send("PATCH", &path, Some(&json!(sent)))?, 200)
            }
            PlannedAction::Delete { id } => {
                let answer = self.client.send("DELETE", &format!("{path}{id}/"), None)?;
                return Ok(match answer.status {
                    204 | 404 => Made::Done,
                    _ => Made::Refused(answer.describe()),
                });
            }
            PlannedAction::Await => return Ok(Made::Done),
        };
        if is_overtaken(&change.action, &answer) {
            return Ok(Made::Overtaken);
        }
        if answer.status != expected {
            return Ok(Made::Refused(answer.describe()));
        }
        let now = kind.entry(&answer.body);
        let kept = change
            .differences
            .iter()
            .find(|difference| difference.new.as_ref() != now.get(difference.field));
        Ok(match kept {
            None => Made::Done,
            Some(difference) => {
                let value = show(now.get(difference.field));
                Made::Refused(format!("the server made {} {value}", difference.field))
            }
        })
    }

    /// Puts the number that a user has on this server in place of the address of an owner. Returns what is wrong with it.
    fn name_owner(&self, sent: &mut Map<String, Value>) -> Result<Result<(), String>> {
        let Some(Value::String(email)) = sent.get("owner") else {
            return Ok(Ok(()));
        };
        let mut members = self.members.borrow_mut();
        let members = match &mut *members {
            Some(members) => members,
            unknown => {
                let found = self
                    .client
                    .list("/api/organizations/@current/members/", "limit=500")?;
                let users = found.iter().map(|member| &member["user"]);
                let users = users.filter_map(|user| {
                    Some((user["email"].as_str()?.to_lowercase(), user["id"].clone()))
                });
                unknown.insert(users.collect())
            }
        };
        let Some(id) = members.get(&email.to_lowercase()).cloned() else {
            let email = scalar(email);
            return Ok(Err(format!("its owner {email} is not a member there")));
        };
        sent.insert("owner".into(), id);
        Ok(Ok(()))
    }

    fn path(&self, kind: Kind) -> String {
        let resource = match kind {
            Kind::Event => "event_definitions",
            _ => "property_definitions",
        };
        format!("/api/projects/{}/{resource}/", self.project)
    }
}

/// Whether the API can create a definition of this name: of events, unless it would change the name.
pub fn can_create(kind: Kind, name: &str) -> bool {
    let is_kept = trim(name) == name && !name.is_empty() && !name.contains('\0');
    kind == Kind::Event && is_kept && name.chars().count() <= LONGEST_NAME
}

fn query(kind: Kind) -> String {
    match kind {
        Kind::Event => "limit=500".into(),
        Kind::EventProperty => "limit=500&type=event".into(),
        Kind::PersonProperty => "limit=500&type=person".into(),
        Kind::GroupProperty(index) => format!("group_type_index={index}&limit=500&type=group"),
        Kind::SessionProperty => "limit=500&type=session".into(),
    }
}

/// Whether a definition to create exists, as after a request whose answer was lost, or one to change does not.
fn is_overtaken(action: &PlannedAction, answer: &ApiAnswer) -> bool {
    let detail = answer.body["detail"].as_str().unwrap_or_default();
    match action {
        PlannedAction::Create => answer.status == 400 && detail.ends_with("already exists"),
        _ => answer.status == 404,
    }
}
