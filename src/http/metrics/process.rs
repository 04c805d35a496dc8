//! What the system says of this process. Where it does not have `/proc`, less is known.

use std::fs;

use rustix::{
    param::page_size,
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

/// How much memory the process has.
pub struct Memory {
    /// In bytes: what is in memory.
    pub resident: u64,
    /// In bytes: all that has an address.
    pub addresses: u64,
}

pub fn memory() -> Option<Memory> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    let mut pages = pages.split(' ');
    let mut bytes = || Some(pages.next()?.parse::<u64>().ok()? * page_size() as u64);
    Some(Memory {
        addresses: bytes()?,
        resident: bytes()?,
    })
}

pub fn open_files() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}

/// How many files the process may open; `None` without a limit.
pub fn most_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// The processor time that the process has used.
pub fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
