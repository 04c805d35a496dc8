//! The object behind a share, and the insights that it shows.

use super::{
    content, context,
    drawing::{Drawing, saved_insights},
    with_users,
};
use crate::{
    domain::{
        Error, Listing, Mentions, Page, Result, WithUsers,
        dashboards::{self, Board},
        insights as insight_use_cases,
    },
    model::{
        DashboardId, Insight, InsightId, InsightShortId, JsonText, Notebook, NotebookShortId,
        OpenShare, ParentKind, SessionRecording, SessionRecordingId, Timestamp, UserId,
    },
    store::{
        Read, Store, Usage, dashboards as dashboard_table,
        insights::{self as insight_table, Among},
        notebooks as notebook_table, parents, session_recordings,
    },
};

pub enum SharedObject {
    Insight(Insight),
    /// A dashboard with its tiles.
    Dashboard(Board),
    Notebook(SharedNotebook),
    /// A recording, of which perhaps only the id is known.
    Recording(SessionRecording),
}

impl SharedObject {
    /// Whether its page has an insight with a result, which is usually drawn as a chart.
    pub fn has_result(&self) -> bool {
        let has_result = |insight: &Insight| insight.result.is_some();
        match self {
            SharedObject::Insight(insight) => has_result(insight),
            SharedObject::Dashboard(board) => board.insights().any(has_result),
            SharedObject::Notebook(shared) => shared.insights.iter().any(has_result),
            SharedObject::Recording(_) => false,
        }
    }

    /// The texts in Markdown that its page shows besides a notebook: descriptions and tiles.
    pub fn texts(&self) -> Vec<&str> {
        fn described(insight: &Insight) -> Option<&str> {
            insight.description.as_deref()
        }
        match self {
            SharedObject::Insight(insight) => described(insight).into_iter().collect(),
            SharedObject::Dashboard(board) => {
                let tiles = board
                    .tiles
                    .iter()
                    .filter_map(|(tile, _)| tile.text.as_deref());
                let described = board.insights().filter_map(described);
                let description = [&*board.dashboard.description];
                description
                    .into_iter()
                    .chain(tiles)
                    .chain(described)
                    .collect()
            }
            SharedObject::Notebook(shared) => {
                shared.insights.iter().filter_map(described).collect()
            }
            SharedObject::Recording(_) => Vec::new(),
        }
    }
}

/// A notebook as anonymous visitors may see it.
pub struct SharedNotebook {
    /// The notebook with filtered content.
    pub notebook: Notebook,
    /// What its page draws.
    pub drawings: Vec<Drawing>,
    /// The saved insights that its page draws.
    pub insights: Vec<Insight>,
}

impl Mentions for SharedObject {
    fn mention(&self, users: &mut Vec<UserId>) {
        match self {
            SharedObject::Insight(insight) => insight.mention(users),
            SharedObject::Dashboard(board) => board.mention(users),
            SharedObject::Notebook(shared) => {
                shared.notebook.mention(users);
                shared.insights.mention(users);
            }
            SharedObject::Recording(_) => {}
        }
    }
}

/// A page of the insights that `share` shows, in the order of their ids; only the one with this `short_id`, if there is one.
pub fn insights(
    store: &Store,
    share: &OpenShare,
    short_id: Option<&str>,
    page: Page,
    now: Timestamp,
) -> Result<WithUsers<Listing<Insight>>> {
    store.read(|db| {
        let mut found = shown_insights(db, share, now)?;
        found.retain(|insight| short_id.is_none_or(|short_id| insight.short_id.0 == short_id));
        let items = page.of(&found).cloned().collect();
        let count = found.len() as i64;
        with_users(db, Listing { items, count })
    })
}

/// The insight `name`, its number or its `short_id`, and notes the view.
///
/// Errors: `NotFound` if there is no such insight, or `share` does not show it.
pub fn insight(
    store: &Store,
    share: &OpenShare,
    name: &str,
    now: Timestamp,
) -> Result<WithUsers<Insight>> {
    let found = store.read(|db| {
        let insight = insight_use_cases::find(db, context(share, now), name)?;
        let shown = shown_insights(db, share, now)?;
        if shown.iter().all(|other| other.id != insight.id) {
            return Err(Error::NOT_FOUND);
        }
        with_users(db, insight)
    })?;
    insight_use_cases::note_view(store, share.project, found.item.id, now);
    Ok(found)
}

