//! Servers that fail for a while, or limit their clients.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::Site;

/// So many events with a description.
fn file(count: usize) -> String {
    let lines =
        (0..count).map(|index| format!("  event {index:05}: {{description: Number {index}}}\n"));
    format!("events:\n{}", lines.collect::<String>())
}

fn site(count: usize, arguments: &[&str]) -> Site {
    let events: Vec<_> = (0..count)
        .map(|index| json!({"name": format!("event {index:05}")}))
        .collect();
    let given = ["--lab", "--durability", "relaxed"];
    Site::new(
        json!({"event_definitions": events}),
        7,
        &[&given, arguments].concat(),
    )
}

impl Site {
    fn fault(&self, rule: Value) {
        let made = self.server.ask("POST", "phx_all", "/_lab/faults/", &rule);
        assert_eq!(made.0, 201, "{}", made.1);
    }

    /// How often the rules applied.
    fn hits(&self) -> Vec<u64> {
        let rules = self.server.get("phx_all", "/_lab/faults/").1;
        let rules = rules["results"].as_array().unwrap().iter();
        rules.map(|rule| rule["hits"].as_u64().unwrap()).collect()
    }
}

#[test]
fn every_fault_that_passes_is_survived() {
    let site = site(60, &[]);
    for (every, rule) in [
        (7, json!({"status": 500})),
        (11, json!({"status": 502})),
        (13, json!({"status": 503})),
        (17, json!({"status": 429})),
        (19, json!({"drop": "before"})),
        (23, json!({"drop": "after"})),
        (29, json!({"truncate_after": 20})),
        (41, json!({"status": 503, "retry_after": 1})),
    ] {
        let mut rule = rule;
        rule["every"] = every.into();
        rule["path"] = "/api/**".into();
        site.fault(rule);
    }
    let file = file(120); // half of them are new
    let done = site.apply(&file, &[], 0);
    assert!(done.stdout.ends_with("60 changed, 0 deleted\n"), "{done:?}");
    assert!(
        site.hits().iter().all(|hits| *hits > 0),
        "{:?}",
        site.hits()
    );
    site.is_as(&file);
}

#[test]
fn the_time_that_a_server_asks_for_is_waited() {
    let site = site(3, &[]);
    site.fault(json!({"status": 429, "retry_after": 2, "method": "PATCH", "times": 1}));
    let start = Instant::now();
    let done = site.apply(&file(3), &[], 0);
    assert!(start.elapsed() >= Duration::from_secs(2), "{done:?}");
    assert_eq!(done.stdout, "0 created, 3 changed, 0 deleted\n");
    assert!(
        done.stderr.contains("the server responds with 429"),
        "{done:?}"
    );
    assert!(done.stderr.contains("; waiting 2s\n"), "{done:?}");
    let journal = site.server.get("phx_all", "/_lab/requests/?method=PATCH").1;
    assert_eq!(journal["count"], 4, "{journal}");
}

#[test]
fn a_rate_limit_is_waited_for() {
    let site = site(30, &["--rate-limit", "25/1000"]);
    site.folder.write("taxonomy.yaml", file(30));
    let mut command = site.command(&["apply", "taxonomy.yaml", "--to", &site.server.url]);
    let mut running = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stderr = running.stderr.take().unwrap();
    BufReader::new(stderr).read_line(&mut line).unwrap();
    assert!(line.starts_with("the server responds with 429: "), "{line}");
    assert!(line.contains("; waiting "), "{line}");
    // It would go on in a minute; the next run goes on where it was.
    running.kill().unwrap();
    running.wait().unwrap();
    let later = json!({"advance": "61s"});
    let moved = site.server.ask("POST", "phx_all", "/_lab/clock/", &later);
    assert_eq!(moved.0, 200, "{}", moved.1);
    let done = site.apply(&file(30), &[], 0);
    assert_eq!(done.stdout, "0 created, 6 changed, 0 deleted\n");
}

#[test]
fn a_server_that_goes_on_failing_is_given_up_and_what_was_done_is_printed() {
    let site = site(5, &[]);
    site.fault(json!({"status": 429, "retry_after": 86400, "path": "/api/**", "method": "PATCH", "every": 3}));
    let done = site.apply(&file(5), &[], 1);
    assert_eq!(done.stdout, "0 created, 2 changed, 0 deleted\n");
    assert!(
        done.stderr
            .contains("not finished; run the same command again to continue: "),
        "{done:?}"
    );
    assert!(done.stderr.contains("to come again in 86400s"), "{done:?}");
}
