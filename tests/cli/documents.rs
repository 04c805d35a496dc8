//! The README and the guide: every line that a reader may paste into a shell works as described.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::process::{Folder, Running, finish};

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../static/docs/guide.html");
const LISTED: &str = "http://127.0.0.1:8010";

/// The shell blocks of the README.
fn readme() -> Vec<String> {
    let blocks = README.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

/// The examples of the guide, as a reader sees them.
fn guide() -> Vec<String> {
    let blocks = GUIDE.split("<pre tabindex=\"0\"><code>").skip(1);
    blocks
        .map(|block| {
            let text = block.split("</code>").next().unwrap();
            let text = text.replace("<i>", "").replace("</i>", "");
            [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
                .iter()
                .fold(text, |text, (escaped, plain)| text.replace(escaped, plain))
        })
        .collect()
}

/// Pastes those of `blocks` that send requests into one shell, in order. Returns all responses.
fn paste(blocks: &[String], folder: &Folder, server: &Running) -> String {
    let asking = |block: &&String| block.contains("curl ") || block.contains("api=");
    let lines: Vec<_> = blocks.iter().filter(asking).map(String::as_str).collect();
    let list = "$(curl -H \"$key\" $api/project_secret_api_keys/ | sed 's/.*\"id\":\"\\([^\"]*\\)\",\"label\":\"Weekly report\".*/\\1/')";
    let script = lines
        .join("\n")
        .replace(LISTED, &server.url)
        .replace("PASTE_AN_ID_HERE", list);
    let script =
        format!("set -e\ncurl() {{ command curl -sS --fail-with-body \"$@\"; echo; }}\n{script}");
    let done = finish(folder.program("bash", &["-c", &script]));
    assert_eq!(done.code, Some(0), "{script}\n{done:?}");
    done.stdout
}

#[test]
fn the_examples_of_the_readme_can_be_pasted() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let answers = paste(&readme(), &folder, &server);
    let answers: Vec<Value> = answers
        .lines()
        .filter(|line| line.starts_with(['{', '[']))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let some = |field: &str, value: &str| answers.iter().any(|answer| answer[field] == value);
    assert!(answers.len() >= 10, "{answers:#?}");
    assert!(some("label", "Weekly report") && some("note", "For the agency"));
    assert!(
        answers
            .iter()
            .any(|it| it["updated"][0]["tags"][1] == "core")
    );
    assert!(answers.iter().any(|it| it["results"][0]["name"] == "plan"));
}

#[test]
fn the_commands_of_the_readme_can_be_pasted() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    let blocks = readme();
    let block = blocks.iter().find(|block| block.contains("hoglet backup"));
    let block = block.unwrap();
    let script = block
        .replace(
            "PASTE_AN_ID_HERE",
            "$(hoglet keys list | awk '/ CI / {print $1}')",
        )
        .replace("hoglet-20260102T030405Z.db", "hoglet-2*Z.db");
    assert_ne!(&script, block);
    let script =
        format!("set -e\nmkdir bin; ln -s \"$HOGLET\" bin/hoglet; PATH=$PWD/bin:$PATH\n{script}");
    let done = finish(folder.program("timeout", &["60", "bash", "-c", &script]));
    assert_eq!(done.code, Some(0), "{script}\n{done:?}");
    for words in ["phx_", "Staging", "api_token"] {
        assert!(done.stdout.contains(words), "{words}: {done:?}");
    }
    for words in [
        "is well",
        "other.db has what project.jsonl",
        "is what hoglet-2",
    ] {
        assert!(done.stderr.contains(words), "{words}: {done:?}");
    }
    assert!(folder.path("new.db").exists());
}

#[test]
fn the_examples_of_the_guide_can_be_pasted() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let answers = paste(&guide(), &folder, &server);
    assert!(answers.contains("\"event\":\"signed up\""), "{answers}");
    for text in ["{\"order placed\":true}", "shareToken", "121,5203"] {
        assert!(answers.contains(text), "{text}: {answers}");
    }
}

