//! Patterns of paths.

use std::str::FromStr;

/// A pattern of paths: `*` in it is any text within a segment, and a segment `**` is any number of segments. A slash at the end
/// does not count.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPattern(String);

impl PathPattern {
    /// The longest pattern, in bytes.
    const LONGEST: usize = 500;

    /// Whether `path` fits.
    pub fn fits(&self, path: &str) -> bool {
        let pattern: Vec<_> = segments(&self.0).collect();
        let path: Vec<_> = segments(path).collect();
        all_fit(&pattern, &path, "**", |part, segment| {
            let (part, segment) = (
                Vec::from_iter(part.chars()),
                Vec::from_iter(segment.chars()),
            );
            all_fit(&part, &segment, '*', |one, other| one == other)
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PathPattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<PathPattern, Self::Err> {
        let starts = text.starts_with('/') || text.starts_with("**");
        match starts && text.len() <= PathPattern::LONGEST {
            true => Ok(PathPattern(text.to_owned())),
            false => Err(
                "Expected a path such as /api/projects/*/insights, at most 500 characters: * is one segment or a part of it, ** any number of segments.",
            ),
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Whether `items` fit the pattern, in which `wild` stands for any number of items. Tries the shortest run for each `wild`, and
/// a longer one only for the last: what an earlier one could take, the last one can take as well.
fn all_fit<T: PartialEq + Copy>(
    pattern: &[T],
    items: &[T],
    wild: T,
    fits: impl Fn(T, T) -> bool,
) -> bool {
    let (mut at, mut next, mut retry) = (0, 0, None);
    while next < items.len() {
        if at < pattern.len() && pattern[at] == wild {
            retry = Some((at, next));
            at += 1;
        } else if at < pattern.len() && fits(pattern[at], items[next]) {
            at += 1;
            next += 1;
        } else if let Some((wild, start)) = retry {
            retry = Some((wild, start + 1));
            (at, next) = (wild + 1, start + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|part| *part == wild)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_parts_of_segments_or_many_segments() {
        for (pattern, path, expected) in [
            (
                "/api/projects/*/insights",
                "/api/projects/1/insights/",
                true,
            ),
            (
                "/api/projects/*/insights",
                "/api/projects/1/insights/2",
                false,
            ),
            (
                "/api/projects/*/insights/**",
                "/api/projects/1/insights",
                true,
            ),
            (
                "/api/projects/*/insights/**",
                "/api/projects/1/insights/2/x/",
                true,
            ),
            ("/**/sharing", "/api/projects/1/insights/2/sharing/", true),
            ("/**/sharing", "/api/projects/1/sharing/passwords", false),
            ("/**/a/**/b", "/x/a/b/a/c/b", true),
            ("**", "/", true),
            ("/array/*/config*", "/array/phc_x/config.js", true),
            ("/array/*/config*", "/array/phc_x/array.js", false),
            ("/a*c*d", "/abcbd", true),
            ("/e", "/e/", true),
            ("/e", "/E", false),
            ("/*", "/", false),
        ] {
            let pattern: PathPattern = pattern.parse().unwrap();
            assert_eq!(pattern.fits(path), expected, "{pattern:?} {path}");
        }
        assert!("api".parse::<PathPattern>().is_err());
        assert!("/".repeat(501).parse::<PathPattern>().is_err());
    }

    #[test]
    fn many_stars_take_no_long_time() {
        let pattern: PathPattern = format!("/{}b", "a*".repeat(240)).parse().unwrap();
        assert!(!pattern.fits(&format!("/{}", "a".repeat(5000))));
    }
}
