//! Secrets, their hashes, and random texts.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use sha2::{Digest, Sha256};

use super::random_bytes;

/// Digits of generated tokens: no 0, 1, l, I, O, which people mix up (`keys-and-auth.md` 2.1).
const BASE57: &[u8; 57] = b"23456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

/// A credential in the clear: a key, a token, a password.
///
/// It has no `Display` and no `Serialize`, and its `Debug` shows nothing, so it reaches a log or a response
/// only where the code calls [`expose`](Secret::expose). Compare secrets by their [`hash`](Secret::hash).
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` out of logs and messages.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text in clear, for comparing, hashing, and the one response that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Generates a secret: `prefix`, then 280 random bits in 48 (rarely 49) characters.
    pub fn generate(prefix: &str) -> Secret {
        Secret(format!("{prefix}{}", random_token(35)))
    }

    /// Its first and last four characters, to distinguish secrets; `********` for one under 16 characters.
    pub fn mask(&self) -> String {
        let text = &self.0;
        if text.len() < 16 || !text.is_ascii() {
            return "********".into();
        }
        format!("{}...{}", &text[..4], &text[text.len() - 4..])
    }

    /// The SHA-256 of the text, which the database stores and finds keys by.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// The SHA-256 of a [`Secret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

/// A password as the database stores it: argon2id in PHC text form, with its salt.
#[derive(Clone)]
pub struct PasswordHash(pub String);

/// Generates an id of 256 random bits in 44 characters, as keys, project tokens and `distinct_id`s have.
pub fn random_id() -> String {
    random_token(32)
}

/// Generates `count` random bytes in base 57. The top bit is set so that the length hardly varies.
fn random_token(count: usize) -> String {
    let mut bytes = random_bytes(count);
    bytes[0] |= 0x80;
    base57(&bytes)
}

/// `number`, whose first byte is the highest, in base 57 without zeros in front.
///
/// A division of all words by the largest power of 57 that fits one makes five digits: fifteen times less work than a division
/// of all bytes for each digit.
fn base57(number: &[u8]) -> String {
    const DIGITS: u32 = 5;
    let mut words: Vec<u32> = number
        .rchunks(4)
        .rev()
        .map(|word| {
            word.iter()
                .fold(0, |word, byte| word << 8 | u32::from(*byte))
        })
        .collect();
    let mut digits = Vec::with_capacity(number.len() * 3 / 2);
    while words.iter().any(|word| *word != 0) {
        let mut remainder = 0;
        for word in &mut words {
            let value = remainder << 32 | u64::from(*word);
            let power = u64::from(57u32.pow(DIGITS));
            (*word, remainder) = ((value / power) as u32, value % power);
        }
        for _ in 0..DIGITS {
            digits.push((remainder % 57) as usize);
            remainder /= 57;
        }
    }
    let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
    let significant = digits.iter().rev().skip(zeros);
    significant
        .map(|digit| char::from(BASE57[*digit]))
        .collect()
}

/// Generates `count` random bytes in base64url: four characters for three bytes.
pub fn random_base64url(count: usize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random_bytes(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_57_is_what_dividing_digit_by_digit_gives() {
        let plainly = |number: &[u8]| {
            let (mut number, mut digits) = (number.to_vec(), Vec::new());
            while number.iter().any(|byte| *byte != 0) {
                let mut remainder = 0u32;
                for byte in &mut number {
                    let value = remainder << 8 | u32::from(*byte);
                    (*byte, remainder) = ((value / 57) as u8, value % 57);
                }
                digits.push(char::from(BASE57[remainder as usize]));
            }
            digits.iter().rev().collect::<String>()
        };
        for count in 1..40 {
            for number in [random_bytes(count), vec![0; count], vec![255; count]] {
                assert_eq!(base57(&number), plainly(&number), "{number:?}");
            }
        }
        for power in 1..8 {
            let number = 57u64.pow(power).to_be_bytes();
            assert_eq!(base57(&number), plainly(&number));
        }
    }

    #[test]
    fn hash_and_mask_are_those_of_the_reference() {
        let hex = |text: &str| {
            Secret::new(text)
                .hash()
                .0
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        assert_eq!(
            hex("test_key_12345"),
            "45af89b510a3279a817f851de5d3f95b73485d58ec2672a39e52d8aeeb014059"
        );
        let secret = Secret::new("phs_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk");
        assert_eq!(
            hex(secret.expose()),
            "9285378915a3195da8736bad0f40cf6c30819618609658f55470ce2ac606f36f"
        );
        assert_eq!(secret.mask(), "phs_...hijk");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
    }

    #[test]
    fn tokens_have_the_length_and_digits_of_the_reference() {
        for _ in 0..200 {
            let (id, secret) = (random_id(), Secret::generate("phs_"));
            assert_eq!(id.len(), 44);
            assert!(
                [52, 53].contains(&secret.expose().len()),
                "{}",
                secret.expose().len()
            );
            assert!(id.bytes().all(|digit| BASE57.contains(&digit)));
        }
    }
}
