//! Session recordings.

use super::*;

/// What is known of a replay; the replay itself is not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecording {
    /// The SDK's `$session_id`, at most 200 characters, unique in the project.
    pub id: SessionRecordingId,
    /// Whose session it was.
    pub distinct_id: Option<String>,
    /// The instants of the first and the last snapshot; `None` when none ever came in.
    pub times: Option<(Timestamp, Timestamp)>,
    /// The first page.
    pub start_url: Option<String>,
    /// `web` or `mobile`.
    pub snapshot_source: Option<String>,
    /// The SDK that sent it, such as `posthog-js`.
    pub snapshot_library: Option<String>,
    /// How often what happened.
    pub counts: RecordingCounts,
    /// A deleted one is gone for good, though its id stays taken.
    pub deleted: bool,
}

/// What happened during a recording, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)] // the API's words
pub struct RecordingCounts {
    pub click: i64,
    pub keypress: i64,
    pub mouse_activity: i64,
    pub console_log: i64,
    pub console_warn: i64,
    pub console_error: i64,
}

/// A recording as one user sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenRecording {
    /// The recording.
    pub recording: SessionRecording,
    /// Whether that user looked at it.
    pub viewed: bool,
    /// The addresses of the others who did, sorted.
    pub viewers: Vec<String>,
}
