//! Conditions on versions such as `1.2.3`.

/// Major, minor and patch.
type Version = (u64, u64, u64);

/// A comparison with the version that a property has.
#[derive(Debug)]
pub enum VersionTest {
    Compare(fn(&Version, &Version) -> bool, Version),
    /// Not before the first, and before the second.
    Within(Version, Version),
}

impl VersionTest {
    /// Reads the test `operator`, without its `semver_`, with `wanted`; `None` if there is no such operator, or `wanted` is no
    /// version.
    pub fn read(operator: &str, wanted: &str) -> Option<VersionTest> {
        let compare = |compare| Some(VersionTest::Compare(compare, parse(wanted)?));
        match operator {
            "eq" => compare(Version::eq),
            "neq" => compare(Version::ne),
            "gt" => compare(Version::gt),
            "gte" => compare(Version::ge),
            "lt" => compare(Version::lt),
            "lte" => compare(Version::le),
            "tilde" => {
                let (major, minor, patch) = parse(wanted)?;
                let end = (major, minor.checked_add(1)?, 0);
                Some(VersionTest::Within((major, minor, patch), end))
            }
            "caret" => {
                let start = parse(wanted)?;
                let end = match start {
                    (0, 0, patch) => (0, 0, patch.checked_add(1)?),
                    (0, minor, _) => (0, minor.checked_add(1)?, 0),
                    (major, _, _) => (major.checked_add(1)?, 0, 0),
                };
                Some(VersionTest::Within(start, end))
            }
            "wildcard" => wildcard(wanted),
            _ => None,
        }
    }

    /// Whether `text` is a version that fulfils it.
    pub fn holds(&self, text: &str) -> bool {
        parse(text).is_some_and(|version| match self {
            VersionTest::Compare(compare, wanted) => compare(&version, wanted),
            VersionTest::Within(start, end) => *start <= version && version < *end,
        })
    }
}

/// `1.*` or `1.2.*`
fn wildcard(wanted: &str) -> Option<VersionTest> {
    let plain = without_v(wanted).replace('*', "");
    let mut parts = plain.split('.').filter(|part| !part.is_empty());
    let major = number(parts.next()?)?;
    let (start, end) = match (parts.next(), parts.next()) {
        (None, _) => ((major, 0, 0), (major.checked_add(1)?, 0, 0)),
        (Some(minor), None) => {
            let minor = number(minor)?;
            ((major, minor, 0), (major, minor.checked_add(1)?, 0))
        }
        (Some(minor), Some(patch)) => {
            let (minor, patch) = (number(minor)?, number(patch)?);
            ((major, minor, patch), (major, minor, patch.checked_add(1)?))
        }
    };
    Some(VersionTest::Within(start, end))
}

/// Reads a version; parts that are missing are 0, and what follows `-` or `+` does not count.
fn parse(text: &str) -> Option<Version> {
    let plain = without_v(text).split(['-', '+']).next()?;
    let mut parts = plain.split('.');
    let major = number(parts.next()?)?;
    let mut rest = || match parts.next() {
        None | Some("") => Some(0),
        Some(part) => number(part),
    };
    Some((major, rest()?, rest()?))
}

fn without_v(text: &str) -> &str {
    text.trim().trim_start_matches(['v', 'V'])
}

/// A number without zeros before it.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros = text.len() > 1 && text.starts_with('0');
    (is_plain && !has_zeros)
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (operator, wanted, version, holds) in [
            ("eq", "1.2.3", "v1.2.3-beta+5", true),
            ("eq", "1.2", "1.2.0", true),
            ("eq", "1.2", "1.2.1", false),
            ("neq", "1.2.3", "1.2.4", true),
            ("neq", "1.2.3", "what", false),
            ("gt", "1.2.9", "1.10.0", true),
            ("gte", "1.2.3", "1.2.3", true),
            ("lt", "2", "1.99.99", true),
            ("lte", "2", "2.0.1", false),
            ("tilde", "1.2.3", "1.2.9", true),
            ("tilde", "1.2.3", "1.3.0", false),
            ("tilde", "1.2.3", "1.2.2", false),
            ("caret", "1.2.3", "1.9.0", true),
            ("caret", "1.2.3", "2.0.0", false),
            ("caret", "0.2.3", "0.2.9", true),
            ("caret", "0.2.3", "0.3.0", false),
            ("caret", "0.0.3", "0.0.3", true),
            ("caret", "0.0.3", "0.0.4", false),
            ("wildcard", "1.*", "1.9.9", true),
            ("wildcard", "1.*", "2.0.0", false),
            ("wildcard", "1.2.*", "1.2.7", true),
            ("wildcard", "1.2.*", "1.3.0", false),
            ("eq", "1.0.0", "01.0.0", false),
            ("eq", "1.0.0", "", false),
            ("gt", "1.0.0", "99999999999999999999.0.0", false),
        ] {
            let test = VersionTest::read(operator, wanted).unwrap();
            assert_eq!(test.holds(version), holds, "{version} {operator} {wanted}");
        }
        for (operator, wanted) in [
            ("eq", "one"),
            ("near", "1.2.3"),
            ("wildcard", "*"),
            ("tilde", "1.18446744073709551615.0"),
        ] {
            let test = VersionTest::read(operator, wanted);
            assert!(test.is_none(), "{operator} {wanted}: {test:?}");
        }
    }
}
