//! The journal: the latest requests and their answers, with credentials masked.
//!
//! It is bounded by number and by bytes, and of each body only the start is kept. The oldest entries make room for new ones.

use std::{
    collections::VecDeque,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::sync::watch;

use super::{PathPattern, masked};
use crate::{
    domain::{Error, Form, Result},
    model::{Charset, ProjectId, Timestamp},
};

/// The most entries that are kept.
const MOST: usize = 1000;

/// The most bytes that all entries take together.
const MOST_BYTES: usize = 16 << 20;

/// The most bytes that are kept of a body.
const BODY: usize = 16 << 10;

/// The most entries that a stream sends at once.
const AT_ONCE: usize = 16;

/// What an entry takes besides its texts, in bytes.
const OVERHEAD: usize = 512;

/// A request and its answer.
#[derive(Debug)]
pub struct JournalEntry {
    /// Its number; set when it is recorded. The first is 1, and numbers are not used again.
    pub number: u64,
    /// When the request came in.
    pub time: Timestamp,
    pub method: String,
    pub path: String,
    /// The path of the route table; `None` for a path that hoglet lacks.
    pub route: Option<&'static str>,
    /// The path of the route table that a path which hoglet lacks resembles.
    pub did_you_mean: Option<&'static str>,
    pub query: String,
    /// Sorted by name.
    pub request_headers: Vec<(String, String)>,
    /// `None` if it was not received.
    pub request_body: Option<Sample>,
    /// `None` if the connection was dropped before there was a response.
    pub status: Option<u16>,
    /// Sorted by name.
    pub response_headers: Vec<(String, String)>,
    /// `None` for a response without a body, or with one that has no end.
    pub response_body: Option<Sample>,
    pub microseconds: u64,
    /// What became known while the request was answered.
    pub findings: Findings,
}

/// What becomes known about a request while it is answered.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The project it is for.
    pub project: Option<ProjectId>,
    /// The id of the personal or project secret key that it shows.
    pub key: Option<String>,
    /// What it sends that is silently ignored.
    pub warnings: Vec<String>,
    /// The rule that made it fail.
    pub fault: Option<u64>,
}

/// The start of a body.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Credentials are masked.
    pub content: Content,
    /// The length of the whole body, in bytes.
    pub size: usize,
    /// Whether it is longer than what is kept.
    pub is_cut: bool,
}

/// What is kept of a body.
#[derive(Clone, Debug)]
pub enum Content {
    Text(String),
    /// Of bytes that are not text.
    Base64(String),
}

impl Sample {
    /// The start of `body`, which is text in `charset` if it is text.
    pub fn of(body: &[u8], charset: Charset) -> Sample {
        let start = &body[..body.len().min(BODY)];
        let is_cut = start.len() < body.len();
        let content = match std::str::from_utf8(start) {
            // Credentials are recognised in UTF-8 alone.
            _ if charset != Charset::Utf8 => Content::text(&charset.decode_lossy(start)),
            Ok(text) => Content::text(text),
            // Cut within a character.
            Err(error) if is_cut && error.error_len().is_none() => {
                Content::text(&String::from_utf8_lossy(&start[..error.valid_up_to()]))
            }
            Err(_) => Content::Base64(STANDARD.encode(masked(start))),
        };
        Sample {
            content,
            size: body.len(),
            is_cut,
        }
    }

    fn memory(&self) -> usize {
        match &self.content {
            Content::Text(text) | Content::Base64(text) => text.len(),
        }
    }
}

impl Content {
    fn text(text: &str) -> Content {
        Content::Text(String::from_utf8_lossy(&masked(text.as_bytes())).into_owned())
    }
}

impl JournalEntry {
    /// How many bytes it takes.
    fn memory(&self) -> usize {
        let texts = [&self.method, &self.path, &self.query];
        let headers = self.request_headers.iter().chain(&self.response_headers);
        let bodies = self.request_body.iter().chain(&self.response_body);
        OVERHEAD
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + headers
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>()
            + bodies.map(Sample::memory).sum::<usize>()
            + self
                .findings
                .warnings
                .iter()
                .map(String::len)
                .sum::<usize>()
    }
}

pub struct Journal {
    kept: Mutex<Kept>,
    /// Wakes those who wait for the next entry.
    news: watch::Sender<()>,
}

#[derive(Default)]
struct Kept {
    /// Oldest first.
    entries: VecDeque<Arc<JournalEntry>>,
    bytes: usize,
    last: u64,
}

impl Default for Journal {
    fn default() -> Journal {
        Journal {
            kept: Mutex::default(),
            news: watch::Sender::new(()),
        }
    }
}

impl Journal {
    /// Adds `entry` and numbers it.
    pub fn record(&self, mut entry: JournalEntry) {
        let mut kept = self.kept();
        kept.last += 1;
        entry.number = kept.last;
        kept.bytes += entry.memory();
        kept.entries.push_back(Arc::new(entry));
        while kept.entries.len() > MOST || kept.bytes > MOST_BYTES {
            let oldest = kept.entries.pop_front();
            kept.bytes -= oldest.map_or(0, |oldest| oldest.memory());
        }
        self.news.send_replace(());
    }

