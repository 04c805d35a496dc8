//! Notebooks.

use uuid::Uuid;

use super::{JsonText, NotebookShortId, Timestamp, UserId};

/// A document that can embed other objects of the project.
#[derive(Clone, Debug, PartialEq)]
pub struct Notebook {
    /// The fields that lists return.
    pub head: NotebookHead,
    /// Usually a ProseMirror document.
    pub content: Option<JsonText>,
    /// The text of the content, as the client extracted it.
    pub text_content: Option<String>,
    /// The number of changes of `content`. A client that changes the content must send it.
    pub version: i64,
}

/// A notebook without its content.
#[derive(Clone, Debug, PartialEq)]
pub struct NotebookHead {
    /// The UUID, which is not used in URLs.
    pub id: Uuid,
    /// The id in URLs, unique in the project.
    pub short_id: NotebookShortId,
    /// At most 256 characters, may be empty.
    pub title: Option<String>,
    /// A deleted notebook can only be updated and shared.
    pub deleted: bool,
    pub created_at: Timestamp,
    /// The user who created it.
    pub created_by: Option<UserId>,
    /// When it was last updated.
    pub last_modified_at: Timestamp,
    /// The user who updated it last.
    pub last_modified_by: Option<UserId>,
}
