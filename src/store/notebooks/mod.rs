//! Notebooks: table `notebook`.

mod list;

pub use list::{NotebookFilter, NotebookOrder, count, page};

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, columns};
use crate::model::{Notebook, NotebookHead, NotebookShortId, ProjectId};

const ONE: &str = "
    SELECT id, short_id, title, content, text_content, version, deleted, created_at, created_by, last_modified_at,
           last_modified_by
    FROM notebook WHERE project_id = :project AND short_id = :short_id";
const INSERT: &str = "
    INSERT INTO notebook (id, project_id, short_id, title, content, text_content, version, deleted, created_at, created_by,
                          last_modified_at, last_modified_by)
    VALUES (:id, :project, :short_id, :title, :content, :text_content, :version, :deleted, :created_at, :created_by,
            :last_modified_at, :last_modified_by)";
const UPDATE: &str = "
    UPDATE notebook SET title = :title, content = :content, text_content = :text_content, version = :version,
                        deleted = :deleted, last_modified_at = :last_modified_at, last_modified_by = :last_modified_by
    WHERE project_id = :project AND short_id = :short_id";

/// Finds the notebook `short_id` of `project`, deleted or not.
pub fn find(db: &Read, project: ProjectId, short_id: &NotebookShortId) -> Result<Option<Notebook>> {
    let params = named_params! { ":project": project, ":short_id": short_id };
    db.one(ONE, params, from_row)
}

/// Inserts `notebook`. Errors: `Taken` if another notebook of the project, deleted or not, has its `short_id`.
pub fn insert(db: &Write, project: ProjectId, notebook: &Notebook) -> Result<()> {
    let head = &notebook.head;
    let params = named_params! {
        ":id": head.id.to_string(), ":project": project, ":short_id": head.short_id, ":title": head.title,
        ":content": notebook.content, ":text_content": notebook.text_content, ":version": notebook.version,
        ":deleted": head.deleted, ":created_at": head.created_at, ":created_by": head.created_by,
        ":last_modified_at": head.last_modified_at, ":last_modified_by": head.last_modified_by,
    };
    db.run(INSERT, params)?;
    Ok(())
}

/// Stores the fields of `notebook` that can change.
pub fn update(db: &Write, project: ProjectId, notebook: &Notebook) -> Result<()> {
    let head = &notebook.head;
    let params = named_params! {
        ":project": project, ":short_id": head.short_id, ":title": head.title, ":content": notebook.content,
        ":text_content": notebook.text_content, ":version": notebook.version, ":deleted": head.deleted,
        ":last_modified_at": head.last_modified_at, ":last_modified_by": head.last_modified_by,
    };
    db.run(UPDATE, params)?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<Notebook> {
    Ok(Notebook {
        head: head_from_row(row)?,
        content: row.get("content")?,
        text_content: row.get("text_content")?,
        version: row.get("version")?,
    })
}

fn head_from_row(row: &Row) -> rusqlite::Result<NotebookHead> {
    Ok(NotebookHead {
        id: columns::uuid(row, "id")?,
        short_id: row.get("short_id")?,
        title: row.get("title")?,
        deleted: row.get("deleted")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        last_modified_at: row.get("last_modified_at")?,
        last_modified_by: row.get("last_modified_by")?,
    })
}
