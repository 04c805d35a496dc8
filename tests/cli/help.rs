//! `--help`: every command explains itself, with examples, and names the variable of every option.

use crate::process::Folder;

const COMMANDS: [&[&str]; 8] = [
    &[],
    &["seed"],
    &["serve"],
    &["keys", "create"],
    &["keys", "list"],
    &["keys", "revoke"],
    &["projects", "create"],
    &["projects", "list"],
];

#[test]
fn every_command_has_examples_and_every_option_a_variable() {
    let folder = Folder::new();
    for command in COMMANDS {
        let help = folder.ok(&[command, &["--help"]].concat());
        assert!(help.contains("Example"), "{command:?}: {help}");
        assert!(help.contains("hoglet"), "{command:?}: {help}");
        let options = help
            .lines()
            .filter(|line| line.trim_start().starts_with("--"))
            .count();
        let variables = help.matches("[env: HOGLET_").count();
        assert_eq!(variables, options, "{command:?}: {help}");
    }
}

#[test]
fn the_version_is_the_packages() {
    let folder = Folder::new();
    assert_eq!(
        folder.ok(&["--version"]),
        format!("hoglet {}\n", env!("CARGO_PKG_VERSION"))
    );
}
