//! Sessions of the admin page: how one is opened, and what shows that a request comes from the page itself.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Error, Result, auth,
    limiter::{Limiter, Window},
};
use crate::{
    model::*,
    store::{Read, Write, personal_api_keys, sessions as table, users},
};

/// How long a session lasts, in seconds: 14 days.
pub const LIFETIME: i64 = 14 * 24 * 3600;

/// How old a session may be for changes of personal keys, in seconds: 2 hours (`keys-and-auth.md` 4.4).
const RECENT: i64 = 2 * 3600;

/// How long the link works, in seconds: 24 hours.
const LINK_LIFETIME: i64 = 24 * 3600;

/// How many wrong attempts one client has in a minute.
const FAILURES: usize = 10;

/// How many wrong attempts all clients have in a minute before each of them has only one.
const ALL_FAILURES: usize = 100;

/// Whom the admin page lets in without a key: the bearer of a link that works once, whoever knows the password.
pub struct Entrance {
    link: Mutex<Option<(SecretHash, Timestamp)>>,
    password: Option<SecretHash>,
    failures: Limiter<IpAddr>,
    all_failures: Limiter<()>,
}

impl Entrance {
    /// An entrance without a link; `None`: without a password too.
    pub fn new(password: Option<&Secret>) -> Entrance {
        Entrance {
            link: Mutex::default(),
            password: password.map(Secret::hash),
            failures: Limiter::new([Window::minute(FAILURES)]),
            all_failures: Limiter::new([Window::minute(ALL_FAILURES)]),
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

    /// How long `client` has to wait before its next attempt; `None` when it may try at once.
    ///
    /// [`FAILURES`] wrong attempts of its own make it wait. The attempts of others do not: after [`ALL_FAILURES`] of all
    /// clients together, each may fail once a minute. That bounds what many addresses can try, and the owner, who comes with
    /// the right password, still gets in with the first attempt.
    pub fn must_wait(&self, client: IpAddr, now: Instant) -> Option<Duration> {
        let own = self.failures.wait(client, now);
        own.or_else(|| {
            self.all_failures.wait((), now)?;
            self.failures.wait_for_silence(client, now)
        })
    }

    /// Counts a wrong attempt of `client`.
    pub fn note_failure(&self, client: IpAddr, now: Instant) {
        self.failures.add(client, 1, now);
        self.all_failures.add((), 1, now);
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
    let key =
        auth::authenticate_key(db, secret, auth::KeyPlace::Header).map_err(
            |error| match error {
                Error::WrongCredential(_) => Error::WrongCredential(
                    "This is no personal API key or password of this server.".into(),
                ),
                other => other,
            },
        )?;
    if !may_do_everything(&key) {
        let detail = "This key may not do everything: the admin page needs one with the scope '*' and no limits.";
        return Err(Error::Denied(detail.into()));
    }
    Ok((key.user, Some(key.number)))
}

/// Whether `key` may do all that its user may, as a session may.
fn may_do_everything(key: &PersonalApiKey) -> bool {
    let is_limited = !key.scoped_teams.is_empty() || !key.scoped_organizations.is_empty();
    !is_limited && key.scopes.iter().any(|scope| scope == "*")
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
///
/// A session that a key opened ends with what let the key open it: it is over as soon as the key is revoked, or changed so
/// that it may no longer do everything.
pub fn authenticate(db: &Read, cookie: &Secret, now: Timestamp) -> Result<UserId> {
    let (user, key) = table::find(db, cookie.hash(), now)?.ok_or(Error::NotAuthenticated)?;
    if let Some(number) = key {
        let key = personal_api_keys::find(db, number)?;
        let counts = key.is_some_and(|key| may_do_everything(&key));
        return counts.then_some(user).ok_or(Error::NotAuthenticated);
    }
    Ok(user)
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
    fn wrong_attempts_of_one_client_are_limited_in_a_sliding_window() {
        let (entrance, start) = (Entrance::new(None), Instant::now());
        let at = |second| start + Duration::from_secs(second);
        let (client, other) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        for second in 0..10 {
            assert_eq!(entrance.must_wait(client, at(second)), None);
            entrance.note_failure(client, at(second));
        }
        let wait = entrance.must_wait(client, at(10));
        assert_eq!(wait, Some(Duration::from_secs(50)));
        assert_eq!(entrance.must_wait(other, at(10)), None);
        assert_eq!(entrance.must_wait(client, at(60)), None);
    }

    #[test]
    fn wrong_attempts_of_many_clients_leave_each_one_attempt() {
        let (entrance, now) = (Entrance::new(None), Instant::now());
        for number in 0..ALL_FAILURES {
            let client = [192, 0, 2, number as u8].into();
            assert_eq!(entrance.must_wait(client, now), None);
            entrance.note_failure(client, now);
        }
        let minute = Some(Duration::from_secs(60));
        assert_eq!(entrance.must_wait([192, 0, 2, 1].into(), now), minute);
        let owner = [198, 51, 100, 1].into();
        assert_eq!(entrance.must_wait(owner, now), None);
        entrance.note_failure(owner, now);
        assert_eq!(entrance.must_wait(owner, now), minute);
    }
}
