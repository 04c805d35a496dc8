//! Words of a search, in the terms of LIKE (`property-definitions.md` 3.4).

use memchr::memmem;

/// A word that a text must contain.
pub struct Pattern {
    tokens: Vec<Token>,
    /// The longest text that is part of every text which fits; empty if the word is all wildcards.
    needle: String,
    /// Whether the needle is the whole word, so that finding it is enough.
    is_plain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Letter(char),
    AnyLetter,
    AnyText,
}

impl Pattern {
    /// Returns the pattern of texts that contain `word`, which is folded.
    pub fn containing(word: &str) -> Pattern {
        let mut tokens = Vec::new();
        let text = format!("%{word}%");
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            tokens.push(match letter {
                '%' => Token::AnyText,
                '_' => Token::AnyLetter,
                '\\' => letters.next().map_or(Token::Letter('\\'), Token::Letter),
                letter => Token::Letter(letter),
            });
        }
        let pieces = tokens.split(|token| !matches!(token, Token::Letter(_)));
        let letters = |piece: &[Token]| -> String {
            let letters = piece.iter().filter_map(|token| match token {
                Token::Letter(letter) => Some(*letter),
                _ => None,
            });
            letters.collect()
        };
        let needle = pieces
            .map(letters)
            .max_by_key(String::len)
            .unwrap_or_default();
        let is_plain = needle == word && !word.is_empty();
        Pattern {
            tokens,
            needle,
            is_plain,
        }
    }

    /// Returns the longest text that is part of every text which fits.
    pub fn needle(&self) -> &str {
        &self.needle
    }

    /// Returns whether every text that contains the needle fits.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Returns whether `text`, which is folded, fits.
    pub fn fits(&self, text: &[u8]) -> bool {
        if memmem::find(text, self.needle.as_bytes()).is_none() {
            return false;
        }
        self.is_plain || std::str::from_utf8(text).is_ok_and(|text| like(&self.tokens, text))
    }
}

/// Returns whether `text` matches all of `tokens`. Of several ways to place "any text" only the last is ever reconsidered,
/// so this takes at most the product of both lengths.
fn like(tokens: &[Token], text: &str) -> bool {
    let (mut rest, mut at) = (text, 0);
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let next = rest.chars().next();
        match (tokens.get(at), next) {
            (None, None) => return true,
            (Some(Token::AnyText), _) => {
                retry = Some((at + 1, rest));
                at += 1;
                continue;
            }
            (Some(Token::AnyLetter), Some(letter)) => {
                (rest, at) = (&rest[letter.len_utf8()..], at + 1);
                continue;
            }
            (Some(Token::Letter(wanted)), Some(letter)) if *wanted == letter => {
                (rest, at) = (&rest[letter.len_utf8()..], at + 1);
                continue;
            }
            _ => {}
        }
        let Some((token, from)) = retry else {
            return false;
        };
        let Some(skipped) = from.chars().next() else {
            return false;
        };
        let shorter = &from[skipped.len_utf8()..];
        retry = Some((token, shorter));
        (rest, at) = (shorter, token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_and_escapes_are_likes() {
        let fits = |word: &str, text: &str| Pattern::containing(word).fits(text.as_bytes());
        for (word, text) in [
            ("ary", "library"),
            ("_", "a"),
            ("%", ""),
            ("under_score", "underxscore"),
            ("a%c", "xabbbcx"),
            ("\\_", "a_b"),
            ("back\\\\slash", "back\\slash"),
            ("\\", "ends with %"),
            ("ü", "müde"),
            ("a_b", "aüb"),
            ("a%b%c", "a-b-b-c"),
            ("%%", "x"),
            ("__", "ab"),
        ] {
            assert!(fits(word, text), "{word} {text}");
        }
        for (word, text) in [
            ("ary", "libra"),
            ("_", ""),
            ("\\_", "ab"),
            ("\\", "back\\slash"),
            ("a_b", "ab"),
            ("a%c", "cba"),
            ("__", "a"),
        ] {
            assert!(!fits(word, text), "{word} {text}");
        }
    }

    #[test]
    fn many_wildcards_end_in_time() {
        assert!(!Pattern::containing(&"a%".repeat(200)).fits("b".repeat(400).as_bytes()));
        assert!(
            !Pattern::containing(&format!("{}b", "%a".repeat(100)))
                .fits("a".repeat(400).as_bytes())
        );
    }
}