/// The recording `id`. Errors: `Denied` if `share` does not show it, whether or not there is such a recording.
pub fn recording(
    store: &Store,
    share: &OpenShare,
    id: &str,
    now: Timestamp,
) -> Result<SessionRecording> {
    match store.read(|db| find_object(db, share, now))? {
        Some(SharedObject::Recording(recording)) if recording.id.0 == id => Ok(recording),
        None if share.kind == ParentKind::SessionRecording && share.parent == id => {
            Err(Error::NOT_FOUND) // it was deleted
        }
        _ => Err(Error::FORBIDDEN),
    }
}

/// The object that `share` shows; `None` if it was deleted.
pub fn find_object(db: &Read, share: &OpenShare, now: Timestamp) -> Result<Option<SharedObject>> {
    let project = share.project;
    match share.kind {
        ParentKind::Insight => {
            let Ok(id) = share.parent.parse() else {
                return Ok(None);
            };
            let found = insight_table::find(db, project, id)?;
            Ok(found.map(SharedObject::Insight))
        }
        ParentKind::Dashboard => {
            let Ok(id) = share.parent.parse() else {
                return Ok(None);
            };
            let found = dashboard_table::find(db, project, id)?;
            let board = |dashboard| dashboards::board(db, context(share, now), dashboard);
            let board = found.map(board).transpose()?;
            Ok(board.map(SharedObject::Dashboard))
        }
        ParentKind::Notebook => {
            let found = notebook_table::find(db, project, &NotebookShortId(share.parent.clone()))?;
            let found = found.filter(|notebook| !notebook.head.deleted);
            found
                .map(|notebook| filter_notebook(db, share, notebook))
                .transpose()
        }
        ParentKind::SessionRecording => {
            let id = SessionRecordingId(share.parent.clone());
            let found = session_recordings::find(db, project, &id, context(share, now).user)?;
            let recording = found.map(|seen| seen.recording);
            let recording = recording.filter(|recording| !recording.deleted);
            Ok(recording.map(SharedObject::Recording))
        }
    }
}

/// `notebook` without what anonymous visitors must not see, and the saved insights that its page draws.
fn filter_notebook(db: &Read, share: &OpenShare, notebook: Notebook) -> Result<SharedObject> {
    let content = notebook.content.as_ref().map(content::for_visitors);
    let drawings = content.as_ref().map(content::draw).unwrap_or_default();
    let mut insights = Vec::new();
    for short_id in saved_insights(&drawings) {
        insights.extend(insight_table::find_by_short_id(
            db,
            share.project,
            &InsightShortId(short_id),
            Among::Present,
        )?);
    }
    let notebook = Notebook {
        content: content.map(|content| JsonText::new(&content)),
        text_content: None,
        ..notebook
    };
    Ok(SharedObject::Notebook(SharedNotebook {
        notebook,
        drawings,
        insights,
    }))
}

/// The insights that `share` shows, by id: the shared one, those of a dashboard, or those that a notebook embeds now.
fn shown_insights(db: &Read, share: &OpenShare, now: Timestamp) -> Result<Vec<Insight>> {
    let mut insights = match find_object(db, share, now)? {
        Some(SharedObject::Insight(insight)) => vec![insight],
        Some(SharedObject::Dashboard(board)) => board.insights().cloned().collect(),
        Some(SharedObject::Notebook(shared)) => shared.insights,
        Some(SharedObject::Recording(_)) | None => Vec::new(),
    };
    insights.sort_by_key(|insight| insight.id);
    insights.dedup_by_key(|insight| insight.id);
    Ok(insights)
}

/// Counts a view of `share`, and of the object itself if its kind counts views.
pub fn note_view(store: &Store, share: &OpenShare, now: Timestamp) {
    store.note(Usage::Share(share.number, now.day()), now);
    match (share.kind, share.parent.parse()) {
        (ParentKind::Insight, Ok(id)) => {
            insight_use_cases::note_view(store, share.project, InsightId(id), now);
        }
        (ParentKind::Dashboard, Ok(id)) => {
            store.note(Usage::Dashboard(share.project, DashboardId(id)), now);
        }
        _ => {}
    }
}

/// What the activity log calls the shared object.
pub fn name(db: &Read, share: &OpenShare) -> Result<Option<String>> {
    let (project, id) = (share.project, &*share.parent);
    let parent = match share.kind {
        ParentKind::Insight => parents::insight(db, project, id)?,
        ParentKind::Dashboard => parents::dashboard(db, project, id)?,
        ParentKind::Notebook => parents::notebook(db, project, id)?,
        ParentKind::SessionRecording => None,
    };
    Ok(parent.and_then(|parent| parent.name))
}
