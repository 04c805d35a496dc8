//! The page that names everything that a release contains of others, with the texts that its licences demand: the crates that
//! `Cargo.lock` selects for the program, the C libraries in them, Rust's standard library and the files under `static/vendor/`.
//!
//! Licences differ in their text, and the texts of one licence in who holds the copyright. So each text is on the page once,
//! without the lines that say that, and each package has its own lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

const PAGE: &str = "static/docs/licences.html";

/// Where the table and the texts are in the page.
const START: &str = "<!-- made by tests/licences -->\n";
const END: &str = "<!-- end -->\n";

/// The licences that a package may offer a choice of, best first: the first is followed.
const PREFERRED: [&str; 8] = [
    "MIT",
    "0BSD",
    "Zlib",
    "BSD-3-Clause",
    "Unicode-3.0",
    "Apache-2.0",
    "ISC",
    "BSD-2-Clause",
];

/// How a file that holds a licence or a notice begins.
const NAMES: [&str; 5] = ["licen", "copying", "copyright", "notice", "unlicen"];

/// C code inside crates, with a licence of its own: its name, the crate, the file in it, the licence.
const INSIDE: [[&str; 4]; 1] = [[
    "jemalloc",
    "tikv-jemalloc-sys",
    "jemalloc/COPYING",
    "BSD-2-Clause",
]];

/// Crates whose packages lack the text, and the crate of the same project that has it.
const ELSEWHERE: [[&str; 2]; 2] = [
    ["alloc-stdlib", "alloc-no-stdlib"],
    ["impl-more", "actix-web"],
];

/// Something of others.
struct Package {
    name: String,
    version: String,
    licence: String,
    texts: Vec<String>,
}

#[test]
fn the_page_of_licences_is_that_of_the_dependencies() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(START).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{START}{}{END}{after}", listing(&packages()));
    if page != made {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("licences.html");
        fs::write(&path, made).unwrap();
        panic!("the dependencies are others: cp {} {PAGE}", path.display());
    }
}

#[test]
fn every_package_has_a_text_and_who_holds_the_copyright() {
    let packages = packages();
    for package in &packages {
        assert!(!package.texts.is_empty(), "{} has no text", package.name);
        let length: usize = package.texts.iter().map(String::len).sum();
        assert!(length > 400, "{}: {length} characters", package.name);
    }
    let names: BTreeSet<_> = packages.iter().map(|package| &*package.name).collect();
    for name in [
        "actix-web",
        "ring",
        "jemalloc",
        "uplot",
        "temml",
        "rapidoc",
        "SQLite",
    ] {
        assert!(names.contains(name), "{name} is missing");
    }
    let page = fs::read_to_string(PAGE).unwrap();
    for notice in [
        "Permission is hereby granted, free of charge",
        "Redistributions in binary form must reproduce",
        "Copyright (C) 2002-present Jason Evans",
        "Copyright (c) 2022 Leon Sorokin",
    ] {
        assert!(page.contains(notice), "{notice}");
    }
}

fn packages() -> Vec<Package> {
    let crates = crates();
    let mut packages: Vec<_> = crates.iter().map(Package::of_crate).collect();
    for [name, inside, file, licence] in INSIDE {
        let found = crates.iter().find(|found| found["name"] == inside);
        let folder = folder(found.expect("the crate is used"));
        packages.push(Package {
            name: name.to_owned(),
            version: String::new(),
            licence: licence.to_owned(),
            texts: vec![fs::read_to_string(folder.join(file)).unwrap()],
        });
    }
    packages.extend(vendored());
    packages.extend(without_packages());
    for [name, other] in ELSEWHERE {
        let texts = packages.iter().find(|package| package.name == other);
        let texts = texts.map(|package| package.texts.clone());
        let package = packages.iter_mut().find(|package| package.name == name);
        if let (Some(package), Some(texts)) = (package, texts) {
            package.texts = texts;
        }
    }
    packages.sort_by_key(|package| (package.name.to_lowercase(), package.version.clone()));
    packages
}

/// The metadata of the crates whose code is in the program, on Linux.
fn crates() -> Vec<Value> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        cargo.status.success(),
        "{}",
        String::from_utf8_lossy(&cargo.stderr)
    );
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let by_id = |list: &Value| -> BTreeMap<String, Value> {
        let list = list.as_array().unwrap().iter();
        list.map(|entry| (entry["id"].as_str().unwrap().to_owned(), entry.clone()))
            .collect()
    };
    let packages = by_id(&metadata["packages"]);
    let nodes = by_id(&metadata["resolve"]["nodes"]);
    let root = metadata["resolve"]["root"].as_str().unwrap();
    let (mut found, mut open) = (BTreeSet::new(), vec![root]);
    while let Some(id) = open.pop() {
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let mut kinds = dependency["dep_kinds"].as_array().unwrap().iter();
            let id = dependency["pkg"].as_str().unwrap();
            // What only builds the program is not part of it.
            if kinds.any(|kind| kind["kind"].is_null())
                && !is_macro(&packages[id])
                && found.insert(id)
            {
                open.push(id);
            }
        }
    }
    found.iter().map(|id| packages[*id].clone()).collect()
}

fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().unwrap();
    targets
        .iter()
        .any(|target| target["kind"][0] == "proc-macro")
}

fn folder(package: &Value) -> PathBuf {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().to_owned()
}

impl Package {
    fn of_crate(package: &Value) -> Package {
        let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
        let (licence, name) = (
            text("license").replace('/', " OR ").replace("  ", " "),
            text("name"),
        );
        Package {
            texts: texts(&folder(package), &licence),
            name,
            version: text("version"),
            licence,
        }
    }
}

/// The libraries under `static/vendor/`, each in a folder named after its version.
fn vendored() -> Vec<Package> {
    let folders = fs::read_dir("static/vendor").unwrap();
    let package = |folder: PathBuf| {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (name, version) = name.rsplit_once('-').unwrap();
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: "MIT".to_owned(),
            texts: texts(&folder, "MIT"),
        }
    };
    folders
        .map(|entry| package(entry.unwrap().path()))
        .collect()
}

/// What is in the program without a package of its own.
fn without_packages() -> [Package; 2] {
    let mit = fs::read_to_string("LICENSE").unwrap();
    let terms = mit.split_once("Permission is").unwrap().1;
    [
        Package {
            name: "Rust standard library".to_owned(),
            version: String::new(),
            licence: "MIT OR Apache-2.0".to_owned(),
            texts: vec![format!(
                "Copyright (c) The Rust Project Contributors\n\nPermission is{terms}"
            )],
        },
        Package {
            name: "SQLite".to_owned(),
            version: String::new(),
            licence: "public domain".to_owned(),
            texts: vec![BLESSING.to_owned()],
        },
    ]
}

/// What SQLite has in place of a licence.
const BLESSING: &str = "All of the code and documentation in SQLite has been dedicated to the public domain by the authors. All code \
authors, and representatives of the companies they work for, have signed affidavits dedicating their contributions to the public \
domain and originals of those signed affidavits are stored in a firesafe at the main offices of Hwaci. Anyone is free to copy, \
modify, publish, use, compile, sell, or distribute the original SQLite code, either in source code form or as a compiled binary, \
for any purpose, commercial or non-commercial, and by any means.";

/// The texts in `folder` that a package with this licence has to be passed on with: of a choice one, of licences that hold
/// together all, and notices.
fn texts(folder: &Path, licence: &str) -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && holds_a_text(path))
        .collect();
    files.sort();
    let is_choice = licence.contains(" OR ") && !licence.contains(" AND ");
    let wanted = PREFERRED
        .iter()
        .find(|name| licence.split(' ').any(|part| part == **name));
    if let (true, Some(wanted)) = (is_choice, wanted) {
        let word = wanted.split('-').next().unwrap().to_lowercase();
        let is_wanted = |path: &PathBuf| lower(path).contains(&word);
        if files.iter().any(is_wanted) {
            files.retain(|path| is_wanted(path) || lower(path).starts_with("notice"));
        }
    }
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap();
    files.iter().map(read).collect()
}

fn holds_a_text(path: &Path) -> bool {
    let name = lower(path);
    NAMES.iter().any(|start| name.starts_with(start)) || name.ends_with(".license.txt")
}

fn lower(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().to_lowercase()
}

/// The table and the texts.
fn listing(packages: &[Package]) -> String {
    let (mut rows, mut texts) = (String::new(), String::new());
    let mut numbers = BTreeMap::new();
    for package in packages {
        let (mut holders, mut links) = (BTreeSet::new(), Vec::new());
        for text in &package.texts {
            let (own, terms) = split(text);
            holders.extend(own);
            let next = numbers.len() + 1;
            let key: String = terms.split_whitespace().collect::<Vec<_>>().join(" ");
            let number = *numbers.entry(key).or_insert_with(|| {
                let terms = escape(&terms);
                texts += &format!("<pre id=\"text-{next}\" tabindex=\"0\">{terms}</pre>\n");
                next
            });
            links.push(format!("<a href=\"#text-{number}\">text {number}</a>"));
        }
        links.dedup();
        let holders: Vec<_> = holders.iter().map(|line| escape(line)).collect();
        let holders = match holders.join("<br>") {
            none if none.is_empty() => "–".to_owned(), // the text has all there is
            holders => holders,
        };
        rows += &format!(
            "<tr><th scope=\"row\">{} {}</th><td>{}: {}</td><td>{}</td></tr>\n",
            package.name,
            package.version,
            package.licence,
            links.join(", "),
            holders
        );
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Licences\"><table>\n\
        <thead><tr><th>what</th><th>licence</th><th>copyright</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n\n\
        <h2 id=\"texts\">Texts</h2>\n{texts}"
    )
}

/// The lines that say who holds the copyright, and the others.
fn split(text: &str) -> (Vec<String>, String) {
    let is_holder = |line: &str| {
        let line = line.trim_start().to_lowercase();
        let after = line.strip_prefix("copyright ").unwrap_or_default();
        after.starts_with(['(', '1', '2', '©']) && !line.contains(['[', '{'])
    };
    let (holders, terms): (Vec<_>, Vec<_>) = text.lines().partition(|line| is_holder(line));
    let holders = holders.iter().map(|line| line.trim().to_owned()).collect();
    (holders, terms.join("\n").trim().to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
