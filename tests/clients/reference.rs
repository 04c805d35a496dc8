//! The examples of the API reference do what they say: each runs as it stands on the demonstration.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{harness::Server, packages};

/// Writes the examples of every operation as JSON: `[[operation, [{lang, label, source}]]]`.
const LIST: &str = r#"
import { snippets } from "./snippets.mjs";
const [origin] = process.argv.slice(2);
const spec = await (await fetch(`${origin}/api/schema/?format=json`)).json();
const operations = Object.entries(spec.paths).filter(([path]) => !path.startsWith("/api/environments/"))
  .flatMap(([path, item]) => Object.entries(item).filter(([, { operationId }]) => operationId).map(([method, operation]) => [operation.operationId, snippets(spec, origin, path, method, operation)]));
console.log(JSON.stringify(operations));
"#;

/// Runs each of the examples in the file that is named after the origin; before each, all data is as at the start.
const JAVASCRIPT: &str = r#"
import { readFile } from "node:fs/promises";
const [origin, file] = process.argv.slice(2);
for (const [name, source] of JSON.parse(await readFile(file, "utf8"))) {
  await fetch(`${origin}/_lab/reset`, { method: "POST" });
  try {
    await import(`data:text/javascript,${encodeURIComponent(source)}`);
  } catch (error) {
    throw new Error(`${name}: ${error}\n${source}`);
  }
}
"#;
const PYTHON: &str = r#"
import json, sys, urllib.request
origin, file = sys.argv[1:]
for name, source in json.load(open(file)):
    urllib.request.urlopen(urllib.request.Request(origin + "/_lab/reset", method="POST")).read()
    try:
        exec(source, {})
    except Exception as error:
        sys.exit(f"{name}: {error}\n{source}")
"#;
const SHELL: &str = r#"curl() { command curl --silent --show-error --fail-with-body "$@"; }
"#;

#[test]
fn the_examples_of_the_reference_work_as_they_stand() {
    let demo: Value = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let server = Server::seeded(&demo, &["--lab"]);
    let folder = packages();
    let run = |program: &str, arguments: &[&str]| {
        let program = match program.contains('/') {
            true => folder.join(program),
            false => program.into(),
        };
        let mut command = Command::new(program);
        let output = command
            .args(arguments)
            .current_dir(&folder)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (out, complaints) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{out}\n{complaints}");
        out
    };
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        "snippets.mjs",
        include_str!("../../static/docs/snippets.js"),
    );
    write("reference_list.mjs", LIST);
    write("reference_run.mjs", JAVASCRIPT);
    write("reference_run.py", PYTHON);

    let listed = run("node", &["reference_list.mjs", &server.url]);
    let operations: Vec<(String, Vec<Value>)> = serde_json::from_str(&listed).unwrap();
    let without: Vec<_> = operations
        .iter()
        .filter(|(_, samples)| samples.is_empty())
        .map(|(name, _)| &**name)
        .collect();
    // Four always refuse; the demonstration has no flags; a stream has no end.
    assert_eq!(
        without,
        [
            "users_retrieve",
            "insights_destroy",
            "dashboards_destroy",
            "notebooks_destroy",
            "feature_flags_remote_config_retrieve",
            "feature_flags_retrieve",
            "changes_stream"
        ]
    );
    assert!(operations.len() > 100);
    let of = |label: &str| -> Vec<(&str, &str)> {
        let found = operations
            .iter()
            .flat_map(|(name, samples)| samples.iter().map(move |sample| (&**name, sample)));
        found
            .filter(|(_, sample)| sample["label"] == label)
            .map(|(name, sample)| (name, sample["source"].as_str().unwrap()))
            .collect()
    };
    for (label, program, script) in [
        ("JavaScript", "node", "reference_run.mjs"),
        ("Python", "python/bin/python", "reference_run.py"),
    ] {
        let samples = of(label);
        assert_eq!(samples.len(), operations.len() - without.len());
        write("reference.json", &serde_json::to_string(&samples).unwrap());
        run(program, &[script, &server.url, "reference.json"]);
    }
    for (name, source) in of("curl") {
        assert_eq!(server.post("/_lab/reset", Value::Null).status, 204);
        println!("{name}");
        run("sh", &["-c", &format!("{SHELL}{source}")]);
    }
}
