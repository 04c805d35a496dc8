//! Where a flag's rollout and its variants put a person: the hash that SDKs share.

use sha1::{Digest, Sha1};

/// The largest number of 15 hexadecimal digits.
const LARGEST: u64 = 0xfff_ffff_ffff_ffff;

/// A number from 0 to 1 for the flag `key` and `bucket`, whom or what the flag is for: always the same, and evenly
/// distributed. With another `salt` it is another one.
pub fn position(key: &str, bucket: &str, salt: &str) -> f64 {
    let digest = Sha1::new()
        .chain_update(key)
        .chain_update(".")
        .chain_update(bucket)
        .chain_update(salt)
        .finalize();
    let start = digest.iter().take(8);
    let start = start.fold(0, |number, byte| (number << 8) | u64::from(*byte));
    (start >> 4) as f64 / LARGEST as f64 // 15 of 16 digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_sdks() {
        // Computed with Python's hashlib: int(sha1(b"key.id" + salt).hexdigest()[:15], 16) / float(0xfffffffffffffff).
        for (key, bucket, salt, expected) in [
            ("simple-flag", "distinct_id_0", "", 0.7836963764220432),
            ("simple-flag", "distinct_id_1", "", 0.3397069926995401),
            (
                "simple-flag",
                "distinct_id_0",
                "variant",
                0.6595248869787484,
            ),
            ("ключ", "", "", 0.3488230184937815),
        ] {
            assert_eq!(
                position(key, bucket, salt),
                expected,
                "{key} {bucket} {salt}"
            );
        }
    }
}
