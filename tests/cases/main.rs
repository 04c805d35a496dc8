//! Runs every `*.json` of this folder against `hoglet --demo`, each as a test named like its file; the format is in the README
//! beside them.
//!
//! ```text
//! cargo test --test cases              all
//! cargo test --test cases page-        those whose name contains this
//! ```
//!
//! A key that the format does not have fails its case, so that no expectation goes unchecked.

#[path = "../browser/driver.rs"]
#[allow(dead_code)] // its other half is for `tests/browser`
mod driver;
#[path = "../support/mod.rs"]
mod harness;
mod page;
mod step;
mod values;

use std::{fs, path::Path, process::ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use step::Case;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = fs::read_dir(folder).expect("the folder of this file");
    let mut files: Vec<_> = files.map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "json"));
    files.sort();
    assert!(!files.is_empty(), "there are no cases");
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().expect("a name").to_string_lossy();
        Trial::test(name.into_owned(), move || run(&file))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Runs the case in `file`; the error names the kind of situation and the step.
fn run(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let case: Value = serde_json::from_str(&text)?;
    let kind = case["kind"].as_str().unwrap_or_default();
    values::known_keys(&case, &["kind", "link", "start", "steps"])?;
    let steps = case["steps"].as_array().ok_or("the case has no steps")?;
    let mut running = Case::start(&case["start"])?;
    for (index, step) in steps.iter().enumerate() {
        let done = running.step(step);
        done.map_err(|fault| format!("{kind}\nstep {}: {fault}", index + 1))?;
    }
    Ok(())
}