#[test]
fn the_seed_file_and_the_line_for_ci_work() {
    for (blocks, file) in [
        (readme(), README.split("```json\n").nth(1).unwrap()),
        (
            guide(),
            &*guide()
                .into_iter()
                .find(|it| it.starts_with("{\n"))
                .unwrap(),
        ),
    ] {
        let folder = Folder::new();
        folder.write("ci.json", file.split("```").next().unwrap());
        let line = blocks.iter().find(|block| block.contains("--seed ci.json"));
        let line = line
            .unwrap()
            .replace("hoglet ", "\"$HOGLET\" --listen 127.0.0.1:0 ");
        let line = line.split("\nkill").next().unwrap();
        let ask = "curl -sS --fail-with-body -H 'Authorization: Bearer phx_local' $(sed 's/listening on //' out)/api/projects/1/property_definitions/";
        let script = format!("set -e\n{line}\n{ask}\nkill $!");
        let done = finish(folder.program("bash", &["-c", &script]));
        assert!(
            done.stdout.contains("\"name\":\"$browser\""),
            "{script}\n{done:?}"
        );
    }
}

#[test]
fn the_line_for_crontab_keeps_the_latest_backups() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "srv.db"]).stop();
    let backups = folder.path("backups");
    std::fs::create_dir(&backups).unwrap();
    let (_, line) = GUIDE.split_once(">15 3 * * * ").unwrap();
    let (line, _) = line.split_once("</code>").unwrap();
    let line = line
        .replace("hoglet backup", "\"$HOGLET\" backup")
        .replace("'/backups/", &format!("'{}/", backups.display()))
        .replace("/srv/hoglet/hoglet.db", "srv.db");
    for day in 1..=9 {
        folder.write(&format!("backups/hoglet-2020010{day}T030405Z.db"), "");
    }
    let done = finish(folder.program("sh", &["-c", &line]));
    assert_eq!(done.code, Some(0), "{line}\n{done:?}");
    let mut kept: Vec<_> = std::fs::read_dir(&backups)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    kept.sort();
    assert_eq!(kept.len(), 7, "{kept:?}");
    assert_eq!(kept[0], "hoglet-20200104T030405Z.db");
    assert!(&*kept[6] > "hoglet-2026", "{kept:?}");
}

#[test]
fn the_page_on_seed_files_has_every_list_and_key_and_no_other() {
    const PAGE: &str = include_str!("../../static/docs/seed.html");
    let folder = Folder::new();
    // The keys that an error message lists.
    let known = |file: String| -> Option<BTreeSet<String>> {
        folder.write("seed.json", file);
        let stderr = folder.run(&["seed", "seed.json"]).stderr;
        let listed = stderr.split_once("expected one of ")?.1.split('`').skip(1);
        Some(listed.step_by(2).map(str::to_owned).collect())
    };
    let described = |text: &str, before: &str, after: &str| -> BTreeSet<String> {
        let parts = text.split(before).skip(1);
        parts
            .map(|part| part.split_once(after).unwrap().0.to_owned())
            .collect()
    };
    let lists = known(json!({"nothing": []}).to_string()).unwrap();
    assert_eq!(described(PAGE, "<h2 id=\"", "\""), lists);
    for list in lists {
        let (_, section) = PAGE.split_once(&format!("<h2 id=\"{list}\">")).unwrap();
        let section = section.split("<h2").next().unwrap();
        let keys = known(json!({&list: [{"nothing": 1}]}).to_string());
        let shown = described(section, "<dt><code>", "</code>");
        assert_eq!(shown, keys.unwrap_or_default(), "{list}");
        folder.write("seed.json", json!({&list: [{}]}).to_string());
        let stderr = folder.run(&["seed", "seed.json"]).stderr;
        if let Some((place, _)) = stderr.split_once(": This field is required.") {
            let key = place.rsplit('.').next().unwrap();
            let marked = format!("<dt><code>{key}</code> <span>required</span>");
            assert!(
                section.contains(&marked) || list == "events",
                "{list}: {key}"
            );
        }
    }
}

#[test]
fn the_readme_names_every_option_of_serve() {
    let help = Folder::new().ok(&["--help"]);
    let options = help.split("\n      --").skip(1);
    for option in options.map(|part| part.split([' ', '\n']).next().unwrap()) {
        let is_named =
            README.contains(&format!("`--{option}`")) || README.contains(&format!("`--{option} "));
        assert!(is_named, "--{option}");
    }
}
