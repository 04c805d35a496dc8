//! From a path to the route that serves it.
//!
//! It is our own and not actix's because the reference decodes a path before it matches it, takes a slash at the end or not
//! without a redirect, tells a wrong suffix from a wrong path, and names a path's methods in every answer.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use percent_encoding::percent_decode_str;

use super::{
    request::Params,
    route::{Family, PARENT, Route},
    routes::ROUTES,
};

/// The folders of our own pages below `/static/`, where SDKs load scripts.
const OWN_FILES: [&str; 2] = ["vendor", "viewer"];

/// What a path turned out to be.
pub enum Match {
    /// A path of the route table, with its parameters.
    Route(&'static Route, Params),
    /// A path of the route table with a suffix such as `.xml`.
    Suffixed(&'static Route),
    /// The root of the API, which only sessions of the service's web app may list.
    Root,
    /// Any other path.
    Unknown,
}

/// A path as the router sees it.
pub struct ResolvedPath {
    /// Decoded; of the older prefix `/api/environments/`, the path that it stands for.
    pub path: Arc<str>,
    /// Whether the request came by the older prefix.
    pub is_alias: bool,
    pub found: Match,
}

impl ResolvedPath {
    /// The route that the path leads to, if it leads to one.
    pub fn route(&self) -> Option<&'static Route> {
        match &self.found {
            Match::Route(route, _) => Some(route),
            Match::Suffixed(_) | Match::Root | Match::Unknown => None,
        }
    }

    /// The route whose conventions the answer follows: also that of a path with a wrong suffix.
    pub fn nearest(&self) -> Option<&'static Route> {
        match &self.found {
            Match::Route(route, _) | Match::Suffixed(route) => Some(route),
            Match::Root | Match::Unknown => None,
        }
    }

    /// Whether SDKs call the path, or would: one that hoglet lacks counts if it begins like one that SDKs call.
    pub fn is_for_sdks(&self) -> bool {
        match &self.found {
            Match::Route(route, _) => route.is_for_sdks(),
            Match::Suffixed(_) | Match::Root => false,
            Match::Unknown => is_near_sdks(&self.path),
        }
    }

    /// Makes the path one that hoglet lacks if its route is of this family.
    pub fn hide(&mut self, family: Family) {
        if self.nearest().is_some_and(|route| route.family == family) {
            self.found = Match::Unknown;
        }
    }

    /// Whether the path is one of a route of this family.
    pub fn is_of(&self, family: Family) -> bool {
        self.route().is_some_and(|route| route.family == family)
    }
}

/// Looks up the path of a URL.
pub fn find(url_path: &str) -> ResolvedPath {
    let decoded = match url_path.contains('%') {
        true => percent_decode_str(url_path).decode_utf8_lossy(),
        false => Cow::Borrowed(url_path), // as nearly always
    };
    let alias = decoded
        .strip_prefix("/api/environments/")
        .map(|rest| format!("/api/projects/{rest}"));
    let is_alias = alias.is_some();
    let path: Arc<str> = alias.as_deref().unwrap_or(&decoded).into();
    let found = lookup(&path);
    ResolvedPath {
        path,
        is_alias,
        found,
    }
}

fn lookup(path: &str) -> Match {
    if path == "/api/" {
        return Match::Root;
    }
    if let Some((route, params)) = route_of(path) {
        return Match::Route(route, params);
    }
    let whole = path.strip_suffix('/').unwrap_or(path);
    let cut = whole
        .rfind('/')
        .and_then(|slash| whole[slash..].find('.').map(|dot| &whole[..slash + dot]));
    match cut.and_then(route_of) {
        Some((route, _)) => Match::Suffixed(route),
        None => Match::Unknown,
    }
}

/// Whether `path` begins like one that SDKs call, outside the API.
fn is_near_sdks(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    let (first, second) = (segments.next(), segments.next());
    let is_own = second.is_some_and(|second| OWN_FILES.contains(&second));
    let mut sdks = ROUTES.iter().filter(|route| route.family == Family::Sdk);
    first != Some("api") && !is_own && sdks.any(|route| route.segments().next() == first)
}

fn route_of(path: &str) -> Option<(&'static Route, Params)> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let table = table();
    let mut segments = Vec::with_capacity(table.len() + 1);
    if !path.is_empty() {
        segments.extend(path.split('/').take(table.len())); // one more than any route has
    }
    let candidates = table.get(segments.len())?;
    let route = candidates
        .iter()
        .find(|(pattern, _)| fits(pattern, &segments));
    route.map(|(pattern, route)| (*route, params(pattern, &segments)))
}

fn fits(pattern: &[Segment], segments: &[&str]) -> bool {
    let mut pairs = pattern.iter().zip(segments);
    pairs.all(|(expected, segment)| match expected {
        Segment::Literal(literal) => literal == segment,
        Segment::OneOf(words) => words.contains(segment),
        Segment::Named(_) => !segment.is_empty() && !segment.contains('.'),
        Segment::File(_) => !segment.is_empty(),
    })
}

fn params(pattern: &[Segment], segments: &[&str]) -> Params {
    let pairs = pattern.iter().zip(segments);
    let named = pairs.filter_map(|(expected, segment)| match expected {
        Segment::Literal(_) => None,
        Segment::OneOf(_) => Some((PARENT, (*segment).to_owned())),
        Segment::Named(name) | Segment::File(name) => Some((*name, (*segment).to_owned())),
    });
    Arc::new(named.collect())
}

enum Segment {
    Literal(&'static str),
    /// `{a|b}`: one of these words.
    OneOf(Vec<&'static str>),
    /// `{name}`: one that is not empty and has no dot.
    Named(&'static str),
    /// `{name.}`: one that may have dots.
    File(&'static str),
}

impl Segment {
    fn of(text: &'static str) -> Segment {
        let Some(name) = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            return Segment::Literal(text);
        };
        match name.strip_suffix('.') {
            Some(file) => Segment::File(file),
            None if name.contains('|') => Segment::OneOf(name.split('|').collect()),
            None => Segment::Named(name),
        }
    }
}

/// Patterns and their routes, by number of segments.
type Table = Vec<Vec<(Vec<Segment>, &'static Route)>>;

/// The route table, its paths taken apart once. The first that fits serves, so literals stand before parameters.
fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for route in ROUTES {
            let pattern: Vec<_> = route.segments().map(Segment::of).collect();
            if table.len() <= pattern.len() {
                table.resize_with(pattern.len() + 1, Vec::new);
            }
            table[pattern.len()].push((pattern, route));
        }
        table
    })
}
