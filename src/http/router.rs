//! From a path to the rows of the plan that serve it.
//!
//! It is ours and not actix's because the reference decodes a path before it matches it, takes a slash at the end or not
//! without a redirect, tells a wrong suffix from a wrong path, and names a path's methods in every answer.

use std::sync::OnceLock;

use percent_encoding::percent_decode_str;

use super::routes::{ROUTES, Route};

/// The parameters of a path, in its order.
pub type Params = Vec<(&'static str, String)>;

/// What a path turned out to be.
pub enum Match {
    /// A path of the plan: its rows, one a method.
    Rows(&'static [Route], Params),
    /// A path of the plan with a suffix such as `.xml`.
    Suffixed,
    /// None of ours.
    Unknown,
}

/// A path as the router sees it.
pub struct Target {
    /// Decoded, the older prefix replaced by the one that it stands for.
    pub path: String,
    /// Whether it was asked by the older prefix, `/api/environments/`.
    pub is_alias: bool,
    /// What it leads to.
    pub found: Match,
}

/// Looks up the path of a URL.
pub fn find(url_path: &str) -> Target {
    let decoded = percent_decode_str(url_path).decode_utf8_lossy();
    let alias = decoded
        .strip_prefix("/api/environments/")
        .map(|rest| format!("/api/projects/{rest}"));
    let is_alias = alias.is_some();
    let path = alias.unwrap_or_else(|| decoded.into_owned());
    let found = lookup(&path);
    Target {
        path,
        is_alias,
        found,
    }
}

fn lookup(path: &str) -> Match {
    if let Some((rows, params)) = rows_of(path) {
        return Match::Rows(rows, params);
    }
    let whole = path.strip_suffix('/').unwrap_or(path);
    let cut = whole
        .rfind('/')
        .and_then(|slash| whole[slash..].find('.').map(|dot| &whole[..slash + dot]));
    match cut.and_then(rows_of) {
        Some(_) => Match::Suffixed,
        None => Match::Unknown,
    }
}

fn rows_of(path: &str) -> Option<(&'static [Route], Params)> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<_> = match path {
        "" => Vec::new(), // the root itself
        path => path.split('/').collect(),
    };
    table()
        .iter()
        .find_map(|(pattern, rows)| Some((*rows, fit(pattern, &segments)?)))
}

/// The parameters, if `segments` fit `pattern`: one that is named holds no dot and is not empty.
fn fit(pattern: &[Segment], segments: &[&str]) -> Option<Params> {
    if pattern.len() != segments.len() {
        return None;
    }
    let mut params = Params::new();
    for (expected, segment) in pattern.iter().zip(segments) {
        match expected {
            Segment::Literal(literal) if literal == segment => {}
            Segment::File(name) if !segment.is_empty() => {
                params.push((*name, (*segment).to_owned()));
            }
            Segment::Named(name) if !segment.is_empty() && !segment.contains('.') => {
                params.push((*name, (*segment).to_owned()));
            }
            _ => return None,
        }
    }
    Some(params)
}

enum Segment {
    Literal(&'static str),
    Named(&'static str),
    /// `{name.}`: one that may hold dots.
    File(&'static str),
}

type Table = Vec<(Vec<Segment>, &'static [Route])>;

/// The plan, its paths taken apart once. The first that fits serves, so literals stand before parameters.
fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let named = |text: &'static str| text.strip_prefix('{')?.strip_suffix('}');
    let segment = move |text| match named(text) {
        None => Segment::Literal(text),
        Some(name) => name
            .strip_suffix('.')
            .map_or(Segment::Named(name), Segment::File),
    };
    let pattern = move |row: &Route| row.segments().map(segment).collect();
    TABLE.get_or_init(|| {
        let same_path = |one: &Route, next: &Route| (one.base, one.path) == (next.base, next.path);
        ROUTES
            .chunk_by(same_path)
            .map(|rows| (pattern(&rows[0]), rows))
            .collect()
    })
}
