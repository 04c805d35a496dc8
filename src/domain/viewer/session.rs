//! Sessions at protected shares: signed tokens that name the password they were opened with (`sharing.md` 6.4).
//!
//! A token is a JWT signed with HS256. Only this server creates and reads them, so it accepts only the header that it writes
//! itself. A token never chooses the algorithm, which is what forged tokens try.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{
    domain::Result,
    model::{OpenShare, Secret, SharePasswordId, Timestamp},
    store::{Read, viewer as table},
};

/// How long a session lasts, in seconds.
pub const LIFETIME: i64 = 24 * 60 * 60;

const AUDIENCE: &str = "posthog:sharing_password_protected";

/// `{"typ":"JWT","alg":"HS256"}`, encoded.
const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";

/// The claims of a session's token.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareSession {
    share_password_id: i64,
    team_id: i64,
    access_token: String,
    exp: i64,
    aud: String,
}

impl ShareSession {
    /// A session at `share` that was opened now with `password`.
    pub fn new(share: &OpenShare, password: SharePasswordId, now: Timestamp) -> ShareSession {
        ShareSession {
            share_password_id: password.0,
            team_id: share.project.0,
            access_token: share.access_token.0.clone(),
            exp: now.0 / 1_000_000 + LIFETIME,
            aud: AUDIENCE.into(),
        }
    }

    /// Its token, signed with the key of the database.
    pub fn sign(&self, db: &Read) -> Result<Secret> {
        let claims = serde_json::to_vec(self).expect("numbers and strings always serialise");
        let signed = format!("{HEADER}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let signature = signature(db, &signed)?.finalize().into_bytes();
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        Ok(Secret::new(format!("{signed}.{signature}")))
    }

    /// Reads `token`; `None` if this server did not sign it, or the session has expired.
    pub fn verify(db: &Read, token: &str, now: Timestamp) -> Result<Option<ShareSession>> {
        let parts = token.rsplit_once('.').and_then(|(signed, signature)| {
            let (_, claims) = signed
                .split_once('.')
                .filter(|(header, _)| *header == HEADER)?;
            let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
            Some((signed, claims, signature))
        });
        let Some((signed, claims, sent)) = parts else {
            return Ok(None);
        };
        if signature(db, signed)?.verify_slice(&sent).is_err() {
            return Ok(None); // compared in constant time
        }
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok();
        let session =
            claims.and_then(|claims| serde_json::from_slice::<ShareSession>(&claims).ok());
        let is_valid =
            |session: &ShareSession| session.aud == AUDIENCE && session.exp > now.0 / 1_000_000;
        Ok(session.filter(is_valid))
    }

    /// The token of the share that it was opened at.
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// Whether it gives access to `share`: it was opened there, with a password that is still active.
    pub fn grants(&self, db: &Read, share: &OpenShare) -> Result<bool> {
        if self.access_token != share.access_token.0 || self.team_id != share.project.0 {
            return Ok(false);
        }
        let locks = table::locks(db, share.number)?;
        Ok(locks.iter().any(|lock| lock.id.0 == self.share_password_id))
    }
}

/// The HS256 signature of `text`, to be finalised or verified.
fn signature(db: &Read, text: &str) -> Result<Hmac<Sha256>> {
    let key = table::signing_key(db)?;
    let mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes());
    let mac = mac.expect("HMAC takes a key of any length");
    Ok(mac.chain_update(text))
}
