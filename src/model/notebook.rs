//! Notebooks.

use uuid::Uuid;

use super::*;

/// A page of text and of things from the project.
#[derive(Clone, Debug, PartialEq)]
pub struct Notebook {
    /// What lists show of it.
    pub head: NotebookHead,
    /// As a rule a ProseMirror document.
    pub content: Option<JsonText>,
    /// The content's words, as the client took them out.
    pub text_content: Option<String>,
    /// Counts the changes of `content`: who changes it must know it.
    pub version: i64,
}

/// A notebook without what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct NotebookHead {
    /// Its uuid, which clients see but do not look it up by.
    pub id: Uuid,
    /// Names it in URLs, unique in the project.
    pub short_id: NotebookShortId,
    /// At most 256 characters, may be empty.
    pub title: Option<String>,
    /// A deleted one is only found by those who change or share it.
    pub deleted: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When any field was last changed.
    pub last_modified_at: Timestamp,
    /// Who changed it last.
    pub last_modified_by: Option<UserId>,
}
