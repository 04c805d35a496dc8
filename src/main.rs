//! Arguments to command to exit code.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Gives memory back to the system a second after it was freed (`.cargo/config.toml` says so). The allocator of the C library
/// keeps what a burst of large responses needed, since each of its arenas has something in use at its end.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    hoglet::cli::run()
}
