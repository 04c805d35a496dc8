//! Sessions of the admin page: how one is opened, and what shows that a request comes from the page itself.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Error, Result, auth};
use crate::{
    model::*,
    store::{Read, Write, sessions as table, users},
};

/// How long a session lasts, in seconds: 14 days.
pub const LIFETIME: i64 = 14 * 24 * 3600;

/// How old a session may be for changes of personal keys, in seconds: 2 hours (`keys-and-auth.md` 4.4).
const RECENT: i64 = 2 * 3600;

/// How long the link works, in seconds: 24 hours.
const LINK_LIFETIME: i64 = 24 * 3600;

/// How many wrong attempts there may be in any [`WINDOW`].
const MOST_FAILURES: usize = 10;

/// In seconds.
const WINDOW: i64 = 60;

/// Whom the admin page lets in without a key: the bearer of a link that works once, whoever knows the password.
pub struct Entrance {
    link: Mutex<Option<(SecretHash, Timestamp)>>,
    password: Option<SecretHash>,
    failures: Mutex<VecDeque<Timestamp>>,
}

impl Entrance {
    /// An entrance without a link; `None`: without a password too.
    pub fn new(password: Option<&Secret>) -> Entrance {
        Entrance {
            link: Mutex::default(),
            password: password.map(Secret::hash),
            failures: Mutex::default(),
        }
    }

    /// The token of a new link; one issued earlier opens nothing any more.
    pub fn issue_link(&self, now: Timestamp) -> Secret {
        let token = Secret::new(random_base64url(32));
        *lock(&self.link) = Some((token.hash(), now.plus_seconds(LINK_LIFETIME)));
        token
    }

    /// Whether `token` is the link's. If so it is used up.
    pub fn take_link(&self, token: &Secret, now: Timestamp) -> bool {
        let hash = token.hash();
        let fits = |(link, until): &mut (SecretHash, Timestamp)| *link == hash && now < *until;
        lock(&self.link).take_if(fits).is_some()
    }

    /// The seconds to wait before the next attempt, if there were too many wrong ones lately.
    pub fn must_wait(&self, now: Timestamp) -> Option<u64> {
        let mut failures = lock(&self.failures);
        while failures
            .front()
            .is_some_and(|time| time.plus_seconds(WINDOW) <= now)
        {
            failures.pop_front();
        }
        let oldest = failures
            .front()
            .filter(|_| failures.len() >= MOST_FAILURES)?;
        let left = oldest.plus_seconds(WINDOW).0 - now.0;
        Some((left as u64).div_ceil(1_000_000))
    }

    /// Counts a wrong attempt.
    pub fn note_failure(&self, now: Timestamp) {
        lock(&self.failures).push_back(now);
    }

    fn is_password(&self, secret: &Secret) -> bool {
        self.password == Some(secret.hash())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner) // nothing in here can be left half changed
}

/// Whose session `secret` opens, a personal key or the password, and the key.
///
/// Errors: `WrongCredential`; `Denied` for a key that may not do all that its user may, since a session may.
pub fn recognise(
    db: &Read,
    entrance: &Entrance,
    secret: &Secret,
) -> Result<(UserId, Option<PersonalApiKeyNumber>)> {
    if entrance.is_password(secret) {
        return Ok((first_user(db)?, None));
    }
    let key = auth::authenticate(db, secret, auth::Shown::Header).map_err(|error| match error {
        Error::WrongCredential(_) => {
            Error::WrongCredential("This is no personal API key or password of this server.".into())
        }
        other => other,
    })?;
    let is_limited = !key.scoped_teams.is_empty() || !key.scoped_organizations.is_empty();
    if is_limited || !key.scopes.iter().any(|scope| scope == "*") {
        let detail = "This key may not do everything: the admin page needs one with the scope '*' and no limits.";
        return Err(Error::Denied(detail.into()));
    }
    Ok((key.user, Some(key.number)))
}

/// Whom the link and the password let in: the user made first. `NotFound` when there is none.
pub fn first_user(db: &Read) -> Result<UserId> {
    let first = users::first(db)?.filter(|user| user.is_active);
    let first = first.ok_or(Error::NotFound("There are no users yet."))?;
    Ok(first.id)
}

/// Opens a session of `user`'s; it ends with `key`, if one opened it. Returns its cookie, which is kept nowhere in the clear.
pub fn open(
    db: &Write,
    user: UserId,
    key: Option<PersonalApiKeyNumber>,
    now: Timestamp,
) -> Result<Secret> {
    table::delete_expired(db, now)?;
    let cookie = Secret::new(random_base64url(32));
    table::insert(
        db,
        cookie.hash(),
        user,
        key,
        now,
        now.plus_seconds(LIFETIME),
    )?;
    Ok(cookie)
}

/// The user whose session `cookie` is. Errors: `NotAuthenticated`.
pub fn authenticate(db: &Read, cookie: &Secret, now: Timestamp) -> Result<UserId> {
    table::find(db, cookie.hash(), now)?.ok_or(Error::NotAuthenticated)
}

/// `NotRecent` when the session whose cookie this is was not opened lately: what gives lasting access is not for whoever finds
/// a browser that somebody left.
pub fn check_recent(db: &Read, cookie: &Secret, now: Timestamp) -> Result<()> {
    let begun = table::begun(db, cookie.hash())?;
    let is_recent = begun.is_some_and(|begun| now <= begun.plus_seconds(RECENT));
    is_recent.then_some(()).ok_or(Error::NotRecent)
}

/// Ends the session whose cookie this is.
pub fn close(db: &Write, cookie: &Secret) -> Result<()> {
    Ok(table::delete(db, cookie.hash())?)
}

/// What the page repeats in a header of every unsafe request. It follows from the cookie, which no script can read, so that
/// only this server can make it and nothing more has to be kept.
pub fn csrf_token(cookie: &Secret) -> Secret {
    let hash = Secret::new(format!("csrf {}", cookie.expose())).hash();
    Secret::new(
        hash.0
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000_000_000);

    #[test]
    fn a_link_works_once_and_for_a_day() {
        let entrance = Entrance::new(None);
        let token = entrance.issue_link(NOW);
        assert!(!entrance.take_link(&Secret::new("other"), NOW));
        assert!(!entrance.take_link(&token, NOW.plus_seconds(LINK_LIFETIME)));
        assert!(entrance.take_link(&token, NOW.plus_seconds(LINK_LIFETIME - 1)));
        assert!(!entrance.take_link(&token, NOW));
    }

    #[test]
    fn wrong_attempts_are_limited_in_a_sliding_window() {
        let entrance = Entrance::new(None);
        for second in 0..10 {
            assert_eq!(entrance.must_wait(NOW.plus_seconds(second)), None);
            entrance.note_failure(NOW.plus_seconds(second));
        }
        assert_eq!(entrance.must_wait(NOW.plus_seconds(10)), Some(50));
        assert_eq!(entrance.must_wait(NOW.plus_seconds(60)), None);
    }
}
