//! The parser: one pass over the text. Open containers are on a heap-allocated stack, so that no body can overflow the
//! thread's.

use super::{
    MAX_DEPTH,
    container::Container,
    error::{MAX_DIGITS, SyntaxError},
};
use crate::model::{Json, Text};

/// Parses a text that is one value.
pub fn document(text: &str) -> Result<Json, SyntaxError> {
    if text.starts_with('\u{feff}') {
        return Err(SyntaxError::At(
            "Unexpected UTF-8 BOM (decode using utf-8-sig)",
            0,
        ));
    }
    let mut scanner = Scanner { text, at: 0 };
    scanner.skip_blanks();
    let value = scanner.value()?;
    scanner.skip_blanks();
    match scanner.at == text.len() {
        true => Ok(value),
        false => Err(SyntaxError::At("Extra data", scanner.at)),
    }
}

struct Scanner<'a> {
    text: &'a str,
    /// The byte offset of the next character.
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn fail<T>(&self, message: &'static str) -> Result<T, SyntaxError> {
        Err(SyntaxError::At(message, self.at))
    }

    fn value(&mut self) -> Result<Json, SyntaxError> {
        let mut open = Vec::new();
        loop {
            let mut value = match self.peek() {
                Some(b'[' | b'{') if open.len() == MAX_DEPTH => {
                    return Err(SyntaxError::TooDeep(self.at));
                }
                Some(b'[') if self.is_closed_at_once(b']') => Json::List(Vec::new()),
                Some(b'{') if self.is_closed_at_once(b'}') => Json::Object(Vec::new()),
                Some(b'[') => {
                    self.step();
                    open.push(Container::List(Vec::new()));
                    continue;
                }
                Some(b'{') => {
                    self.step();
                    open.push(Container::Object(Vec::new(), self.key()?));
                    continue;
                }
                _ => self.scalar()?,
            };
            // The value is complete: add it to the container around it, and so on for each container that ends here.
            loop {
                let Some(mut around) = open.pop() else {
                    return Ok(value);
                };
                around.add(value);
                if self.has_next(&mut around)? {
                    open.push(around);
                    break;
                }
                value = around.close();
            }
        }
    }

    /// Skips this character and the blanks after it.
    fn step(&mut self) {
        self.at += 1;
        self.skip_blanks();
    }

    /// Skips an empty container; nothing if it has contents.
    fn is_closed_at_once(&mut self, end: u8) -> bool {
        let start = self.at;
        self.step();
        let closed = self.peek() == Some(end);
        self.at = if closed { self.at + 1 } else { start };
        closed
    }

    /// Skips what separates a value in `around` from the next one. Returns false at the end of `around`.
    fn has_next(&mut self, around: &mut Container) -> Result<bool, SyntaxError> {
        self.skip_blanks();
        let comma = self.at;
        match self.peek() {
            Some(b',') => self.step(),
            Some(byte) if byte == around.end() => {
                self.at += 1;
                return Ok(false);
            }
            _ => return self.fail("Expecting ',' delimiter"),
        }
        if self.peek() == Some(around.end()) {
            return Err(SyntaxError::At(around.trailing_comma(), comma));
        }
        if let Container::Object(_, key) = around {
            *key = self.key()?;
        }
        Ok(true)
    }

    /// A key, up to its value.
    fn key(&mut self) -> Result<String, SyntaxError> {
        if self.peek() != Some(b'"') {
            return self.fail("Expecting property name enclosed in double quotes");
        }
        let key = self.string()?.value;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return self.fail("Expecting ':' delimiter");
        }
        self.step();
        Ok(key)
    }

    fn scalar(&mut self) -> Result<Json, SyntaxError> {
        const LITERALS: [(&str, Json); 6] = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Float(f64::NAN)),
            ("Infinity", Json::Float(f64::INFINITY)),
            ("-Infinity", Json::Float(f64::NEG_INFINITY)),
        ];
        if self.peek() == Some(b'"') {
            return Ok(Json::Text(self.string()?));
        }
        for (literal, value) in LITERALS {
            if self.text[self.at..].starts_with(literal) {
                self.at += literal.len();
                return Ok(value);
            }
        }
        self.number()
    }

    /// The longest number that starts here: only the first digit of `1.`, `1e` and `01`.
    fn number(&mut self) -> Result<Json, SyntaxError> {
        let bytes = self.text.as_bytes();
        let digits_from = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let first = self.at + usize::from(self.peek() == Some(b'-'));
        let digits = match bytes.get(first) {
            Some(b'0') => 1,
            _ => digits_from(first),
        };
        if digits == 0 {
            return self.fail("Expecting value");
        }
        let whole = first + digits;
        let mut end = whole;
        if bytes.get(end) == Some(&b'.') && digits_from(end + 1) > 0 {
            end += 1 + digits_from(end + 1);
        }
        if let Some(b'e' | b'E') = bytes.get(end) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits_from(end + 1 + sign);
            end += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let number = &self.text[self.at..end];
        self.at = end;
        match number {
            _ if end > whole => Ok(Json::Float(number.parse().expect("its syntax was checked"))),
            _ if digits > MAX_DIGITS => Err(SyntaxError::TooManyDigits(digits)),
            "-0" => Ok(Json::Int("0".into())),
            _ => Ok(Json::Int(number.into())),
        }
    }

    fn string(&mut self) -> Result<Text, SyntaxError> {
        let unterminated = SyntaxError::At("Unterminated string starting at", self.at);
        self.at += 1;
        let mut text = Text::default();
        loop {
            let rest = &self.text[self.at..];
            let Some(run) = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))
            else {
                return Err(unterminated);
            };
            text.value.push_str(&rest[..run]);
            self.at += run;
            match rest.as_bytes()[run] {
                b'"' => {
                    self.at += 1;
                    return Ok(text);
                }
                b'\\' if rest.len() == run + 1 => return Err(unterminated),
                b'\\' => self.escape(&mut text)?,
                _ => return self.fail("Invalid control character at"),
            }
        }
    }

    fn escape(&mut self, text: &mut Text) -> Result<(), SyntaxError> {
        let character = match self.text.as_bytes().get(self.at + 1) {
            Some(b'u') => return self.unicode(text),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return self.fail("Invalid \\escape"),
        };
        text.value.push(character);
        self.at += 2;
        Ok(())
    }

    /// `\uXXXX`, or a surrogate pair of two.
    fn unicode(&mut self, text: &mut Text) -> Result<(), SyntaxError> {
        let unit = self.unit()?;
        let mut units = [unit, 0];
        let mut length = 1;
        if (0xd800..0xdc00).contains(&unit) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            units[1] = self.unit()?;
            match units[1] {
                0xdc00..=0xdfff => length = 2,
                _ => self.at = back,
            }
        }
        let character = char::decode_utf16(units[..length].iter().copied()).next();
        text.value.push(match character {
            Some(Ok(character)) => character,
            _ => {
                text.surrogate.get_or_insert(unit);
                char::REPLACEMENT_CHARACTER
            }
        });
        Ok(())
    }

    /// The code unit of one `\uXXXX`. As in Python, at the very end of the text it counts as broken.
    fn unit(&mut self) -> Result<u16, SyntaxError> {
        let rest = &self.text.as_bytes()[self.at + 2..];
        let digits = rest.get(..4).filter(|digits| {
            rest.len() > 4 && digits.iter().all(|digit| digit.is_ascii_hexdigit())
        });
        let Some(digits) = digits else {
            return Err(SyntaxError::At("Invalid \\uXXXX escape", self.at + 1));
        };
        self.at += 6;
        Ok(digits.iter().fold(0, |unit, digit| {
            let value = char::from(*digit).to_digit(16).unwrap_or_default();
            unit << 4 | value as u16
        }))
    }
}