    /// The entries that fit `filter`, oldest first.
    pub fn list(&self, filter: &JournalFilter) -> Vec<Arc<JournalEntry>> {
        let kept = self.kept();
        let entries = kept.entries.iter().filter(|entry| filter.fits(entry));
        entries.cloned().collect()
    }

    /// The entry with this number. Errors: `NotFound`.
    pub fn find(&self, number: u64) -> Result<Arc<JournalEntry>> {
        let kept = self.kept();
        let mut entries = kept.entries.iter();
        let found = entries.find(|entry| entry.number == number);
        found.cloned().ok_or(Error::NOT_FOUND)
    }

    /// Forgets all entries. Numbers go on.
    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.entries.clear();
        kept.bytes = 0;
    }

    /// The number of the last entry.
    pub fn last(&self) -> u64 {
        self.kept().last
    }

    /// Changes with each entry.
    pub fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// The next few entries of a reader that has come to `filter.since`, which moves on. Returns as well up to which number
    /// entries are missing, if some are.
    pub fn next(&self, filter: &mut JournalFilter) -> (Vec<Arc<JournalEntry>>, Option<u64>) {
        let kept = self.kept();
        let first = kept
            .entries
            .front()
            .map_or(kept.last + 1, |entry| entry.number);
        let lost = (filter.since + 1 < first).then(|| first - 1);
        let entries = kept.entries.iter().filter(|entry| filter.fits(entry));
        let entries: Vec<_> = entries.take(AT_ONCE).cloned().collect();
        filter.since = match entries.last() {
            Some(last) if entries.len() == AT_ONCE => last.number,
            _ => kept.last,
        };
        (entries, lost)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner) // what is kept stays usable
    }
}

/// Which entries a list has. Conditions that are not set hold for all.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    method: Option<String>,
    path: Option<PathPattern>,
    status: Option<StatusPattern>,
    project: Option<ProjectId>,
    key: Option<String>,
    /// Only entries with a higher number.
    pub since: u64,
}

/// A status such as `404`, or a class such as `4xx`.
#[derive(Clone, Copy, Debug)]
struct StatusPattern {
    least: u16,
    most: u16,
}

impl FromStr for StatusPattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<StatusPattern, Self::Err> {
        let class = text.strip_suffix("xx");
        let number = class.unwrap_or(text).parse().unwrap_or(0);
        let (least, most) = match class {
            Some(_) if number < 10 => (number * 100, number * 100 + 99),
            Some(_) => (0, 0),
            None => (number, number),
        };
        match (100..600).contains(&least) {
            true => Ok(StatusPattern { least, most }),
            false => Err("Expected a status such as 404, or a class such as 4xx."),
        }
    }
}

impl JournalFilter {
    /// Reads `method`, `path`, `status`, `project`, `key` and `since`. Errors: `Invalid`.
    pub fn read(query: &Form) -> Result<JournalFilter> {
        let text = |name| {
            query
                .field(name)
                .optional()
                .text(None)
                .map(|sent| sent.value())
        };
        let number = |name| {
            let sent = query.field(name).optional().integer_in(0..=i64::MAX);
            sent.map(|sent| sent.value())
        };
        Ok(JournalFilter {
            method: text("method")?.map(|method| method.to_ascii_uppercase()),
            path: parsed("path", text("path")?)?,
            status: parsed("status", text("status")?)?,
            project: number("project")?.map(ProjectId),
            key: text("key")?,
            since: number("since")?.unwrap_or(0).unsigned_abs(),
        })
    }

    /// Whether `entry` belongs to the list.
    pub fn fits(&self, entry: &JournalEntry) -> bool {
        let findings = &entry.findings;
        let is = |condition: Option<bool>| condition.unwrap_or(true);
        let status = |wanted: StatusPattern| {
            let is_meant = |status| (wanted.least..=wanted.most).contains(&status);
            entry.status.is_some_and(is_meant)
        };
        entry.number > self.since
            && is(self.method.as_ref().map(|method| *method == entry.method))
            && is(self.path.as_ref().map(|path| path.fits(&entry.path)))
            && is(self.status.map(status))
            && is(self
                .project
                .map(|project| findings.project == Some(project)))
            && is(self
                .key
                .as_ref()
                .map(|key| findings.key.as_ref() == Some(key)))
    }
}

/// Parses what was sent as the parameter `name`. Errors: `Invalid`.
pub(super) fn parsed<T: FromStr<Err = &'static str>>(
    name: &'static str,
    sent: Option<String>,
) -> Result<Option<T>> {
    let parsed = sent.map(|sent| sent.parse()).transpose();
    parsed.map_err(|detail| Error::field(name, "invalid_input", detail))
}
