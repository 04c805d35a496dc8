//! How many connections the process may have: one takes one file descriptor.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::server::SCRAPING_FILES;

/// What the process needs besides connections: the database and its logs, temporary files, standard streams, the listener.
const OTHER: usize = 32;

/// What each worker needs: its event queue and waker, and the files of a reader of the database.
const WORKER: usize = 8;

/// With fewer connections than this there is no use in starting.
const FEWEST: usize = 16;

/// What macOS takes at most for a limit that it calls unlimited.
const LARGEST: u64 = 10_240;

/// Raises the soft limit of open files as far as the system allows, and returns how many connections that leaves room for, at
/// most `wanted`.
///
/// # Errors
///
/// A sentence for people if that is too few to work.
pub fn connections(wanted: usize, workers: usize, has_metrics: bool) -> io::Result<usize> {
    let files = usize::try_from(raise()).unwrap_or(usize::MAX);
    let metrics = if has_metrics { SCRAPING_FILES } else { 0 };
    let others = OTHER + WORKER * workers + metrics;
    let room = files.saturating_sub(others);
    if room < FEWEST {
        return Err(io::Error::other(format!(
            "the process may open {files} files, but {} are needed; raise the limit, such as with ulimit -n 1024",
            others + FEWEST
        )));
    }
    if room < wanted {
        tracing::info!("at most {room} connections at once: the process may open {files} files");
    }
    Ok(room.min(wanted))
}

/// Raises the soft limit of open files; returns what it is then.
fn raise() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let soft = now.current.unwrap_or(u64::MAX);
    let hard = now.maximum.unwrap_or(u64::MAX);
    let raised = [hard, LARGEST.min(hard)].into_iter().find(|limit| {
        let wanted = Rlimit {
            current: Some(*limit),
            maximum: now.maximum,
        };
        *limit > soft && setrlimit(Resource::Nofile, wanted).is_ok()
    });
    raised.unwrap_or(soft)
}
