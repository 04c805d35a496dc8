//! What strangers see: a token, and perhaps a password, opens one thing (`sharing.md` 6).

mod closings;
mod content;
mod markdown;
mod session;
mod settings;
mod shown;
mod unlock;

#[doc(hidden)] // for the fuzz target
pub use content::{for_strangers, saved_insights};
pub use session::{LIFETIME, Session};
pub use settings::settings_at;
pub use shown::{Shown, connected_insight, connected_insights, look, note_view};
pub use unlock::{Guess, guess, locks, note_guess};

use super::{Context, Result};
use crate::{
    model::*,
    store::{Read, organizations, projects, viewer as table},
};

/// The user of a request that came with nothing but a share's token: nobody has this id.
const NOBODY: UserId = UserId(0);

/// The share that `token` opens; `off` are features that nobody has on this server.
///
/// `None` whatever the reason: there is none such, it is off or has expired, its organization keeps the public out.
pub fn open(db: &Read, token: &str, off: Features, now: Timestamp) -> Result<Option<OpenShare>> {
    let Some(stored) = table::find(db, &AccessToken(token.to_owned()), now)? else {
        return Ok(None);
    };
    let project = projects::find(db, stored.project)?;
    let organization = match project {
        Some(project) => organizations::find(db, project.organization)?,
        None => None,
    };
    let share = organization.map(|organization| (organization.features.less(off), organization));
    let is_public = |(features, organization): &(Features, Organization)| {
        let counts = features.has(Feature::OrganizationSecuritySettings);
        !counts || organization.allow_publicly_shared_resources
    };
    Ok(share
        .filter(is_public)
        .map(|(features, organization)| OpenShare {
            number: stored.number,
            project: stored.project,
            organization: organization.id,
            features,
            kind: stored.kind,
            parent: stored.parent,
            access_token: stored.access_token,
            created_at: stored.created_at,
            settings: stored.settings.unwrap_or_default(),
            password_required: stored.password_required,
        }))
}

/// What a stranger's request for `share` counts as: nobody's, in the share's project.
pub fn context(share: &OpenShare, now: Timestamp) -> Context {
    Context {
        user: NOBODY,
        project: share.project,
        organization: share.organization,
        features: share.features,
        now,
    }
}
