//! A file of the real layer, behind methods of ours.

use std::{
    ffi::{c_int, c_void},
    mem::size_of,
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_filename, sqlite3_int64, sqlite3_vfs};

use super::{Fault, fault};

/// What SQLite takes for the file. The real one stands right after it, in the memory that SQLite sets aside for both.
#[repr(C, align(16))]
pub struct Wrapped {
    base: sqlite3_file,
}

/// The layer that does the work.
pub static REAL: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2, // without `xFetch`: nothing is read past us
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Opens the real file. Only once that has methods SQLite calls ours, and closes it with them.
pub unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: `install` asked for room for both files, and set `REAL` before SQLite knew of this function.
    unsafe {
        let layer = REAL.load(Ordering::Acquire);
        let open = (*layer).xOpen.expect("every VFS opens files");
        let opened = open(layer, name, real(file), flags, out);
        let has_methods = !(*real(file)).pMethods.is_null();
        (*file).pMethods = if has_methods { &METHODS } else { ptr::null() };
        opened
    }
}

/// The real file behind `file`.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: it follows `Wrapped` in the same block of memory; see `install`.
    unsafe { file.byte_add(size_of::<Wrapped>()) }
}

/// Calls `$method` of the real file behind `$file`.
macro_rules! pass {
    ($file:ident . $method:ident ( $($argument:expr),* )) => {
        // SAFETY: SQLite calls methods on open files only, and this one is open as long as ours is.
        unsafe {
            let real = real($file);
            let method = (*(*real).pMethods).$method;
            method.expect("the default VFS has every method")(real, $($argument),*)
        }
    };
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    into: *mut c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    match fault(&[Fault::Read]) {
        Some(_) => ffi::SQLITE_IOERR_READ,
        None => pass!(file.xRead(into, amount, offset)),
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    match fault(&[Fault::Write, Fault::ShortWrite, Fault::Full]) {
        None => pass!(file.xWrite(from, amount, offset)),
        Some(Fault::ShortWrite) => match pass!(file.xWrite(from, amount / 2, offset)) {
            ffi::SQLITE_OK => ffi::SQLITE_FULL,
            failed => failed,
        },
        Some(Fault::Full) => ffi::SQLITE_FULL,
        Some(_) => ffi::SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    match fault(&[Fault::Sync]) {
        Some(_) => ffi::SQLITE_IOERR_FSYNC,
        None => pass!(file.xSync(flags)),
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    pass!(file.xClose())
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    pass!(file.xTruncate(size))
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    pass!(file.xFileSize(size))
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file.xLock(level))
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file.xUnlock(level))
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    pass!(file.xCheckReservedLock(out))
}

unsafe extern "C" fn file_control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    pass!(file.xFileControl(operation, argument))
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    pass!(file.xSectorSize())
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    pass!(file.xDeviceCharacteristics())
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass!(file.xShmMap(page, size, extend, out))
}

unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    pass!(file.xShmLock(offset, count, flags))
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    pass!(file.xShmBarrier())
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, remove: c_int) -> c_int {
    pass!(file.xShmUnmap(remove))
}
