//! What a long command shows, and how it is interrupted.

use std::{
    fmt,
    io::{self, IsTerminal as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// How often a count is printed where there is no terminal.
const PERIOD: Duration = Duration::from_secs(10);

/// A command that was asked to stop: what it has not begun, it does not begin.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// A bar on a terminal, otherwise a line now and then.
pub struct LongRun {
    bar: ProgressBar,
    is_terminal: bool,
    printed: Instant,
    is_interrupted: Arc<AtomicBool>,
}

impl LongRun {
    /// From now on SIGINT and SIGTERM interrupt the command; a second one ends the process at once.
    pub fn start() -> Result<LongRun> {
        let is_interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, is_interrupted.clone())
                .and_then(|_| flag::register(signal, is_interrupted.clone()))
                .context("cannot handle signals")?;
        }
        Ok(LongRun {
            bar: ProgressBar::hidden(),
            is_terminal: io::stderr().is_terminal(),
            printed: Instant::now(),
            is_interrupted,
        })
    }

    /// Begins to count `length` steps.
    pub fn begin(&mut self, length: usize) {
        self.bar.finish_and_clear();
        self.bar = ProgressBar::hidden();
        self.bar.set_length(length as u64);
        if self.is_terminal && length > 1 {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
            self.bar = ProgressBar::new(length as u64).with_style(style.expect("it is a template"));
        }
    }

    pub fn step(&mut self) {
        self.bar.set_message("");
        self.bar.inc(1);
        if !self.is_terminal && self.printed.elapsed() > PERIOD {
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            eprintln!("{done} of {all}");
            self.printed = Instant::now();
        }
    }

    /// Prints a line above the bar.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Takes the bar away, so that lines can be printed.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Says why the command pauses, and for how long, and pauses. Errors: [`Interrupted`].
    pub fn pause(&self, reason: &str, time: Duration) -> Result<()> {
        if self.is_terminal {
            self.bar.set_message(format!("{reason}; waiting {time:?}"));
        } else if time >= Duration::from_secs(1) {
            eprintln!("{reason}; waiting {time:?}");
        }
        let end = Instant::now() + time;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(Duration::from_millis(50)));
        }
    }

    /// Errors: [`Interrupted`].
    pub fn check(&self) -> Result<()> {
        match self.is_interrupted.load(Relaxed) {
            true => Err(Interrupted.into()),
            false => Ok(()),
        }
    }
}
