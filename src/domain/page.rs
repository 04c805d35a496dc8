//! Limits and offsets (`http-conventions.md` 6).

/// The requested part of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    /// The maximum number of items; at least 1.
    pub limit: i64,
    /// The number of items to skip.
    pub offset: i64,
}

impl Page {
    /// Parses `limit` and `offset`. Invalid values count as not sent.
    pub fn new(limit: Option<&str>, offset: Option<&str>) -> Page {
        let limit = limit.and_then(integer).filter(|limit| *limit > 0);
        let offset = offset.and_then(integer).filter(|offset| *offset > 0);
        Page {
            limit: limit.unwrap_or(100),
            offset: offset.unwrap_or(0),
        }
    }

    /// Returns the requested part of `all`. For short lists that are read completely.
    pub fn of<T>(self, all: &[T]) -> impl Iterator<Item = &T> {
        let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        all.iter().skip(count(self.offset)).take(count(self.limit))
    }
}

/// One page of a list, and the number of items on all pages.
pub struct Listing<T> {
    /// The items on this page.
    pub items: Vec<T>,
    /// The number of items on all pages.
    pub count: i64,
}

/// Parses a non-negative whole number, ignoring white space around it. Numbers above `i64::MAX` become that.
pub fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_values_count_as_not_sent() {
        for invalid in ["0", "-1", "abc", "1.5", "", "+", "0x1"] {
            assert_eq!(
                Page::new(Some(invalid), Some(invalid)),
                Page {
                    limit: 100,
                    offset: 0
                },
                "{invalid}"
            );
        }
        assert_eq!(
            Page::new(Some(" 2"), Some("+3")),
            Page {
                limit: 2,
                offset: 3
            }
        );
        assert_eq!(
            Page::new(Some("99999999999999999999"), None).limit,
            i64::MAX
        );
    }
}
