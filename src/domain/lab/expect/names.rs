//! The name that was probably meant.

/// The longest names that are compared, in characters.
const LONGEST: usize = 100;

/// The one of `names` that is most like `wanted`, if one is like it at all.
pub fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = letters(wanted);
    let distances = names.map(|name| (distance(&wanted, &letters(name)), name));
    let (distance, name) = distances.min()?;
    (distance <= wanted.len() / 2).then_some(name)
}

/// The characters of `name` without what names that mean the same differ in.
fn letters(name: &str) -> Vec<char> {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// How many letters have to be added, removed or replaced to make one of the other (Levenshtein).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<_> = (0..=other.len()).collect();
    for (i, letter) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, found) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != found);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_changes_of_letters() {
        for (one, other, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
        ] {
            let (one, other) = (letters(one), letters(other));
            assert_eq!(distance(&one, &other), expected);
            assert_eq!(distance(&other, &one), expected);
        }
    }

    #[test]
    fn the_nearest_name_is_like_the_wanted_one() {
        let names = ["signed up", "$pageview", "Order Placed"];
        let nearest = |wanted| nearest(wanted, names.into_iter());
        assert_eq!(nearest("signed_up"), Some("signed up"));
        assert_eq!(nearest("signd_upp"), Some("signed up"));
        assert_eq!(nearest("pageview"), Some("$pageview"));
        assert_eq!(nearest("orderPlaced"), Some("Order Placed"));
        assert_eq!(nearest("xyz"), None);
        assert_eq!(nearest(""), None);
    }
}
