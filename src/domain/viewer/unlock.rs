//! Guessing the password of a protected share, and its entries in the activity log (`sharing.md` 6.4, 7.3).

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Guesses, context, object::name, session::ShareSession};
use crate::{
    domain::{
        Context, Error, Result, activity,
        passwords::{Busy, Rank, Turn},
        sharing,
    },
    model::{OpenShare, ParentKind, RequestSource, Secret, ShareLock, Timestamp},
    store::{Store, Write, viewer as table},
};

/// A guess at the password of a share.
pub struct Guess {
    /// The password as it was typed; `None`, if the request has none, counts as a wrong one.
    pub password: Option<Secret>,
    /// Where it came from, for the log.
    pub source: RequestSource,
    /// The client that it is counted for.
    pub client: IpAddr,
    pub now: Timestamp,
}

/// The outcome of a guess.
pub enum Unlock {
    /// The password is right; the token of a new session.
    Opened(Secret),
    Wrong,
    /// The password is wrong, like too many before. This guess is not logged.
    TooManyWrong,
}

/// Compares the password of `guess` with those of `share`, newest first, and logs the outcome.
///
/// `guesses` has admitted the guess already. Errors: `Busy` if too many others are being compared.
pub fn unlock(store: &Store, guesses: &Guesses, share: OpenShare, guess: Guess) -> Result<Unlock> {
    let Guess {
        password,
        source,
        client,
        now,
    } = guess;
    let lock = match password {
        Some(password) => {
            let locks = store.read(|db| table::locks(db, share.number))?;
            let rank = guesses.charge(share.number, client, locks.len());
            find_lock(locks, &password, rank)?
        }
        None => None,
    };
    if lock.is_none() && !guesses.miss(share.number, client) {
        return Ok(Unlock::TooManyWrong);
    }
    store.write(move |db| {
        record(db, &share, lock.as_ref(), source, now)?;
        match lock {
            Some(lock) => {
                let token = ShareSession::new(&share, lock.id, now).sign(db)?;
                Ok::<_, Error>(Unlock::Opened(token))
            }
            None => Ok(Unlock::Wrong),
        }
    })
}

/// The one of `locks` that `password` opens. Takes a hash for each of them, so it runs outside transactions.
fn find_lock(
    locks: Vec<ShareLock>,
    password: &Secret,
    rank: Rank,
) -> Result<Option<ShareLock>, Busy> {
    let mut turn = Turn::new(rank);
    for lock in locks {
        if turn.verify(password, &lock.hash)? {
            return Ok(Some(lock));
        }
    }
    Ok(None)
}

fn record(
    db: &Write,
    share: &OpenShare,
    lock: Option<&ShareLock>,
    source: RequestSource,
    now: Timestamp,
) -> Result<()> {
    let scope = sharing::scope(share.kind).unwrap_or(sharing::RECORDINGS);
    let changes = json!([{
        "type": scope, "action": "changed", "field": "authentication_attempt", "before": null,
        "after": attempt(share, lock, source.address),
    }]);
    let name = name(db, share)?;
    let entry = activity::Entry {
        scope,
        item: &share.parent,
        activity: match lock {
            Some(_) => "share_login_success",
            None => "share_login_failed",
        },
        detail: activity::Detail {
            name: name.as_deref(),
            changes,
            ..activity::Detail::default()
        },
        organization: Some(share.organization),
        is_system: true,
    };
    let context = Context {
        source,
        ..context(share, now)
    };
    activity::record(db, context, entry)
}

fn attempt(share: &OpenShare, lock: Option<&ShareLock>, address: Option<IpAddr>) -> Value {
    let token = &share.access_token.0;
    let suffix = token
        .char_indices()
        .rev()
        .nth(5)
        .map_or(&**token, |(start, _)| &token[start..]);
    let mut attempt = json!({
        "access_token_suffix": suffix,
        "client_ip": address,
        "success": lock.is_some(),
        "resource_type": match share.kind {
            ParentKind::Insight => "insight",
            ParentKind::Dashboard => "dashboard",
            ParentKind::Notebook => "notebook",
            ParentKind::SessionRecording => "recording",
        },
    });
    if let Some(lock) = lock {
        let note = match &*lock.note {
            "" => "Untitled password",
            note => note,
        };
        attempt["password_id"] = lock.id.to_string().into();
        attempt["password_note"] = note.into();
    }
    attempt
}
