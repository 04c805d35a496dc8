//! Standard output, which may be a closed pipe.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};

/// Writes `text` to standard output. A closed pipe is not a failure, as in `hoglet keys list | head -1`.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}
