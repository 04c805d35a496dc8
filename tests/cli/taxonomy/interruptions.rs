//! A long run that is interrupted, and continued by the next.

use std::{
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::Site;
use crate::process::finish;

const COUNT: usize = 10_000;

fn names() -> impl Iterator<Item = String> {
    (0..COUNT).map(|index| format!("name {index:05}"))
}

/// How many properties have a description.
fn described(site: &Site) -> usize {
    let all = site.ask("GET", "property_definitions/?limit=20000", Value::Null);
    let all = all["results"].as_array().unwrap();
    all.iter()
        .filter(|one| {
            one["description"]
                .as_str()
                .is_some_and(|text| text.starts_with("Number "))
        })
        .count()
}

#[test]
fn ten_thousand_definitions_are_applied_by_several_runs_that_are_interrupted() {
    let bare: Vec<_> = names().map(|name| json!({"name": name})).collect();
    let site = Site::new(
        json!({"property_definitions": bare}),
        7,
        &["--durability", "relaxed"],
    );
    let lines = names().enumerate().map(|(index, name)| {
        format!(
            "  {name}: {{description: Number {index}, tags: [t{}]}}\n",
            index % 10
        )
    });
    let file = format!("event_properties:\n{}", lines.collect::<String>());
    site.folder.write("taxonomy.yaml", &file);
    let start = || -> Child {
        let mut command = site.command(&["apply", "taxonomy.yaml", "--to", &site.server.url]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let wait_for = |count: usize| {
        let start = Instant::now();
        while described(&site) < count {
            assert!(start.elapsed() < Duration::from_secs(120));
            thread::sleep(Duration::from_millis(20));
        }
    };

    // Ctrl-C: the request under way is finished, and what was done is printed.
    let running = start();
    wait_for(50);
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&running),
        rustix::process::Signal::INT,
    )
    .unwrap();
    let done = running.wait_with_output().unwrap();
    let (out, err) = (
        String::from_utf8(done.stdout).unwrap(),
        String::from_utf8(done.stderr).unwrap(),
    );
    assert_eq!(done.status.code(), Some(130), "{out} {err}");
    let first = described(&site);
    assert_eq!(out, format!("0 created, {first} changed, 0 deleted\n"));
    assert!(first < COUNT, "it was over before it was interrupted");
    assert!(
        err.contains("not finished; run the same command again to continue"),
        "{err}"
    );

    // kill -9: nothing is printed, and nothing is lost.
    let mut running = start();
    wait_for(first + 50);
    running.kill().unwrap();
    running.wait().unwrap();
    thread::sleep(Duration::from_millis(200)); // its last request
    let second = described(&site);
    assert!(first < second && second < COUNT, "{first} {second}");

    let done = finish(site.command(&["apply", "taxonomy.yaml", "--to", &site.server.url]));
    assert_eq!(
        (done.code, done.stdout),
        (
            Some(0),
            format!("0 created, {} changed, 0 deleted\n", COUNT - second)
        ),
        "{}",
        done.stderr
    );
    site.is_as(&file);
    // Every other server with the same names ends up with the same file.
    let pulled = site.pull();
    assert_eq!(pulled.matches("description: Number ").count(), COUNT);
}
