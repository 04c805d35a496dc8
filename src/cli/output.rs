//! Standard output, which may be a pipe that nobody reads from any more.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};

/// Writes `text` to standard output. That nobody reads on is no failure: think of `hoglet keys list | head -1`.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output cannot be written"),
    }
}
