//! Session recordings.

use super::{SessionRecordingId, Timestamp};

/// The metadata of a replay. hoglet does not store the replay itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecording {
    /// The SDK's `$session_id`, at most 200 characters, unique in the project.
    pub id: SessionRecordingId,
    /// The distinct id of the person.
    pub distinct_id: Option<String>,
    /// The times of the first and the last snapshot; `None` if no snapshot was received.
    pub times: Option<(Timestamp, Timestamp)>,
    /// The URL of the first page, at most 4,096 characters.
    pub start_url: Option<String>,
    /// `web` or `mobile`.
    pub snapshot_source: Option<String>,
    /// The SDK that sent it, such as `posthog-js`.
    pub snapshot_library: Option<String>,
    /// The numbers of actions and log messages.
    pub counts: RecordingCounts,
    /// A deleted recording cannot be restored, and its id cannot be used again.
    pub deleted: bool,
}

/// The numbers of actions and log messages in a recording.
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
    pub recording: SessionRecording,
    /// Whether that user viewed it.
    pub viewed: bool,
    /// The e-mail addresses of the other users who viewed it, sorted.
    pub viewers: Vec<String>,
}
