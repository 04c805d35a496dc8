//! What anonymous visitors see: the token of a share opens one object, after a password if the share asks for one
//! (`sharing.md` 6).

mod content;
mod drawing;
mod guesses;
mod markdown;
mod mask;
mod object;
mod page;
mod prose;
mod session;
mod unlock;

#[doc(hidden)] // for the fuzz target
pub use content::{draw, for_visitors, preview};
pub(crate) use drawing::Room;
#[doc(hidden)] // for the fuzz target
pub use drawing::saved_insights;
pub(crate) use guesses::Guesses;
pub(crate) use object::{SharedObject, insight, insights, recording};
pub(crate) use page::{OpenPage, SharedPage, Visit, open_page, owned_page};
pub(crate) use prose::plain as draw_markdown;
pub(crate) use session::LIFETIME;
pub(crate) use unlock::{Guess, Unlock, unlock};

use super::{Context, Error, Mentions, Result, WithUsers};
use crate::{
    model::{
        AccessToken, Feature, Features, OpenShare, Organization, Project, RequestSource, Timestamp,
        UserId,
    },
    store::{Read, Store, organizations, projects, viewer as table},
};
use session::ShareSession;

/// The user of a request that has only the token of a share. No user has this id.
const ANONYMOUS: UserId = UserId(0);

/// What a program shows instead of a key at an endpoint of the API.
pub enum VisitorCredential<'c> {
    /// The token of a share.
    AccessToken(&'c str),
    /// Perhaps the token of a session at a protected share.
    Session(&'c str),
}

/// The share that `credential` opens. `off` are features that no organization has on this server.
///
/// Returns `None` for the token of a protected share and for what is no valid session.
/// Errors: `WrongShare` if there is no such share, or it is not public.
pub fn admit(
    store: &Store,
    credential: VisitorCredential,
    off: Features,
    now: Timestamp,
) -> Result<Option<OpenShare>> {
    const INVALID: Error = Error::WrongShare("Sharing access token is invalid.");
    store.read(|db| match credential {
        VisitorCredential::AccessToken(token) => {
            let (share, _) = find(db, token, off, now)?.ok_or(INVALID)?;
            Ok((!share.password_required).then_some(share))
        }
        VisitorCredential::Session(token) => {
            let Some(session) = ShareSession::verify(db, token, now)? else {
                return Ok(None);
            };
            let (share, _) = find(db, session.access_token(), off, now)?.ok_or(INVALID)?;
            Ok(session.grants(db, &share)?.then_some(share))
        }
    })
}

/// The share that `token` opens, protected or not, and its project.
///
/// Returns `None` if there is no such share, if it is disabled or expired, and if its organization forbids public sharing.
pub(super) fn find(
    db: &Read,
    token: &str,
    off: Features,
    now: Timestamp,
) -> Result<Option<(OpenShare, Project)>> {
    let Some(stored) = table::find(db, &AccessToken(token.to_owned()), now)? else {
        return Ok(None);
    };
    let Some(project) = projects::find(db, stored.project)? else {
        return Ok(None);
    };
    let Some(organization) = organizations::find(db, project.organization)? else {
        return Ok(None);
    };
    let features = organization.features.less(off);
    if !allows_public_sharing(&organization, features) {
        return Ok(None);
    }
    let share = OpenShare {
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
    };
    Ok(Some((share, project)))
}

fn allows_public_sharing(organization: &Organization, features: Features) -> bool {
    let is_enforced = features.has(Feature::OrganizationSecuritySettings);
    !is_enforced || organization.allow_publicly_shared_resources
}

/// The context of an anonymous visitor's request for `share`.
fn context(share: &OpenShare, now: Timestamp) -> Context {
    Context {
        user: ANONYMOUS,
        key: None,
        project: share.project,
        organization: share.organization,
        features: share.features,
        now,
        source: RequestSource::default(),
    }
}

/// `item` with the users that it mentions, without their e-mail addresses.
fn with_users<T: Mentions>(db: &Read, item: T) -> Result<WithUsers<T>> {
    let WithUsers { item, users } = WithUsers::load(db, item)?;
    let users = users.without_addresses();
    Ok(WithUsers { item, users })
}
