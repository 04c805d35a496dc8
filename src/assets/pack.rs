//! Compression of what is read often: part of the crate and of its build script.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

/// The largest text that is not worth compressing: it fits the packet that its headers are in.
pub const SMALL: usize = 1024;

/// `bytes` as gzip, unless they are small or hardly get smaller.
pub fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() <= SMALL {
        return None;
    }
    let packed = gzip(bytes, Compression::best())?;
    (packed.len() < bytes.len() / 10 * 9).then_some(packed)
}

/// `bytes` as gzip.
pub fn gzip(bytes: &[u8], level: Compression) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), level);
    encoder.write_all(bytes).ok()?; // a vector takes everything
    encoder.finish().ok()
}
