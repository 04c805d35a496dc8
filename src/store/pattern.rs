//! Words of a search, as LIKE reads them (`property-definitions.md` 3.4).

use memchr::memmem;

/// One word, that a text must contain.
pub struct Pattern {
    tokens: Vec<Token>,
    /// The longest piece that stands in every text which fits; empty when everything in the word is wild.
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
    /// The pattern that `word`, which is folded, stands for: anything before it, anything behind it.
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
        let text_of = |piece: &[Token]| {
            piece
                .iter()
                .map(|token| {
                    if let Token::Letter(letter) = token {
                        *letter
                    } else {
                        ' '
                    }
                })
                .collect::<String>()
        };
        let needle = pieces
            .map(text_of)
            .max_by_key(String::len)
            .unwrap_or_default();
        let is_plain = needle == word && !word.is_empty();
        Pattern {
            tokens,
            needle,
            is_plain,
        }
    }

    /// The longest piece of text that it needs.
    pub fn needle(&self) -> &str {
        &self.needle
    }

    /// Whether a text fits if only it contains the needle.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether `text`, which is folded, fits.
    pub fn fits(&self, text: &[u8]) -> bool {
        if memmem::find(text, self.needle.as_bytes()).is_none() {
            return false;
        }
        self.is_plain || std::str::from_utf8(text).is_ok_and(|text| like(&self.tokens, text))
    }
}

/// Whether `text` fits `tokens` from end to end. Of several ways to place "any text" only the last is ever reconsidered,
/// so the time is at most the product of both lengths.
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
