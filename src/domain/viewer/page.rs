//! The public page of a share.

use super::{
    SharedObject, find,
    object::{find_object, note_view},
    session::ShareSession,
    with_users,
};
use crate::{
    domain::{Error, Form, Result, WithUsers, sharing},
    model::{Features, Json, OpenShare, Project, SharingSettings, Timestamp},
    store::{Read, Store},
};

/// 2025-07-31: since then settings are stored. Links of older shares may have theirs in the query string.
const STORED_SINCE: Timestamp = Timestamp(1_753_920_000_000_000);

/// A request for the page of a share.
pub struct Visit<'v> {
    /// The token in its path.
    pub token: &'v str,
    /// Its query string, which overrides the stored settings of old shares.
    pub query: &'v Form,
    /// The token of the visitor's session at a protected share.
    pub session: Option<&'v str>,
    /// Features that no organization has on this server.
    pub features_off: Features,
    /// Whether showing the object counts as a view of it.
    pub is_view: bool,
    pub now: Timestamp,
}

/// What a visitor gets to see.
pub enum SharedPage {
    /// Nothing: the token opens no share.
    Unknown,
    /// Nothing yet: the share asks for a password, and the visitor has no session.
    Locked(OpenShare),
    /// Nothing: the shared object was deleted.
    Deleted,
    Open(Box<OpenPage>),
}

/// All that the page of a share shows.
pub struct OpenPage {
    /// The share, with the settings that count for this visit.
    pub share: OpenShare,
    /// The project of the shared object.
    pub project: Project,
    /// The shared object and the users that it mentions, without their e-mail addresses.
    pub object: WithUsers<SharedObject>,
}

/// What `visit` gets to see. Notes the view if it counts as one.
pub fn open_page(store: &Store, visit: Visit) -> Result<SharedPage> {
    let page = store.read(|db| find_page(db, &visit))?;
    if let SharedPage::Open(page) = &page
        && visit.is_view
    {
        note_view(store, &page.share, visit.now);
    }
    Ok(page)
}

fn find_page(db: &Read, visit: &Visit) -> Result<SharedPage> {
    let Some((share, project)) = find(db, visit.token, visit.features_off, visit.now)? else {
        return Ok(SharedPage::Unknown);
    };
    let share = OpenShare {
        settings: settings_at(&share, visit.query),
        ..share
    };
    if share.password_required && !has_session(db, visit, &share)? {
        return Ok(SharedPage::Locked(share));
    }
    let Some(mut page) = shown(db, share, project, visit.now)? else {
        return Ok(SharedPage::Deleted);
    };
    if let SharedObject::Dashboard(board) = &mut page.object.item {
        board.dashboard.last_accessed_at = Some(visit.now); // this view
    }
    Ok(SharedPage::Open(Box::new(page)))
}

/// What the share with this token shows to its visitors, for its owner: without a password if it asks for one, and not counted as
/// a view. `off` are features that no organization has on this server.
///
/// Errors: `NotFound` if the token opens no share, as when it is off or has ended, or if the object was deleted.
pub fn owned_page(store: &Store, token: &str, off: Features, now: Timestamp) -> Result<OpenPage> {
    store.read(|db| {
        let found = find(db, token, off, now)?;
        let (share, project) = found.ok_or(Error::NotFound("This share is not open."))?;
        let page = shown(db, share, project, now)?;
        page.ok_or(Error::NotFound("What is shared was deleted."))
    })
}

/// What `share` shows; `None` if it was deleted.
fn shown(
    db: &Read,
    share: OpenShare,
    project: Project,
    now: Timestamp,
) -> Result<Option<OpenPage>> {
    let Some(object) = find_object(db, &share, now)? else {
        return Ok(None);
    };
    Ok(Some(OpenPage {
        share,
        project,
        object: with_users(db, object)?,
    }))
}

fn has_session(db: &Read, visit: &Visit, share: &OpenShare) -> Result<bool> {
    let Some(token) = visit.session else {
        return Ok(false);
    };
    match ShareSession::verify(db, token, visit.now)? {
        Some(session) => session.grants(db, share),
        None => Ok(false),
    }
}

/// The settings of `share` for a visit with this query string, which overrides the stored settings of an old share
/// (`sharing.md` 6.5).
fn settings_at(share: &OpenShare, query: &Form) -> SharingSettings {
    let stored = share.settings;
    if share.created_at >= STORED_SINCE {
        return stored;
    }
    let switch = |name, stored| query.raw(name).map(is_on).or(stored);
    SharingSettings {
        whitelabel: switch("whitelabel", stored.whitelabel),
        no_header: switch("noHeader", stored.no_header),
        legend: switch("legend", stored.legend),
        detailed: switch("detailed", stored.detailed),
        hide_extra_details: switch("hideExtraDetails", stored.hide_extra_details),
        show_inspector: switch("showInspector", stored.show_inspector),
        theme: query.raw("theme").and_then(sharing::theme).or(stored.theme),
    }
}

/// Any value but a few words for no turns a setting on.
fn is_on(value: &Json) -> bool {
    let no = |text: &str| ["0", "false", "no", "off"].contains(&&*text.to_ascii_lowercase());
    !matches!(value, Json::Text(text) if no(&text.value))
}
