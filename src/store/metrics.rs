//! What is measured while the database works, for `--metrics`.

use prometheus_client::metrics::{counter::Counter, family::Family, histogram::Histogram};

use super::{StoreError, Unavailable};

/// The buckets of what takes from a tenth of a millisecond to seconds.
const SECONDS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// The buckets of the sizes of batches: up to the most changes that are committed together.
const CHANGES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// The reason of errors that come from a bug or a damaged file.
const OTHER: &str = "error";

/// Counters by reason.
type ByReason = Family<[(&'static str, &'static str); 1], Counter>;

/// What is measured while the database works.
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    /// How many changes were committed together; 0 if only usages were.
    pub batch_size: Histogram,
    /// How many seconds each commit took, with its flush to the disk.
    pub commit: Histogram,
    /// How many seconds each read waited for a connection.
    pub reader_wait: Histogram,
    /// The changes that were refused because the database could not take them.
    pub refused: ByReason,
}

impl Default for StoreMetrics {
    /// With a zero for each reason, so that the first refusal shows as an increase.
    fn default() -> StoreMetrics {
        let refused = ByReason::default();
        for reason in Unavailable::ALL.map(Unavailable::name) {
            drop(refused.get_or_create(&[("reason", reason)]));
        }
        drop(refused.get_or_create(&[("reason", OTHER)]));
        StoreMetrics {
            batch_size: Histogram::new(CHANGES),
            commit: Histogram::new(SECONDS),
            reader_wait: Histogram::new(SECONDS),
            refused,
        }
    }
}

impl StoreMetrics {
    /// Counts changes that were refused.
    pub fn refuse(&self, error: &StoreError, changes: usize) {
        let reason = error.unavailable().map_or(OTHER, Unavailable::name);
        let counter = self.refused.get_or_create(&[("reason", reason)]);
        counter.inc_by(changes as u64);
    }
}
