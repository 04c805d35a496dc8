//! Hashes of names, and how to use them as keys.

use std::hash::{BuildHasherDefault, Hasher};

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
