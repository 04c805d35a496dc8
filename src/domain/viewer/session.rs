//! Sessions at a protected share: signed tokens that name the password they were made with (`sharing.md` 6.4).

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    domain::Result,
    model::*,
    store::{Read, viewer as table},
};

/// How long a session lasts, in seconds.
pub const LIFETIME: i64 = 24 * 60 * 60;

const AUDIENCE: &str = "posthog:sharing_password_protected";

/// What a session's token says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    share_password_id: i64,
    team_id: i64,
    access_token: String,
    exp: i64,
    aud: String,
}

impl Session {
    /// A session at `share`, made now with `password`.
    pub fn new(share: &OpenShare, password: SharePasswordId, now: Timestamp) -> Session {
        Session {
            share_password_id: password.0,
            team_id: share.project.0,
            access_token: share.access_token.0.clone(),
            exp: now.0 / 1_000_000 + LIFETIME,
            aud: AUDIENCE.into(),
        }
    }

    /// Its token, signed.
    pub fn sign(&self, db: &Read) -> Result<Secret> {
        let key = table::signing_key(db)?;
        let key = EncodingKey::from_secret(key.expose().as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), self, &key);
        Ok(Secret::new(
            token.expect("HS256 signs with a key of any length"),
        ))
    }

    /// The session that `token` is; `None` when it is none of ours, or is over.
    pub fn read(db: &Read, token: &str, now: Timestamp) -> Result<Option<Session>> {
        let key = table::signing_key(db)?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.validate_exp = false; // by the request's clock, below
        let key = DecodingKey::from_secret(key.expose().as_bytes());
        let read = jsonwebtoken::decode::<Session>(token, &key, &rules);
        let session = read.ok().map(|read| read.claims);
        Ok(session.filter(|session| session.exp > now.0 / 1_000_000))
    }

    /// The token of the share that it was made at.
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// Whether it opens `share`: it was made there, with a password that still counts.
    pub fn opens(&self, db: &Read, share: &OpenShare) -> Result<bool> {
        if self.access_token != share.access_token.0 || self.team_id != share.project.0 {
            return Ok(false);
        }
        let locks = table::locks(db, share.number)?;
        Ok(locks.iter().any(|lock| lock.id.0 == self.share_password_id))
    }
}
