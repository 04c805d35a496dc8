//! Paths that clients asked for and hoglet lacks, counted in memory, so that the admin page can show what a client missed.
//!
//! Anyone can ask for anything, so what is kept is bounded: [`MOST`] paths, of which the one asked for least makes room for a
//! new one, each of at most [`LONGEST`] bytes. A path may hold a token or an id, so only segments that read as words are kept.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::http::Method;
use serde::Serialize;

use super::{headers::SHARES, route::METHODS};
use crate::model::Timestamp;

/// The most paths that are kept.
const MOST: usize = 100;

/// The longest path that is kept, in bytes.
const LONGEST: usize = 120;

/// The longest segment that can be a word, in bytes.
const LONGEST_WORD: usize = 40;

/// What a segment that may hold a token or an id becomes.
const MASK: &str = "*";

/// The paths that hoglet lacks, and how often each was asked for.
#[derive(Default)]
pub struct Unserved(Mutex<Vec<Missed>>);

/// A path that hoglet lacks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missed {
    method: &'static str,
    path: String,
    count: u64,
    last_asked_at: Timestamp,
}

impl Unserved {
    /// Counts a request. Methods that the API does not know are ignored.
    pub fn note(&self, method: &Method, path: &str, now: Timestamp) {
        let mut methods = METHODS.iter().chain([&Method::HEAD]);
        let Some(method) = methods.find(|known| *known == method) else {
            return;
        };
        let (method, path) = (name(method), masked(path));
        let mut all = self.all();
        let known = all
            .iter_mut()
            .find(|missed| missed.method == method && missed.path == path);
        if let Some(missed) = known {
            missed.count += 1;
            missed.last_asked_at = now;
            return;
        }
        if all.len() == MOST {
            let rank = |index: &usize| (all[*index].count, all[*index].last_asked_at);
            if let Some(least) = (0..MOST).min_by_key(rank) {
                all.swap_remove(least);
            }
        }
        all.push(Missed {
            method,
            path,
            count: 1,
            last_asked_at: now,
        });
    }

    pub fn clear(&self) {
        self.all().clear();
    }

    /// All that are known, those asked for most often first.
    pub fn list(&self) -> Vec<Missed> {
        let mut all = self.all().clone();
        all.sort_by(|one, other| {
            let rank = |missed: &Missed| (missed.count, missed.last_asked_at);
            rank(other).cmp(&rank(one))
        });
        all
    }

    fn all(&self) -> MutexGuard<'_, Vec<Missed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // the counts stay usable
    }
}

/// The name of one of the methods that are counted.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "GET",
    }
}

/// `path` with everything masked that is not a word.
fn masked(path: &str) -> String {
    if let Some(share) = SHARES.iter().find(|share| path.starts_with(**share)) {
        return format!("{share}{MASK}"); // a token follows
    }
    let mut out = String::new();
    for segment in path.split('/').skip(1) {
        let segment = if is_word(segment) { segment } else { MASK };
        if out.len() + segment.len() + 3 > LONGEST {
            return out + "/" + MASK;
        }
        out = out + "/" + segment;
    }
    out
}

/// Whether `segment` is the name of a resource, a version or a file: lower-case letters, and few digits beside a dot or `v`.
/// `@me` is one, an email address is not.
fn is_word(segment: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-$".contains(&byte);
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let digits = segment.bytes().filter(is_digit).count();
    let is_version = segment
        .strip_prefix('v')
        .is_some_and(|rest| rest.len() == digits);
    let is_key = segment.starts_with("ph") && segment.as_bytes().get(3) == Some(&b'_');
    segment.len() <= LONGEST_WORD
        && segment.trim_start_matches('@').bytes().all(is_plain)
        && !is_key
        && (digits == 0 || digits <= 6 && (is_version || segment.contains('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_that_may_hold_a_token_or_an_id_are_masked() {
        for (path, expected) in [
            (
                "/api/projects/12/feature_flags/",
                "/api/projects/*/feature_flags/",
            ),
            ("/array/phc_demo/array.js", "/array/*/array.js"),
            (
                "/array/phc_a1B2/array.full.es5.js",
                "/array/*/array.full.es5.js",
            ),
            ("/static/1.449.2/surveys.js", "/static/1.449.2/surveys.js"),
            ("/i/v1/logs", "/i/v1/logs"),
            ("/shared/abc/def", "/shared/*"),
            ("/x/Zm9vYmFyYmF6cXV4", "/x/*"),
            ("/x/9f86d081884c7d65", "/x/*"),
            ("/x/eyJhbGciOiJIUzI1NiJ9.e30.sig", "/x/*"),
            ("/x/é\n", "/x/*"),
            ("/api/users/@me/friends", "/api/users/@me/friends"),
            ("/x/jane@hog.example", "/x/*"),
            ("//x", "//x"),
            ("/nothing", "/nothing"),
        ] {
            assert_eq!(masked(path), expected);
        }
        let long = masked(&"/word".repeat(1000));
        assert!(long.len() <= LONGEST && long.ends_with("/word/*"), "{long}");
        assert_eq!(masked(&format!("/{}", "a".repeat(41))), "/*");
    }

    #[test]
    fn the_path_asked_for_least_makes_room() {
        let unserved = Unserved::default();
        let note = |path: &str, at| unserved.note(&Method::GET, path, Timestamp(at));
        let words = |n: usize| {
            let letter = |n: usize| char::from(b'a' + n as u8);
            format!("/{}{}", letter(n / 26), letter(n % 26))
        };
        for n in 0..MOST {
            note(&words(n), n as i64);
            note(&words(n), n as i64);
        }
        note("/rare", 1000);
        note("/rarer", 1001);
        unserved.note(&Method::POST, "/rarer", Timestamp(1002));
        unserved.note(&Method::TRACE, "/rarest", Timestamp(1003));
        let all = unserved.list();
        assert_eq!(all.len(), MOST);
        assert_eq!((all[0].path.as_str(), all[0].count), (&*words(MOST - 1), 2));
        let last = &all[MOST - 1];
        assert_eq!(
            (last.method, &*last.path, last.count),
            ("POST", "/rarer", 1)
        );
        assert!(all.iter().all(|missed| missed.path != words(0)));
        assert_eq!(all[MOST - 2].path, words(1));
    }
}
