//! Decompresses LZ-string, which older browser SDKs send as base64 (`lz64`).
//!
//! The stream is a sequence of codes. A code names a phrase of the dictionary, or announces a new character, which becomes a
//! phrase itself. After each code but the first, the previous phrase and the first unit of this one become a new phrase, and
//! codes grow by a bit whenever the dictionary is full. Characters are UTF-16 units.
//!
//! A new phrase always stands in the output already: it is the previous phrase and the unit after it. So the dictionary holds
//! ranges of the output. It is our own code because the output has to be bounded while it grows: a few kilobytes decompress to
//! gigabytes.

/// Why a text cannot be decompressed.
#[derive(Debug, PartialEq)]
pub enum LzError<E> {
    /// It is not LZ-string.
    Invalid,
    /// Its output is longer than the limit.
    TooLong,
    /// There is no memory for it.
    Charge(E),
}

/// The code of a new character that follows in 8 bits.
const BYTE: usize = 0;
/// The code of a new character that follows in 16 bits.
const UNIT: usize = 1;
/// The code of the end.
const END: usize = 2;

/// The memory charged at a time, in bytes.
const STEP: usize = 64 << 10;

/// A phrase: the place of its first unit in the output, and its length. Those of the first three codes are not used.
type Phrase = (u32, u32);

/// The text in `base64`, of at most `limit` bytes. Memory is charged before it is taken.
pub fn decompress<E>(
    base64: &[u8],
    limit: usize,
    mut charge: impl FnMut(usize) -> Result<(), E>,
) -> Result<String, LzError<E>> {
    let mut bits = Bits { base64, used: 0 };
    let (mut units, mut phrases, mut charged) = (Vec::<u16>::new(), vec![(0, 0); 3], 0);
    let (mut width, mut last) = (2, None::<Phrase>);
    loop {
        let code = bits.read(width)?;
        // The code of the phrase that it completes: the previous one, and its first unit again.
        let next = last.filter(|_| code == phrases.len());
        let (start, length) = match code {
            END => break,
            BYTE | UNIT => (0, 1),
            code => next
                .map(|(start, length)| (start, length + 1))
                .or(phrases.get(code).copied())
                .ok_or(LzError::Invalid)?,
        };
        let needed = units.len() + length as usize;
        if needed > limit {
            return Err(LzError::TooLong);
        }
        // A vector that grows holds up to twice what is in it, and three times while it moves.
        let memory = 3 * (needed * size_of::<u16>() + phrases.len() * size_of::<Phrase>());
        if memory > charged {
            let step = (memory - charged).max(STEP);
            charge(step).map_err(LzError::Charge)?;
            charged += step;
        }
        let phrase = (units.len() as u32, length);
        if code <= UNIT {
            units.push(bits.read(8 << code)? as u16);
            phrases.push(phrase);
        } else {
            for unit in start..start + length {
                units.push(units[unit as usize]);
            }
        }
        if let Some((start, length)) = last {
            phrases.push((start, length + 1));
        }
        last = Some(phrase);
        width = usize::BITS - phrases.len().leading_zeros();
    }
    charge(3 * units.len()).map_err(LzError::Charge)?;
    let text = String::from_utf16(&units).map_err(|_| LzError::Invalid)?;
    match text.len() > limit {
        true => Err(LzError::TooLong),
        false => Ok(text),
    }
}

/// Bits of base64, six a letter, each number with its lowest bit first.
struct Bits<'t> {
    base64: &'t [u8],
    used: usize,
}

impl Bits<'_> {
    fn read<E>(&mut self, count: u32) -> Result<usize, LzError<E>> {
        let mut number = 0;
        for place in 0..count {
            let letter = self.base64.get(self.used / 6).ok_or(LzError::Invalid)?;
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => 0,
                _ => return Err(LzError::Invalid),
            };
            let bit = (value >> (5 - self.used % 6)) & 1;
            number |= usize::from(bit) << place;
            self.used += 1;
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(_: usize) -> Result<(), ()> {
        Ok(())
    }

    #[test]
    fn texts_come_back_as_the_library_packed_them() {
        let numbers: Vec<_> = (0..40).map(|number| (number * 7).to_string()).collect();
        let numbers = format!("{{\"a\":[{}]}}", numbers.join(","));
        for (text, packed) in [
            ("", "Q==="),
            ("a", "IZA="),
            ("aaaaaaaaaa", "IY1o"),
            (r#"[{"event":"x"}]"#, "NobwRApgbhB2AuYBcYAeYC+BdIA="),
            (
                "h\u{e9}llo \u{2713} \u{1f994} aab aab aab",
                "BYS4NmD2AEjI5Ng+DcCm70CGqBGbPY0A",
            ),
            (
                &numbers,
                "N4IghiBcDaAMA0B2eBGALPATCrAOeAzAKzxqakCc8RAbPDQUgosrhhThfirCSiuX5UBdFAUboE6ZCiIYUNHAu6I+uQbmEU6m\
                 WI2wJsyTJgyYCOc/lMlMRcnaqYaOxAQC6AXyA===",
            ),
        ] {
            let found = decompress(packed.as_bytes(), 1000, free);
            assert_eq!(found.as_deref(), Ok(text), "{packed}");
        }
    }

    #[test]
    fn what_is_not_lz_string_is_invalid() {
        // A code of no phrase, an end in the middle, another alphabet.
        for broken in ["////", "", "I", "IY", "I Y1o", "h\u{e9}"] {
            let found = decompress(broken.as_bytes(), 1000, free);
            assert_eq!(found, Err(LzError::Invalid), "{broken}");
        }
    }

    #[test]
    fn the_output_is_bounded_while_it_grows() {
        assert_eq!(decompress(b"IY1o", 9, free), Err(LzError::TooLong));
        assert_eq!(decompress(b"IY1o", 10, free), Ok("a".repeat(10)));
        // 21 units, but 26 bytes.
        let packed = b"BYS4NmD2AEjI5Ng+DcCm70CGqBGbPY0A";
        assert_eq!(decompress(packed, 24, free), Err(LzError::TooLong));
        let charge = |_| Err("full");
        assert_eq!(
            decompress(b"IY1o", 10, charge),
            Err(LzError::Charge("full"))
        );
    }
}
