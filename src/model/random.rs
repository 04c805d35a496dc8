//! Random bytes.
//!
//! They come from the operating system. In lab mode they can come from a generator with a seed instead: then a server that gets
//! the same requests in the same order chooses the same ids, tokens and keys in every run.

use std::sync::{Mutex, OnceLock, PoisonError};

use chacha20::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};

static SEEDED: OnceLock<Mutex<ChaCha12Rng>> = OnceLock::new();

/// From now on the process takes its random bytes from a generator that starts with `seed`. They are no secret to anyone who
/// can guess the seed. Only the first call has an effect.
pub fn seed_random_bytes(seed: u64) {
    SEEDED.get_or_init(|| Mutex::new(ChaCha12Rng::seed_from_u64(seed)));
}

/// Generates `count` random bytes.
pub fn random_bytes(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    fill_random(&mut bytes);
    bytes
}

/// Fills `bytes` with random ones.
pub fn fill_random(bytes: &mut [u8]) {
    match SEEDED.get() {
        None => getrandom::fill(bytes).expect("the operating system has random bytes"),
        Some(generator) => {
            let mut generator = generator.lock().unwrap_or_else(PoisonError::into_inner);
            generator.fill_bytes(bytes);
        }
    }
}
