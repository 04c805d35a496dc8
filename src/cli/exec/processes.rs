//! Starting, signalling and ending processes.

use std::{
    io,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitOptions, WaitStatus, getpid, getppid, kill_process, wait},
};
use signal_hook::{
    consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2},
    iterator::{SignalsInfo, exfiltrator::WithOrigin},
    low_level::siginfo::Cause,
};

/// How long processes that the command has left may take to end after they were asked to.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long killed processes may take to disappear: one may be waiting for a disk.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// How often it is checked whether processes have ended.
const INTERVAL: Duration = Duration::from_millis(5);

/// The signals of this process, from the moment that this is created.
pub struct Signals(SignalsInfo<WithOrigin>);

/// How to end what is left below this process.
#[derive(Clone, Copy, PartialEq)]
pub enum Leftover {
    /// SIGTERM, and SIGKILL a little later.
    Ask,
    /// SIGKILL at once.
    Kill,
}

impl Signals {
    /// Receives the signals that are passed on, and those that say that a child has ended.
    pub fn new() -> io::Result<Signals> {
        let all = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
        SignalsInfo::new(all).map(Signals)
    }

    /// Passes signals on to `child` until it ends, then ends whatever it leaves. Returns its exit code; 128 plus the number of
    /// the signal that ended it. If `parent` ends first, kills everything.
    pub fn attend(mut self, child: Pid, parent: Option<Pid>) -> io::Result<u8> {
        let is_orphan = || parent.is_some() && getppid() != parent;
        loop {
            if is_orphan() {
                end_descendants(Leftover::Kill)?;
                return Ok(1);
            }
            if let Some(status) = reap(child)? {
                end_descendants(Leftover::Ask)?;
                return Ok(code(status));
            }
            for origin in self.0.wait() {
                // The kernel sends the signals of a terminal to the whole group. The end of the parent is no signal to pass on.
                if let Some(signal) = Signal::from_named_raw(origin.signal)
                    && signal != Signal::CHILD
                    && origin.cause != Cause::Kernel
                    && !is_orphan()
                {
                    send(child, signal)?;
                }
            }
        }
    }
}

/// Sends `signal`; nothing happens if the process has ended, or belongs to another user by now.
fn send(process: Pid, signal: Signal) -> io::Result<()> {
    match kill_process(process, signal) {
        Ok(()) | Err(Errno::SRCH | Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Starts `command`. The caller waits for the process, with [`Signals::attend`].
pub fn start(command: &mut Command) -> io::Result<Pid> {
    let child = command.spawn()?;
    Ok(Pid::from_child(&child))
}

/// Removes all children that have ended. Returns how `child` ended, if it is one of them.
fn reap(child: Pid) -> io::Result<Option<WaitStatus>> {
    let mut found = None;
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == child => found = Some(status),
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Ok(None) | Err(Errno::CHILD) => return Ok(found),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The exit code that stands for `status`, as in shells.
fn code(status: WaitStatus) -> u8 {
    let signal = status.terminating_signal().map(|signal| 128 + signal);
    let code = status.exit_status().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// Ends everything that descends from this process, and waits until it is gone.
pub fn end_descendants(how: Leftover) -> io::Result<()> {
    let start = Instant::now();
    let mut is_asked = how == Leftover::Kill;
    // An orphan becomes a child of this process. So while there is no child, there is no descendant.
    while has_children()? {
        let is_patient = how == Leftover::Ask && start.elapsed() < FAREWELL;
        let signal = match is_patient {
            true if is_asked => None, // a process may start others to tidy up
            true => Some(Signal::TERM),
            false => Some(Signal::KILL),
        };
        is_asked = true;
        if let Some(signal) = signal {
            descendants()?
                .into_iter()
                .try_for_each(|pid| send(pid, signal))?;
        }
        if start.elapsed() > FAREWELL + LAST_WAIT {
            return Err(io::Error::other("a process that was killed does not end"));
        }
        thread::sleep(INTERVAL);
    }
    Ok(())
}

/// Whether this process has a child that has not ended.
fn has_children() -> io::Result<bool> {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Ok(None) => return Ok(true),
            Err(Errno::CHILD) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The processes that descend from this one and have not ended.
#[cfg(target_os = "linux")]
fn descendants() -> io::Result<Vec<Pid>> {
    let mut parents: Vec<(i32, i32)> = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // `1 (name) S 0 …`: state and parent come after the name, which may hold any character. A process may end meanwhile.
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let (state, parent) = (fields.next(), fields.next());
        let parent = parent.and_then(|text| text.parse().ok());
        if let (Some(state), Some(parent)) = (state, parent)
            && state != "Z"
        {
            parents.push((pid, parent));
        }
    }
    let mut found = vec![getpid()];
    let mut next = 0;
    while let Some(parent) = found.get(next).map(|pid| pid.as_raw_nonzero().get()) {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        found.extend(children.filter_map(|(pid, _)| Pid::from_raw(*pid)));
        next += 1;
    }
    Ok(found.split_off(1))
}

/// Makes this process the parent of its descendants whose parents end.
#[cfg(target_os = "linux")]
pub fn adopt_orphans() -> io::Result<()> {
    // Any process id switches it on.
    Ok(rustix::process::set_child_subreaper(Some(getpid()))?)
}

/// Makes the end of this process's parent send it SIGTERM.
#[cfg(target_os = "linux")]
pub fn notice_end_of_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(
        Signal::TERM,
    ))?)
}

/// Other systems have no orphans to adopt, so there are none to end.
#[cfg(not(target_os = "linux"))]
fn descendants() -> io::Result<Vec<Pid>> {
    Ok(Vec::new())
}

/// Other systems give orphans to the first process.
#[cfg(not(target_os = "linux"))]
pub fn adopt_orphans() -> io::Result<()> {
    Ok(())
}

/// Other systems cannot do this.
#[cfg(not(target_os = "linux"))]
pub fn notice_end_of_parent() -> io::Result<()> {
    Ok(())
}
