//! `/api/backups`: the database as a file, and back, for the admin page.

use std::io::Read as _;

use actix_web::{
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
    rt::task::spawn_blocking,
    web::Bytes,
};
use futures_util::stream;

use crate::{
    domain::{Caller, backups::MadeBackup},
    http::{Request, Response, State, error::Result},
};

/// How much of a backup is read at once.
const PIECE: usize = 64 << 10;

/// 200 with what the caller may know of the files that can be restored.
pub fn list(state: &State, caller: Caller, _: &Request) -> Result<Response> {
    Ok(Response::ok(&state.backups.list(&state.store, caller)?))
}

/// 200 with a new backup, which is made first and read from its file while it is sent.
pub fn create(state: &State, caller: Caller, _: &Request) -> Result<Response> {
    let backup = state.backups.make(&state.store, caller)?;
    let attachment = format!("attachment; filename=\"{}\"", backup.name);
    let pieces = stream::unfold(backup, |backup| async {
        spawn_blocking(|| next_piece(backup)).await.ok()?
    });
    Ok(Response::streamed("application/vnd.sqlite3", pieces)
        .header(CONTENT_DISPOSITION, attachment)
        .header(CACHE_CONTROL, "no-store"))
}

/// 200 with the name of the file that holds what was there before, when all data is that of a file on the server's machine.
pub fn restore(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let (backups, name) = (&state.backups, request.segment("name"));
    let restored = backups.restore(&state.store, &state.capture, caller, name)?;
    Ok(Response::ok(&restored))
}

/// The next piece and what follows it; `None` at the end. A backup that cannot be read ends too early, which is
/// noticed when it is opened: its first page says how long it is.
fn next_piece(mut backup: MadeBackup) -> Option<(Bytes, MadeBackup)> {
    let mut piece = vec![0; PIECE];
    match backup.file.read(&mut piece) {
        Ok(0) => None,
        Ok(length) => {
            piece.truncate(length);
            Some((Bytes::from(piece), backup))
        }
        Err(error) => {
            tracing::error!("a backup cannot be read: {error}");
            None
        }
    }
}
