//! Arguments to command to exit code.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Returns freed memory to the system within ten seconds, on a thread of its own. The allocator of the C library keeps what a
/// burst of large responses needed, because something at the end of each of its arenas stays in use.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    hoglet::cli::run()
}
