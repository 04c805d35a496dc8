//! `--help`: every command explains itself, with examples, and names the variable of every option; the page on the command
//! line says the same.

use std::{collections::BTreeSet, fs};

use crate::process::Folder;

const PAGE: &str = include_str!("../../static/docs/cli.html");
const README: &str = include_str!("../../README.md");

/// Every command that does something, as it is typed, `hoglet` left out.
fn commands(folder: &Folder, above: &[&str]) -> Vec<Vec<String>> {
    let help = folder.ok(&[above, &["--help"]].concat());
    let Some((_, listed)) = help.split_once("\nCommands:\n") else {
        return vec![above.iter().map(ToString::to_string).collect()];
    };
    let listed = listed.lines().take_while(|line| !line.is_empty());
    listed
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .flat_map(|name| commands(folder, &[above, &[name]].concat()))
        .collect()
}

/// The help of `command`.
fn help(folder: &Folder, command: &[String]) -> String {
    let mut words: Vec<_> = command.iter().map(String::as_str).collect();
    words.push("--help");
    folder.ok(&words)
}

/// Each option of a help text as the page writes it: `--db FILE HOGLET_DB hoglet.db`.
fn options(help: &str) -> BTreeSet<String> {
    let help = help.replace("\n  -o, --", "\n      --"); // the one option with a short name
    let parts = help.split("\n      --").skip(1);
    let option = |part: &str| {
        let name = part.split(['\n', '>']).next().unwrap();
        // A value that can be left out: `strict[=<HOW>]`.
        let name = match name.split_once("[=<") {
            Some((name, value)) => format!("{name}[={value}]"),
            None => name.replace(" <", " "),
        };
        let words: Vec<_> = part.split_whitespace().collect(); // a line may break anywhere
        let words = words.join(" ");
        let bracketed = |start: &str, end: char| {
            let found = words.split_once(start)?.1.split(end).next()?;
            Some(format!(" {found}"))
        };
        let variable = bracketed("[env: ", '=').expect("an option has a variable");
        let default = bracketed("[default: ", ']').unwrap_or_default();
        format!("--{name}{variable}{default}")
    };
    parts.map(option).collect()
}

/// What the page says of each option in `section`, in the same form.
fn described(section: &str) -> BTreeSet<String> {
    let terms = section.split("<dt>").skip(1);
    terms
        .map(|term| {
            let term = term.split("</dt>").next().unwrap();
            let codes = term.split("<code>").skip(1);
            let codes: Vec<_> = codes
                .map(|code| code.split("</code>").next().unwrap())
                .collect();
            codes.join(" ")
        })
        .collect()
}

#[test]
fn every_command_has_examples_and_every_option_a_variable() {
    let folder = Folder::new();
    let mut all = commands(&folder, &[]);
    assert!(
        all.contains(&vec!["keys".into(), "create".into()]),
        "{all:?}"
    );
    all.extend([vec![], vec!["keys".into()], vec!["projects".into()]]);
    for command in all {
        let help = help(&folder, &command);
        assert!(help.contains("Example"), "{command:?}: {help}");
        assert!(help.contains("hoglet"), "{command:?}: {help}");
        let options = options(&help);
        let variables = help.matches("[env: HOGLET_").count();
        assert_eq!(variables, options.len(), "{command:?}: {help}");
        // One that is broken over two lines cannot be pasted.
        let (_, examples) = help.split_once("\nExample").unwrap();
        let mut examples = examples.lines().skip(1).filter(|line| !line.is_empty());
        assert!(
            examples.all(|example| example.starts_with("  ") && example.contains("hoglet")),
            "{command:?}: {help}"
        );
    }
}

#[test]
fn manual_pages_name_the_variables_of_options() {
    let folder = Folder::new();
    fs::create_dir(folder.path("man1")).unwrap();
    folder.ok(&["man", "man1"]);
    for command in commands(&folder, &[]) {
        let page = format!("man1/hoglet-{}.1", command.join("-"));
        let page = fs::read_to_string(folder.path(&page)).expect(&page);
        let help = help(&folder, &command);
        let variables = help.split("[env: ").skip(1);
        for variable in variables.map(|rest| rest.split('=').next().unwrap()) {
            assert!(page.contains(variable), "{command:?}: {variable}: {page}");
        }
    }
}

#[test]
fn only_commands_that_create_a_database_and_work_beside_a_server_say_so() {
    let folder = Folder::new();
    for command in commands(&folder, &[]) {
        let help = help(&folder, &command);
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((_, database)) = help.split_once("--db <FILE> The database file; ") else {
            continue;
        };
        let name = command.join(" ");
        let creates = ["serve", "seed", "import", "restore"].contains(&&*name);
        let is_alone = ["serve", "restore"].contains(&&*name);
        let says = |words| database.split("[env: ").next().unwrap().contains(words);
        assert_eq!(says("created if missing"), creates, "{name}");
        assert_eq!(says("a server may be using it"), !is_alone, "{name}");
    }
}

#[test]
fn the_page_on_the_command_line_has_every_command_and_option_and_no_other() {
    let folder = Folder::new();
    let headed = |name: &str| format!(">hoglet {name}</h2>");
    let all = commands(&folder, &[]);
    for command in &all {
        let (name, help) = (command.join(" "), help(&folder, command));
        let (_, section) = PAGE.split_once(&headed(&name)).expect(&name);
        let section = section.split("<h2").next().unwrap();
        assert_eq!(described(section), options(&help), "hoglet {name}");
        let (_, examples) = help.split_once("\nExample").unwrap();
        for example in examples.lines().skip(1).filter(|line| !line.is_empty()) {
            let shown = example.trim().replace('&', "&amp;");
            let shown = shown.replace('<', "&lt;").replace('>', "&gt;");
            assert!(section.contains(&shown), "hoglet {name}: {example}");
        }
        let arguments = help.lines().filter_map(|line| line.strip_prefix("  <"));
        for argument in arguments.map(|line| line.split('>').next().unwrap()) {
            let usage = format!("hoglet {name} {argument}");
            assert!(section.contains(&usage), "{usage}");
        }
    }
    assert_eq!(PAGE.matches("<h2").count(), all.len());
}

#[test]
fn every_seed_file_that_an_example_names_is_one_that_init_writes() {
    let folder = Folder::new();
    folder.ok(&["init"]);
    let (_, readme) = README.split_once("hoglet keys create").unwrap();
    let (readme, _) = readme.split_once("## Seed files").unwrap();
    let mut texts = vec![PAGE.to_owned(), readme.to_owned()];
    texts.extend(
        commands(&folder, &[])
            .iter()
            .map(|command| help(&folder, command)),
    );
    let names: BTreeSet<_> = texts
        .iter()
        .flat_map(|text| {
            text.split(|letter: char| !(letter.is_alphanumeric() || "./_-".contains(letter)))
        })
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.ends_with(".json"))
        .collect();
    assert_eq!(Vec::from_iter(names), ["hoglet.json", "hoglet.schema.json"]);
    assert_eq!(folder.names(), ["hoglet.json", "hoglet.schema.json"]);
}

#[test]
fn the_version_is_the_packages() {
    let folder = Folder::new();
    assert_eq!(
        folder.ok(&["--version"]),
        format!("hoglet {}\n", env!("CARGO_PKG_VERSION"))
    );
}
