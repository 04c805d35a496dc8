//! Seed files: read, and where they can be, applied and undone.

use std::sync::{LazyLock, mpsc};

use hoglet::{
    domain::seed::SeedFile,
    model::{Durability, Timestamp},
    store::{Store, StoreError, Write},
};
use tempfile::TempDir;

/// A database that stays empty, and its folder.
static STORE: LazyLock<(Store, TempDir)> = LazyLock::new(|| {
    let files = TempDir::new().expect("a folder");
    let path = files.path().join("fuzz.db");
    let store = Store::open(&path, 1, Durability::Relaxed).expect("a new database");
    (store, files)
});

/// Reads `input` as a seed file.
pub fn seed(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if text.contains("password") {
        return; // each takes tens of milliseconds to hash
    }
    let seed = match SeedFile::read(&text).and_then(SeedFile::hash) {
        Ok(seed) => seed,
        Err(problem) => return assert!(!problem.to_string().is_empty()),
    };
    let (sender, outcome) = mpsc::channel();
    let apply = move |db: &Write| {
        let told = seed
            .apply_within(db, Timestamp::now(), 10)
            .map_err(|problem| problem.to_string());
        sender.send(told.map(|_| ())).expect("the test waits");
        Err::<(), _>(StoreError::NoAnswer) // undoes it all
    };
    let undone = STORE.0.write(apply);
    assert!(undone.is_err());
    let outcome = outcome
        .recv()
        .expect("the writer comes back from every seed");
    if let Err(problem) = outcome {
        assert!(!problem.is_empty());
    }
}
