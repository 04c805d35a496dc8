//! Guessing the password of a protected share, and what the log says of it (`sharing.md` 6.4, 7.3).

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Session, context, shown::name};
use crate::{
    domain::{
        Result, activity,
        passwords::{Busy, Rank, Turn},
        sharing,
    },
    model::*,
    store::{Read, Write, viewer as table},
};

/// What the log calls recordings here; of their shares it tells nothing else.
const RECORDINGS: &str = "Replay";

/// What came of a guess.
pub enum Guess {
    /// It is this password.
    Right(ShareLock),
    /// It is none.
    Wrong,
}

/// Compares `password` with those of a share, newest first, as it was typed. `rank` says how soon the guess gets to hash.
///
/// Takes a hash for each password: not inside a transaction.
pub fn guess(locks: Vec<ShareLock>, password: &Secret, rank: Rank) -> Result<Guess, Busy> {
    let mut turn = Turn::new(rank);
    for lock in locks {
        if turn.verify(password, &lock.hash)? {
            return Ok(Guess::Right(lock));
        }
    }
    Ok(Guess::Wrong)
}

/// Writes down what came of a guess from `client`. Returns the token of the session that a right one makes.
pub fn note_guess(
    db: &Write,
    share: &OpenShare,
    guess: &Guess,
    client: IpAddr,
    now: Timestamp,
) -> Result<Option<Secret>> {
    record(db, share, guess, client, now)?;
    match guess {
        Guess::Right(lock) => Ok(Some(Session::new(share, lock.id, now).sign(db)?)),
        Guess::Wrong => Ok(None),
    }
}

fn record(
    db: &Write,
    share: &OpenShare,
    guess: &Guess,
    client: IpAddr,
    now: Timestamp,
) -> Result<()> {
    let scope = sharing::scope(share.kind).unwrap_or(RECORDINGS);
    let changes = json!([{
        "type": scope, "action": "changed", "field": "authentication_attempt", "before": null,
        "after": attempt(share, guess, client),
    }]);
    let name = name(db, share)?;
    let detail = json!({"name": name, "short_id": null, "type": null, "changes": changes});
    let entry = activity::Entry {
        scope,
        item: &share.parent,
        activity: match guess {
            Guess::Right(_) => "share_login_success",
            Guess::Wrong => "share_login_failed",
        },
        detail,
        is_system: true,
    };
    activity::record(db, context(share, now), entry)
}

fn attempt(share: &OpenShare, guess: &Guess, client: IpAddr) -> Value {
    let token = &share.access_token.0;
    let suffix = token
        .char_indices()
        .rev()
        .nth(5)
        .map_or(&**token, |(start, _)| &token[start..]);
    let mut attempt = json!({
        "access_token_suffix": suffix,
        "client_ip": client,
        "success": matches!(guess, Guess::Right(_)),
        "resource_type": match share.kind {
            ParentKind::Insight => "insight",
            ParentKind::Dashboard => "dashboard",
            ParentKind::Notebook => "notebook",
            ParentKind::SessionRecording => "recording",
        },
    });
    if let Guess::Right(lock) = guess {
        let untitled = lock.note.is_empty();
        let note = if untitled {
            "Untitled password"
        } else {
            &lock.note
        };
        attempt["password_id"] = lock.id.to_string().into();
        attempt["password_note"] = note.into();
    }
    attempt
}

/// The active passwords of `share`.
pub fn locks(db: &Read, share: &OpenShare) -> Result<Vec<ShareLock>> {
    Ok(table::locks(db, share.number)?)
}
