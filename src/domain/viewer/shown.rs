//! The thing behind a share, and what is connected with it.

use std::collections::HashMap;

use super::{content, context};
use crate::{
    domain::{
        Error, Result,
        dashboards::{self, Board},
        insights,
    },
    model::*,
    store::{
        Read, Store, Usage,
        insights::{self as insight_table, Among},
        notebooks as notebook_table, parents, session_recordings,
    },
};

/// What a share shows.
pub enum Shown {
    /// An insight.
    Insight(Insight),
    /// A dashboard with its tiles.
    Dashboard(Board),
    /// A notebook as strangers may see it, and the saved insights that stand in it.
    Notebook(Notebook, Vec<Insight>),
    /// A recording: at least its id.
    Recording(SessionRecording),
}

/// The thing that `share` shows; `None` when it was deleted.
pub fn look(db: &Read, share: &OpenShare, now: Timestamp) -> Result<Option<Shown>> {
    let (context, project) = (context(share, now), share.project);
    Ok(match share.kind {
        ParentKind::Insight => insight(db, share)?.map(Shown::Insight),
        ParentKind::Dashboard => match share.parent.parse() {
            Ok(id) => absent(dashboards::find(db, context, id))?
                .map(|dashboard| dashboards::board(db, context, dashboard))
                .transpose()?
                .map(Shown::Dashboard),
            Err(_) => None,
        },
        ParentKind::Notebook => {
            let found = notebook_table::find(db, project, &NotebookShortId(share.parent.clone()))?;
            found
                .filter(|notebook| !notebook.head.deleted)
                .map(|notebook| notebook_for_strangers(db, project, notebook))
                .transpose()?
        }
        ParentKind::SessionRecording => {
            let id = SessionRecordingId(share.parent.clone());
            let found = session_recordings::find(db, project, &id, context.user)?;
            found
                .map(|seen| seen.recording)
                .filter(|recording| !recording.deleted)
                .map(Shown::Recording)
        }
    })
}

fn absent<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn insight(db: &Read, share: &OpenShare) -> Result<Option<Insight>> {
    match share.parent.parse() {
        Ok(id) => Ok(insight_table::find(db, share.project, id)?),
        Err(_) => Ok(None),
    }
}

fn notebook_for_strangers(db: &Read, project: ProjectId, notebook: Notebook) -> Result<Shown> {
    let content = notebook.content.as_ref().map(content::for_strangers);
    let named = content.as_ref().map(content::saved_insights);
    let mut insights = Vec::new();
    for short_id in named.unwrap_or_default() {
        insights.extend(insight_table::find_by_short_id(
            db,
            project,
            &InsightShortId(short_id),
            Among::Present,
        )?);
    }
    let shown = Notebook {
        content: content.map(|content| JsonText::new(&content)),
        text_content: None,
        ..notebook
    };
    Ok(Shown::Notebook(shown, insights))
}

/// Counts a view of what `share` shows, and of the thing itself where it keeps count.
pub fn note_view(store: &Store, share: &OpenShare, now: Timestamp) {
    store.note(Usage::Share(share.number), now);
    match (share.kind, share.parent.parse()) {
        (ParentKind::Insight, Ok(id)) => {
            store.note(Usage::Insight(share.project, InsightId(id)), now);
        }
        (ParentKind::Dashboard, Ok(id)) => {
            store.note(Usage::Dashboard(share.project, DashboardId(id)), now);
        }
        _ => {}
    }
}

/// The insights that `share` gives away, by id: itself, those of a dashboard's tiles, those in a notebook as it is now.
pub fn connected_insights(db: &Read, share: &OpenShare, now: Timestamp) -> Result<Vec<Insight>> {
    let found = match look(db, share, now)? {
        Some(Shown::Insight(insight)) => vec![insight],
        Some(Shown::Dashboard(board)) => board.insights().cloned().collect(),
        Some(Shown::Notebook(_, insights)) => insights,
        Some(Shown::Recording(_)) | None => Vec::new(),
    };
    let by_id: HashMap<_, _> = found
        .into_iter()
        .map(|insight| (insight.id, insight))
        .collect();
    let mut insights: Vec<_> = by_id.into_values().collect();
    insights.sort_by_key(|insight| insight.id);
    Ok(insights)
}

/// What the log calls the shared thing.
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

/// The insight that a path names, if `share` gives it away. Errors: `NotFound`.
pub fn connected_insight(
    db: &Read,
    share: &OpenShare,
    path: &str,
    now: Timestamp,
) -> Result<Insight> {
    let insight = insights::find(db, context(share, now), path)?;
    let connected = connected_insights(db, share, now)?;
    if connected.iter().all(|other| other.id != insight.id) {
        return Err(Error::NOT_FOUND);
    }
    Ok(insight)
}
