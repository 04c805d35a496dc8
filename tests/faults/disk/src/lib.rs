//! A disk that fails on request, for every SQLite connection of this process.
//!
//! [`install`] puts a layer (in SQLite's words a VFS) between SQLite and the file system. It passes every call on, and
//! [`break_after`] makes a coming one fail, in the way in which a disk or a kernel does. Connections are in WAL mode here, so a
//! transaction is: frames appended to the log, one sync of the log, and now and then a checkpoint, which writes and
//! syncs the database itself.

mod file;

use std::{
    mem::size_of,
    ptr,
    sync::{Mutex, MutexGuard, PoisonError, atomic::Ordering},
};

use rusqlite::ffi;

/// What a call does instead of its work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// A read fails.
    Read,
    /// A write fails, and has written nothing.
    Write,
    /// A write fails for want of room, and has written half.
    ShortWrite,
    /// A write fails for want of room.
    Full,
    /// A sync fails. What was written may be on disk or not.
    Sync,
}

/// A fault to come, and what has become of it.
#[derive(Clone, Copy)]
struct Plan {
    fault: Fault,
    /// Calls of its kind that still succeed.
    skip: u32,
    /// Calls that fail then.
    times: u32,
    failed: u32,
}

static PLAN: Mutex<Option<Plan>> = Mutex::new(None);

/// Lets `skip` calls of the kind that `fault` is about succeed and the `times` after them fail.
pub fn break_after(fault: Fault, skip: u32, times: u32) {
    let failed = 0;
    *plan() = Some(Plan {
        fault,
        skip,
        times,
        failed,
    });
}

/// Ends all faults. Returns how many calls failed.
pub fn heal() -> u32 {
    plan().take().map_or(0, |plan| plan.failed)
}

/// Puts the layer under every connection that is opened from now on. Call it once, before the first.
pub fn install() {
    // SAFETY: SQLite's default layer lives as long as the process. Ours is a copy of it with another name, another way to
    // open files and room for `file::Wrapped` before its own file; it is leaked, so it lives as long too.
    unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!real.is_null(), "SQLite has a default VFS");
        file::REAL.store(real, Ordering::Release);
        let layer = ffi::sqlite3_vfs {
            zName: c"faulty-disk".as_ptr(),
            szOsFile: size_of::<file::Wrapped>() as i32 + (*real).szOsFile,
            pNext: ptr::null_mut(),
            xOpen: Some(file::open),
            ..*real
        };
        let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(layer)), 1);
        assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes the VFS");
    }
}

/// The fault of this call, if it is one of `kinds` and its time has come.
fn fault(kinds: &[Fault]) -> Option<Fault> {
    let mut plan = plan();
    let plan = plan.as_mut().filter(|plan| kinds.contains(&plan.fault))?;
    if plan.skip > 0 {
        plan.skip -= 1;
        return None;
    }
    if plan.failed == plan.times {
        return None;
    }
    plan.failed += 1;
    Some(plan.fault)
}

fn plan() -> MutexGuard<'static, Option<Plan>> {
    PLAN.lock().unwrap_or_else(PoisonError::into_inner)
}
