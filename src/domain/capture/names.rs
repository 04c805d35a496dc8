//! How names are stored: limited in length, and without NUL, which SQLite cannot hold in text. And their hashes, which
//! [`Known`](super::Known) has instead of them.

use std::{
    borrow::Cow,
    hash::{BuildHasherDefault, Hasher},
};

/// The most bytes of a name, and the most UTF-16 units to which the name of an event is truncated.
pub const LONGEST: usize = 200;

/// The name of an event, truncated to [`LONGEST`] UTF-16 units.
pub fn truncated(name: &str) -> &str {
    if name.len() <= LONGEST {
        return name;
    }
    let mut units = 0;
    let is_over = |(_, letter): &(usize, char)| {
        units += letter.len_utf16();
        units > LONGEST
    };
    let end = name
        .char_indices()
        .find(is_over)
        .map(|(position, _)| position);
    &name[..end.unwrap_or(name.len())]
}

/// A name as it is stored; `None` if it is too long.
pub fn stored_name(name: &str) -> Option<Cow<'_, str>> {
    (name.len() <= LONGEST).then(|| stored_text(name))
}

/// A text as it is stored: NUL becomes U+FFFD.
pub fn stored_text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// The keyed hash of a name, from which the entries of the cache are computed.
#[derive(Clone, Copy)]
pub struct Name(pub u64);

/// For maps whose keys are hashes already.
pub type BuildIdentityHasher = BuildHasherDefault<IdentityHasher>;

/// Combines two hashes: folds the 128-bit product, in which every bit depends on both.
pub fn mix(one: u64, other: u64) -> u64 {
    let (one, other) = (one ^ 0x9e37_79b9_7f4a_7c15, other ^ 0xd1b5_4a32_d192_ed03);
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

/// Returns a key, which is a hash already, as its own hash.
#[derive(Default)]
pub struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
