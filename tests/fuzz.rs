//! Replays the inputs of the fuzz targets (`tests/fuzz`): the seeds, and every input that once broke something.

#[path = "fuzz/src/lib.rs"]
mod entries;

use std::{fs, path::Path};

use entries::TARGETS;

#[test]
fn every_input_of_the_fuzz_targets_is_handled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    for (name, run) in TARGETS {
        let folders = ["seeds", "regressions"].map(|kind| root.join(kind).join(name));
        let inputs: Vec<_> = folders
            .iter()
            .filter(|folder| folder.exists())
            .flat_map(|folder| fs::read_dir(folder).unwrap())
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(!inputs.is_empty(), "{name} has no inputs");
        for path in inputs {
            println!("{}", path.display());
            run(&fs::read(&path).unwrap());
        }
    }
}
