//! Sessions of the admin page: opening and ending them, and the token that protects them from forged requests.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    Error, Result, auth,
    limiter::{Limiter, Window},
};
use crate::{
    model::{PersonalApiKeyNumber, Secret, SecretHash, Timestamp, UserId, clock, random_base64url},
    store::{Read, Store, Write, sessions as table, users},
};

/// How long a session lasts, in seconds: 14 days.
pub const LIFETIME: i64 = 14 * 24 * 3600;

/// The greatest age at which a session may change personal keys, in seconds: 2 hours (`keys-and-auth.md` 4.4).
const RECENT: i64 = 2 * 3600;

/// How long the link works, in seconds: 24 hours.
const LINK_LIFETIME: i64 = 24 * 3600;

/// The most wrong attempts of one client in a minute.
const FAILURES: usize = 10;

/// The wrong attempts of all clients in a minute before each client is limited to one.
const ALL_FAILURES: usize = 100;

/// The ways to log in to the admin page without a key, a link that works once and a password, and the limits on guessing.
pub struct Entrance {
    link: Mutex<Option<(SecretHash, Timestamp)>>,
    password: Option<SecretHash>,
    failures: Limiter<IpAddr>,
    all_failures: Limiter<()>,
}

impl Entrance {
    /// An entrance without a link, and with a password if there is one.
    pub fn new(password: Option<&Secret>) -> Entrance {
        Entrance {
            link: Mutex::default(),
            password: password.map(Secret::hash),
            failures: Limiter::new([Window::minute(FAILURES)]),
            all_failures: Limiter::new([Window::minute(ALL_FAILURES)]),
        }
    }

    /// Returns the token of a new link; the previous one no longer works.
    pub fn issue_link(&self, now: Timestamp) -> Secret {
        let token = Secret::new(random_base64url(32));
        *lock(&self.link) = Some((token.hash(), now.plus_seconds(LINK_LIFETIME)));
        token
    }

    /// Forgets the wrong attempts.
    pub fn forget_failures(&self) {
        self.failures.clear();
        self.all_failures.clear();
    }

    /// Whether `token` is the token of the link, which is then used up.
    fn redeem_link(&self, token: &Secret, now: Timestamp) -> bool {
        let hash = token.hash();
        let fits = |(link, until): &mut (SecretHash, Timestamp)| *link == hash && now < *until;
        lock(&self.link).take_if(fits).is_some()
    }

    /// How long `client` has to wait before its next attempt; `None` if it may try at once.
    ///
    /// A client waits after [`FAILURES`] wrong attempts of its own. After [`ALL_FAILURES`] of all clients together, each
    /// client may fail once a minute. That limits what many addresses can try, and the owner, who has the right password,
    /// still gets in with the first attempt.
    pub fn must_wait(&self, client: IpAddr, now: Duration) -> Option<Duration> {
        let own = self.failures.wait(client, now);
        own.or_else(|| {
            self.all_failures.wait((), now)?;
            self.failures.wait_for_silence(client, now)
        })
    }

    /// Counts a wrong attempt of `client`.
    fn note_failure(&self, client: IpAddr, now: Duration) {
        self.failures.add(client, 1, now);
        self.all_failures.add((), 1, now);
    }

    fn is_password(&self, secret: &Secret) -> bool {
        self.password == Some(secret.hash())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner) // each change is a single assignment
}

/// Opens a session with the token of the link, which it uses up. Returns its cookie; `None` if the link is not valid.
///
/// Errors: `NotFound` if there are no users.
pub fn log_in_with_link(
    store: &Store,
    entrance: &Entrance,
    token: &Secret,
    now: Timestamp,
) -> Result<Option<Secret>> {
    if !entrance.redeem_link(token, now) {
        return Ok(None);
    }
    let cookie = store.write(move |db| insert(db, first_user(db)?, None, now))?;
    Ok(Some(cookie))
}

/// Opens a session with `secret`, a personal key or the password. Returns its cookie.
///
/// Errors: `WrongCredential`, which counts as a failure of `client`; `Denied` for a key that may not do everything, since a
/// session may; `NotFound` for the password if there are no users.
pub fn log_in(
    store: &Store,
    entrance: &Entrance,
    client: IpAddr,
    secret: &Secret,
    now: Timestamp,
) -> Result<Secret> {
    let recognised = store.read(|db| recognise(db, entrance, secret));
    if let Err(Error::WrongCredential(_)) = &recognised {
        entrance.note_failure(client, clock::elapsed());
    }
    let (user, key) = recognised?;
    store.write(move |db| insert(db, user, key, now))
}

/// Returns `NotRecent` if the session with this cookie is not recent: anyone who finds an unattended browser must not get
/// lasting access.
pub fn check_recent(store: &Store, cookie: &Secret, now: Timestamp) -> Result<()> {
    let opened_at = store.read(|db| table::opened_at(db, cookie.hash()))?;
    let is_recent = opened_at.is_some_and(|opened_at| now <= opened_at.plus_seconds(RECENT));
    is_recent.then_some(()).ok_or(Error::NotRecent)
}

/// Ends the session with this cookie.
pub fn log_out(store: &Store, cookie: &Secret) -> Result<()> {
    let hash = cookie.hash();
    Ok(store.write(move |db| table::delete(db, hash))?)
}

/// The user that `secret` belongs to, and the key if it is one.
fn recognise(
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
    if !auth::may_do_everything(&key) {
        let detail = "This key may not do everything: the admin page needs one with the scope '*' and no limits.";
        return Err(Error::Denied(detail.into()));
    }
    Ok((key.user, Some(key.number)))
}

/// The user that the link and the password log in: the one created first. Errors: `NotFound` if there are no users.
fn first_user(db: &Read) -> Result<UserId> {
    let first = users::first(db)?.filter(|user| user.is_active);
    let first = first.ok_or(Error::NotFound("There are no users yet."))?;
    Ok(first.id)
}

/// Stores a session of `user`, opened by `key` if there is one. Returns its cookie, of which only the hash is stored.
fn insert(
    db: &Write,
    user: UserId,
    key: Option<PersonalApiKeyNumber>,
    now: Timestamp,
) -> Result<Secret> {
    table::delete_expired(db, now)?;
    let cookie = Secret::new(random_base64url(32));
    let expires_at = now.plus_seconds(LIFETIME);
    table::insert(db, cookie.hash(), user, key, now, expires_at)?;
    Ok(cookie)
}

/// The token that the page repeats in a header of every unsafe request. It is derived from the cookie, which no script can
/// read, so only this server can create it and nothing else has to be stored.
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
        assert!(!entrance.redeem_link(&Secret::new("other"), NOW));
        assert!(!entrance.redeem_link(&token, NOW.plus_seconds(LINK_LIFETIME)));
        assert!(entrance.redeem_link(&token, NOW.plus_seconds(LINK_LIFETIME - 1)));
        assert!(!entrance.redeem_link(&token, NOW));
    }

    #[test]
    fn wrong_attempts_of_one_client_are_limited_in_a_sliding_window() {
        let (entrance, at) = (Entrance::new(None), Duration::from_secs);
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
        let (entrance, now) = (Entrance::new(None), Duration::ZERO);
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
