//! Character encodings of request bodies (`http-conventions.md` 3.1).

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_16BE, UTF_16LE};
use percent_encoding::percent_decode_str;

/// The encoding that the `charset` of a `Content-Type` names, by the names that Python has for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Charset {
    /// The default, and what an unknown name is taken for.
    Utf8,
    /// ASCII alone: other bytes are errors.
    Ascii,
    /// Each byte is the character of its number. The encoding that browsers call so is Windows-1252.
    Latin1,
    /// UTF-16 in the order of its byte-order mark.
    Utf16,
    /// Any other.
    Other(&'static Encoding),
}

impl Charset {
    /// The encoding called `name`.
    pub fn named(name: &str) -> Charset {
        let name = name.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        match &*name {
            "utf-8" | "utf8" => Charset::Utf8,
            "ascii" | "us-ascii" | "646" => Charset::Ascii,
            "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "8859"
            | "cp819" => Charset::Latin1,
            "utf-16" | "utf16" => Charset::Utf16,
            "utf-16-le" | "utf-16le" => Charset::Other(UTF_16LE),
            "utf-16-be" | "utf-16be" => Charset::Other(UTF_16BE),
            name => match Encoding::for_label(name.as_bytes()) {
                Some(known) if known != REPLACEMENT => Charset::Other(known),
                _ => Charset::Utf8,
            },
        }
    }

    /// The most bytes of memory that decoding takes for each byte; none for UTF-8, which is borrowed.
    pub fn growth(self) -> usize {
        match self {
            Charset::Utf8 => 0,
            Charset::Latin1 => 2,
            Charset::Ascii | Charset::Utf16 | Charset::Other(_) => 3,
        }
    }

    /// Decodes `bytes`. Errors: what follows `JSON parse error - ` in a response's detail; for UTF-8 and ASCII in the words
    /// of Python.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, String> {
        match self {
            Charset::Utf8 => utf8(bytes).map(Cow::Borrowed),
            Charset::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
                None => utf8(bytes).map(Cow::Borrowed),
                Some(at) => Err(format!(
                    "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
                    bytes[at]
                )),
            },
            Charset::Latin1 => Ok(latin1(bytes)),
            Charset::Utf16 => {
                let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_16LE, 0));
                strict(encoding, &bytes[mark..])
            }
            Charset::Other(encoding) => strict(encoding, bytes),
        }
    }

    /// Decodes `bytes`; what cannot be decoded becomes U+FFFD.
    pub fn decode_lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Charset::Latin1 => latin1(bytes),
            Charset::Utf8 | Charset::Ascii => String::from_utf8_lossy(bytes),
            Charset::Utf16 => Encoding::decode(UTF_16LE, bytes).0,
            Charset::Other(encoding) => encoding.decode_without_bom_handling(bytes).0,
        }
    }

    /// At most `most` pairs of the URL-encoded form `bytes`, whose percent-encoded bytes are in this encoding too.
    pub fn pairs(self, bytes: &[u8], most: usize) -> Vec<(String, String)> {
        let text = self.decode(bytes).unwrap_or_else(|_| latin1(bytes));
        let pieces = text.split('&').filter(|piece| !piece.is_empty());
        let pairs = pieces.take(most).map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            (self.unquote(name), self.unquote(value))
        });
        pairs.collect()
    }

    /// Decodes the percent-encoded runs of `text`, and `+` as a blank.
    fn unquote(self, text: &str) -> String {
        let text = text.replace('+', " ");
        if !text.contains('%') {
            return text;
        }
        let mut out = String::new();
        for run in text.split_inclusive(|letter: char| !letter.is_ascii()) {
            let end = run.trim_end_matches(|letter: char| !letter.is_ascii());
            let bytes: Cow<[u8]> = percent_decode_str(end).into();
            out += &self.decode_lossy(&bytes);
            out += &run[end.len()..];
        }
        out
    }
}

fn latin1(bytes: &[u8]) -> Cow<'static, str> {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn strict<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, String> {
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let name = encoding.name().to_ascii_lowercase();
    decoded.ok_or_else(|| format!("'{name}' codec can't decode the body"))
}

/// Decodes UTF-8. Errors: in the words of Python, whose decoder stops at the same positions as Rust's.
fn utf8(body: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(body).map_err(|error| {
        let start = error.valid_up_to();
        let length = error.error_len().unwrap_or(body.len() - start);
        let reason = match (error.error_len(), body[start]) {
            (None, _) => "unexpected end of data",
            (_, 0xc2..=0xf4) => "invalid continuation byte",
            _ => "invalid start byte",
        };
        match length {
            1 => format!(
                "'utf-8' codec can't decode byte 0x{:02x} in position {start}: {reason}",
                body[start]
            ),
            _ => format!(
                "'utf-8' codec can't decode bytes in position {start}-{}: {reason}",
                start + length - 1
            ),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_python_and_others_mean_utf_8() {
        let cafe: [(&str, &[u8]); 9] = [
            ("latin-1", b"caf\xe9"),
            ("ISO_8859_1", b"caf\xe9"),
            (" Latin1 ", b"caf\xe9"),
            ("cp1252", b"caf\xe9"),
            ("utf-16-le", b"c\0a\0f\0\xe9\0"),
            ("UTF_16_BE", b"\0c\0a\0f\0\xe9"),
            ("utf-16", b"\xfe\xff\0c\0a\0f\0\xe9"),
            ("koi8-r", b"caf\xc4\xc5"),
            ("klingon", b"caf\xc3\xa9"),
        ];
        for (name, bytes) in cafe {
            let expected = if name == "koi8-r" { "cafде" } else { "café" };
            let charset = Charset::named(name);
            assert_eq!(charset.decode(bytes).as_deref(), Ok(expected), "{name}");
            assert_eq!(charset.decode_lossy(bytes), expected, "{name}");
        }
        assert!(Charset::named("utf-8").decode(b"\x80").is_err());
        // A C1 control in Latin-1, where Windows-1252 has a character.
        assert_eq!(
            Charset::named("latin-1").decode(b"\x80").as_deref(),
            Ok("\u{80}")
        );
        for (name, bytes) in [("utf-16-le", &b"a\0b"[..]), ("ascii", b"\xe9")] {
            assert!(Charset::named(name).decode(bytes).is_err(), "{name}");
        }
    }

    #[test]
    fn a_form_is_decoded_before_and_after_its_percent_signs() {
        let latin = Charset::Latin1;
        for (form, value) in [
            (&b"a=%E9+\xe9"[..], "é é"),
            (b"&a=%e9%", "é%"),
            (b"a=\xe9%E9\xe9%E9x", "ééééx"),
        ] {
            assert!(
                latin.pairs(form, 9).contains(&("a".into(), value.into())),
                "{form:?}"
            );
        }
        let wide = Charset::named("utf-16-le").pairs(b"a\0=\0\xe9\0", 9);
        assert_eq!(wide, [("a".to_owned(), "é".to_owned())]);
    }
}
