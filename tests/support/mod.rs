//! What all test targets and benchmarks share: a server on its own port and database, and an HTTP client.
//!
//! Each target includes this folder as its module `harness`. It is a module and not a crate because only a target of
//! this package learns the path of the binary.
#![allow(dead_code, unused_imports)] // each target uses its part

mod ask;
mod process;
mod server;

pub use ask::{Answer, Ask};
pub use process::{Process, hoglet, print_secrets, without_settings};
pub use server::Server;
