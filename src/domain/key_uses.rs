//! From where each key was used last.
//!
//! That is kept in memory, for the last use only, and is gone when the server stops: the addresses of clients are stored nowhere.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use super::{Caller, Error, Result};
use crate::{
    model::{ProjectId, Timestamp, UserId},
    store::{Store, projects},
};

/// The most keys whose last use is kept. The one used longest ago makes room for another.
const MOST: usize = 10_000;

/// The most characters of a client's name that are kept.
const LONGEST: usize = 200;

/// Who may know where a key was used: the user it acts as, or the members of its project.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holder {
    User(UserId),
    Project(ProjectId),
}

/// The last use of a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyUse {
    /// The id of the key.
    pub id: String,
    pub used_at: Timestamp,
    pub address: IpAddr,
    /// What the client calls itself.
    pub client: String,
    #[serde(skip)]
    pub holder: Holder,
}

/// The last use of each key since the server started.
#[derive(Default)]
pub struct KeyUses(Mutex<HashMap<String, KeyUse>>);

impl KeyUses {
    /// Notes a use of the key `id`.
    pub fn note(&self, id: &str, holder: Holder, address: IpAddr, client: &str, now: Timestamp) {
        let end = client.char_indices().nth(LONGEST).map(|(end, _)| end);
        let client = &client[..end.unwrap_or(client.len())];
        let mut all = self.all();
        if let Some(known) = all.get_mut(id) {
            (known.used_at, known.address) = (now, address);
            if known.client != client {
                known.client = client.to_owned();
            }
            return;
        }
        if all.len() == MOST {
            let oldest = all.values().min_by_key(|one| one.used_at);
            if let Some(oldest) = oldest.map(|one| one.id.clone()) {
                all.remove(&oldest);
            }
        }
        let id = id.to_owned();
        let client = client.to_owned();
        let one = KeyUse {
            id: id.clone(),
            used_at: now,
            address,
            client,
            holder,
        };
        all.insert(id, one);
    }

    /// Forgets all uses.
    pub fn clear(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, KeyUse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // what is noted stays usable
    }
}

/// Returns the uses of the caller's own keys and of those of all projects that the caller is a member of, latest first.
pub fn list(store: &Store, uses: &KeyUses, caller: Caller) -> Result<Vec<KeyUse>> {
    let projects = store.read(|db| Ok::<_, Error>(projects::of_user(db, caller.user)?))?;
    let may_know = |one: &&KeyUse| match one.holder {
        Holder::User(user) => user == caller.user,
        Holder::Project(id) => projects.iter().any(|project| project.id == id),
    };
    let mut known: Vec<_> = uses.all().values().filter(may_know).cloned().collect();
    known.sort_by(|one, other| (other.used_at, &other.id).cmp(&(one.used_at, &one.id)));
    Ok(known)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn only_the_last_use_of_the_latest_keys_is_kept() {
        let uses = KeyUses::default();
        let address = Ipv4Addr::LOCALHOST.into();
        let note = |id: usize, client: &str, at| {
            let holder = Holder::User(UserId(1));
            uses.note(&id.to_string(), holder, address, client, Timestamp(at));
        };
        note(0, "first", 1);
        note(0, &"ä".repeat(300), 2);
        assert_eq!(uses.all()["0"].client, "ä".repeat(LONGEST));
        for id in 1..MOST {
            note(id, "", 10 + id as i64);
        }
        note(1, "again", 1_000_000);
        note(MOST, "", 1_000_001);
        let all = uses.all();
        assert_eq!(all.len(), MOST);
        assert!(!all.contains_key("0") && all.contains_key("1"));
    }
}
