//! Finding a text within texts, whatever the case of its letters.

/// The longest text that is looked for, in characters; a longer one is found nowhere.
const LONGEST: usize = 1000;

/// A pattern for `GLOB` that fits every text which holds `text` in any case, Unicode's letters included; `None` when no
/// text of ours can hold it. SQLite's own `LIKE` knows the case of ASCII only.
pub fn containing(text: &str) -> Option<String> {
    // A NUL would end the pattern where it stands; no text that we keep has one.
    if text.chars().count() > LONGEST || text.contains('\0') {
        return None;
    }
    let mut pattern = String::from("*");
    for letter in text.chars() {
        let (small, capital) = (letter.to_lowercase(), letter.to_uppercase());
        let other = |mut cases: Box<dyn Iterator<Item = char>>| match (cases.next(), cases.next()) {
            (Some(one), None) => one, // a letter whose other case is two, such as ß, stands for itself
            _ => letter,
        };
        let (small, capital) = (other(Box::new(small)), other(Box::new(capital)));
        if small != capital {
            pattern.extend(['[', small, capital, ']']);
        } else if ['*', '?', '['].contains(&letter) {
            pattern.extend(['[', letter, ']']);
        } else {
            pattern.push(letter);
        }
    }
    pattern.push('*');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn letters_fit_in_any_case_and_signs_mean_themselves() {
        let database = Connection::open_in_memory().unwrap();
        let fits = |text: &str, within: &str| -> bool {
            let pattern = containing(text).unwrap();
            let found = database.query_row("SELECT ? GLOB ?", [within, &pattern], |row| row.get(0));
            found.unwrap()
        };
        for (text, within) in [
            ("", ""),
            ("pf", "ÄPFEL"),
            ("äPf", "Äpfel"),
            ("straße", "STRAßE"),
            ("100%", "is 100%!"),
            ("a*?[]-^b", "A*?[]-^B"),
            ("]", "x]"),
        ] {
            assert!(fits(text, within), "{text} in {within}");
        }
        for (text, within) in [
            ("a*b", "axb"),
            ("a?", "ab"),
            ("[ab]", "a"),
            ("x", ""),
            ("%", "a"),
            ("_", "a"),
            ("ä", "a"),
        ] {
            assert!(!fits(text, within), "{text} in {within}");
        }
        assert!(fits(&"ä[".repeat(500), &"Ä[".repeat(500)));
        assert_eq!(containing(&"a".repeat(1001)), None);
        assert_eq!(containing("a\0"), None);
    }
}
