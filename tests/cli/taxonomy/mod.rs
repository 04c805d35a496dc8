//! `hoglet taxonomy`: definitions as a file, from one server to another.

mod faults;
mod interruptions;
mod keys;
mod unreachable;

use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::process::{Done, Folder, Running, finish};

/// Text that YAML, a terminal or a careless program takes for something else.
const NASTY: [&str; 14] = [
    "no",
    "1e3",
    "null",
    " lead",
    "trail ",
    "a: b #c",
    "- x",
    "'q' \"q\"",
    "two\nlines",
    "🦔 ümlaut",
    "\u{1b}[2J",
    "<<",
    "a,b",
    "a\u{2028}\u{202e}b",
];

/// A server and a folder with its database and files.
struct Site {
    folder: Folder,
    server: Running,
}

impl Site {
    /// A server with `lists` in project 1, whose users have numbers from `first` on.
    fn new(lists: Value, first: u64, arguments: &[&str]) -> Site {
        Site::within(Folder::new(), lists, first, arguments)
    }

    /// The same, in a folder with files.
    fn within(folder: Folder, lists: Value, first: u64, arguments: &[&str]) -> Site {
        let mut seed = json!({
            "users": [
                {"ref": "ada", "id": first, "email": "ada@example.com"},
                {"ref": "eve", "id": first + 1, "email": "eve@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"], ["eve", "member"]]}],
            "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"}],
            "personal_api_keys": [
                {"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_all"},
                {"ref": "R", "user": "ada", "scopes": ["property_definition:read", "event_definition:read"], "value": "phx_read"},
                {"ref": "N", "user": "ada", "scopes": ["event_definition:read"], "value": "phx_events"}],
        });
        for (name, list) in lists.as_object().unwrap() {
            let items = list.as_array().unwrap().iter().map(|item| {
                let mut item = item.clone();
                item["project"] = "main".into();
                item
            });
            seed[name] = items.collect();
        }
        folder.write("seed.json", seed.to_string());
        let start = ["--db", "a.db", "--seed", "seed.json"];
        let server = folder.serve(&[&start, arguments].concat());
        Site { folder, server }
    }

    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let path = format!("/api/projects/1/{path}");
        let (status, answer) = self.server.ask(method, "phx_all", &path, &body);
        assert!((200..300).contains(&status), "{status} {answer}");
        answer
    }

    /// The definition of the event `name`.
    fn event(&self, name: &str) -> Value {
        let all = self.ask("GET", "event_definitions/?limit=1000", Value::Null);
        let mut all = all["results"].as_array().unwrap().iter();
        all.find(|event| event["name"] == name)
            .cloned()
            .unwrap_or_default()
    }

    /// The definition of the property `name`, of which `query` says what it is of.
    fn property(&self, query: &str, name: &str) -> Value {
        let path = format!("property_definitions/?limit=1000&{query}");
        let all = self.ask("GET", &path, Value::Null);
        let mut all = all["results"].as_array().unwrap().iter();
        all.find(|property| property["name"] == name)
            .cloned()
            .unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.folder.command(&[&["taxonomy"], arguments].concat());
        command.env("HOGLET_TAXONOMY_KEY", "phx_all");
        command
    }

    /// Runs `plan` or `apply` of `file` for this server.
    fn run(&self, command: &str, file: &str, options: &[&str]) -> Done {
        self.folder.write("taxonomy.yaml", file);
        let start = [command, "taxonomy.yaml", "--to", &self.server.url];
        finish(self.command(&[&start, options].concat()))
    }

    #[track_caller]
    fn pull(&self) -> String {
        let from = ["pull", "--from", &self.server.url, "--project", "1"];
        let done = finish(self.command(&from));
        assert_eq!((done.code, &*done.stderr), (Some(0), ""), "{done:?}");
        done.stdout
    }

    /// Applies `file` and checks the exit code. Returns what was printed.
    #[track_caller]
    fn apply(&self, file: &str, options: &[&str], code: i32) -> Done {
        let done = self.run("apply", file, options);
        assert_eq!(done.code, Some(code), "{done:?}");
        done
    }

    /// Checks that nothing differs from `file`.
    #[track_caller]
    fn is_as(&self, file: &str) {
        let done = self.run("plan", file, &["--delete"]);
        assert_eq!((done.code, &*done.stdout), (Some(0), ""), "{done:?}");
    }
}

/// A property with all fields, and its bare twin.
fn properties() -> (Value, Value) {
    let kinds = [
        json!({"type": "event"}),
        json!({"type": "person"}),
        json!({"type": "group", "group_type_index": 0}),
        json!({"type": "group", "group_type_index": 3}),
        json!({"type": "session"}),
    ];
    let (mut full, mut bare) = (Vec::new(), Vec::new());
    for (at, kind) in kinds.iter().enumerate() {
        let with = |fields: Value| {
            let mut definition = kind.clone();
            definition
                .as_object_mut()
                .unwrap()
                .extend(fields.as_object().unwrap().clone());
            definition
        };
        full.push(with(json!({"name": "plan", "description": format!("Plan {at}"), "property_type": "Duration", "tags": ["Core", "no"], "verified": true})));
        full.push(with(
            json!({"name": "old", "hidden": true, "property_type": "DateTime"}),
        ));
        bare.push(with(json!({"name": "plan", "property_type": "String"})));
        bare.push(with(json!({"name": "old"})));
        for name in NASTY {
            full.push(with(
                json!({"name": name, "description": name, "tags": [name]}),
            ));
            bare.push(with(json!({"name": name})));
        }
    }
    (json!(full), json!(bare))
}

/// A server with every field set on something, and one with the same names only.
fn pair() -> (Site, Site) {
    let (full, bare) = properties();
    let mut events = vec![
        json!({"name": "signed up", "description": "Who\n\nis new", "tags": ["b", "a"], "verified": true, "primary_property": "plan"}),
        json!({"name": "gone", "hidden": true}),
        json!({"name": "untouched"}),
    ];
    events.extend(NASTY.map(|name| json!({"name": name, "description": name})));
    let named: Vec<_> = events
        .iter()
        .map(|event| json!({"name": event["name"]}))
        .collect();
    let from = Site::new(
        json!({"property_definitions": full, "event_definitions": events}),
        7,
        &[],
    );
    let id = from.event("signed up")["id"].as_str().unwrap().to_owned();
    from.ask(
        "PATCH",
        &format!("event_definitions/{id}/"),
        json!({"owner": 8, "default_columns": ["plan", "no"]}),
    );
    let to = Site::new(
        json!({"property_definitions": bare, "event_definitions": named}),
        20,
        &[],
    );
    (from, to)
}

#[test]
fn definitions_pulled_and_applied_elsewhere_are_pulled_again_to_the_byte() {
    let (from, to) = pair();
    let file = from.pull();
    let plan = to.run("plan", &file, &[]);
    assert_eq!(plan.code, Some(2), "{plan:?}");
    let done = to.apply(&file, &[], 0);
    let changed = 2 + NASTY.len() + 5 * (2 + NASTY.len()); // all that has any field but a type
    // " lead" and "trail " of an event differ from nothing: their description is trimmed.
    assert_eq!(
        done.stdout,
        format!("0 created, {changed} changed, 0 deleted\n"),
        "{done:?}"
    );
    to.is_as(&file);
    assert_eq!(to.pull(), file);
    let event = to.event("signed up");
    assert_eq!(
        [
            &event["owner"]["id"],
            &event["primary_property"],
            &event["default_columns"]
        ],
        [&json!(21), &json!("plan"), &json!(["plan", "no"])]
    );
    assert_eq!(
        [&event["description"], &event["verified"], &event["tags"]],
        [&json!("Who\n\nis new"), &json!(true), &json!(["a", "b"])]
    );
    let property = to.property("type=group&group_type_index=3", "plan");
    assert_eq!(
        [
            &property["description"],
            &property["property_type"],
            &property["tags"]
        ],
        [&json!("Plan 3"), &json!("Duration"), &json!(["core", "no"])]
    );
    let again = to.apply(&file, &[], 0);
    assert_eq!(again.stdout, "0 created, 0 changed, 0 deleted\n");
}

#[test]
fn events_are_created_and_properties_waited_for() {
    let (from, _) = pair();
    let file = from.pull();
    let to = Site::new(json!({}), 20, &[]);
    let done = to.apply(&file, &[], 2);
    // An event whose name begins or ends with a blank cannot be created by a request, which would trim it.
    assert_eq!(
        done.stdout,
        format!("{} created, 0 changed, 0 deleted\n", 3 + NASTY.len() - 2)
    );
    assert!(
        done.stderr.contains("not there yet: \" lead\", "),
        "{}",
        done.stderr
    );
    assert!(
        done.stderr
            .contains(" more; the API cannot create them, their first event does"),
        "{}",
        done.stderr
    );
    assert_eq!(to.event("lead"), Value::Null);
    assert_eq!(to.event("signed up")["owner"]["id"], 21);
    let plan = to.run("plan", &file, &[]);
    assert_eq!(plan.code, Some(2));
    assert!(
        plan.stdout.contains("Person properties\n"),
        "{}",
        plan.stdout
    );
    assert!(
        plan.stdout
            .contains("  + plan   (not by apply: its first event creates it)\n"),
        "{}",
        plan.stdout
    );

    // Once their event has arrived, the same command does the rest.
    let few = "event_properties:\n  plan:\n    description: The plan\nperson_properties:\n  role:\n    tags: [team]\n";
    to.apply(few, &[], 2);
    let event = json!({"api_key": "phc_main", "event": "x", "distinct_id": "d", "properties": {"plan": "pro", "$set": {"role": "dev"}}});
    let captured = to.server.ask("POST", "phx_all", "/capture/", &event);
    assert_eq!(captured.0, 200);
    assert_eq!(
        to.apply(few, &[], 0).stdout,
        "0 created, 2 changed, 0 deleted\n"
    );
    assert_eq!(to.property("type=event", "plan")["description"], "The plan");
    assert_eq!(to.property("type=event", "plan")["property_type"], "String");
    let plan = to.run("plan", few, &[]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert!(plan.stderr.ends_with("nothing to change\n"), "{plan:?}");
}

#[test]
fn a_plan_names_each_field_with_its_old_and_new_value() {
    let site = Site::new(
        json!({
            "event_definitions": [
                {"name": "a", "description": "old", "tags": ["x"], "verified": true},
                {"name": "b", "hidden": true, "primary_property": "plan"},
                {"name": "extra"}],
            "property_definitions": [{"name": "p", "property_type": "String"}, {"name": "q", "property_type": "String"}],
        }),
        7,
        &[],
    );
    let file = "
events:
  a: {description: \"new: \\e[31m\", tags: [z, X], hidden: true}
  b: {owner: eve@example.com, default_columns: [p, 'q, r']}
  c: {verified: true}
event_properties:
  p: {property_type: Numeric}
  q: {}
";
    let expected = r#"Events
  ~ a
      description: old -> "new: \u001B[31m"
      tags: [x] -> [x, z]
      verified: true -> (default)
      hidden: (default) -> true
  ~ b
      owner: (default) -> eve@example.com
      hidden: true -> (default)
      primary_property: plan -> (default)
      default_columns: (default) -> [p, q, r]
  + c
      verified: true

Event properties
  ~ p
      property_type: String -> Numeric
"#;
    let plan = site.run("plan", file, &[]);
    assert_eq!((plan.code, &*plan.stdout), (Some(2), expected), "{plan:?}");
    assert_eq!(
        plan.stderr,
        "1 are there that the file lacks; --delete would delete them\n1 to create, 3 to change, 0 to delete, 0 not there yet\n"
    );
    let before = site.pull();
    let plan = site.run("plan", file, &["--delete"]);
    assert!(
        plan.stdout.contains("  - extra\n\nEvent properties"),
        "{}",
        plan.stdout
    );
    assert_eq!(site.pull(), before, "a plan changes nothing");

    assert_eq!(
        site.apply(file, &[], 0).stdout,
        "1 created, 3 changed, 0 deleted\n"
    );
    assert_ne!(
        site.event("extra"),
        Value::Null,
        "nothing is deleted unless asked for"
    );
    assert_eq!(
        site.property("type=event", "q")["property_type"],
        "String",
        "the type that events have stays"
    );
    let event = site.event("b");
    assert_eq!(
        [
            &event["owner"]["email"],
            &event["hidden"],
            &event["primary_property"]
        ],
        [&json!("eve@example.com"), &json!(false), &Value::Null]
    );
    assert_eq!(
        site.apply(file, &["--delete"], 0).stdout,
        "0 created, 0 changed, 1 deleted\n"
    );
    assert_eq!(site.event("extra"), Value::Null);
    site.is_as(file);
}

#[test]
fn only_differing_fields_are_sent() {
    let site = Site::new(
        json!({"event_definitions": [{"name": "a", "description": "old", "tags": ["x"]}, {"name": "same", "tags": ["x"]}]}),
        7,
        &["--lab"],
    );
    let file = "events:\n  a: {description: new, tags: [x]}\n  same: {tags: [x]}\n";
    site.apply(file, &[], 0);
    let journal = site.server.get("phx_all", "/_lab/requests/?method=PATCH").1;
    let sent = journal["results"].as_array().unwrap();
    assert_eq!(sent.len(), 1, "{journal}");
    assert_eq!(
        sent[0]["request"]["body"], r#"{"description":"new"}"#,
        "{journal}"
    );
}

#[test]
fn sections_that_a_file_lacks_are_left_alone() {
    let site = Site::new(
        json!({
            "event_definitions": [{"name": "a"}],
            "property_definitions": [{"name": "p"}, {"name": "g", "type": "group", "group_type_index": 1}, {"name": "h", "type": "group", "group_type_index": 2}],
        }),
        7,
        &[],
    );
    let file = "events: {}\ngroup_properties:\n  1: {}\n";
    assert_eq!(
        site.apply(file, &["--delete"], 0).stdout,
        "0 created, 0 changed, 2 deleted\n"
    );
    assert_eq!(site.event("a"), Value::Null);
    assert_ne!(site.property("type=event", "p"), Value::Null);
    assert_ne!(
        site.property("type=group&group_type_index=2", "h"),
        Value::Null
    );
    // Nor does a section without anything in it mean that all is to be deleted.
    assert_eq!(
        site.apply("event_properties:\n", &["--delete"], 0).stdout,
        "0 created, 0 changed, 0 deleted\n"
    );
    assert_eq!(
        site.apply("", &["--delete"], 0).stdout,
        "0 created, 0 changed, 0 deleted\n"
    );
}

#[test]
fn what_the_server_refuses_is_named_and_the_rest_is_done() {
    let site = Site::new(
        json!({"event_definitions": [{"name": "a"}, {"name": "b"}]}),
        7,
        &[],
    );
    let file = format!(
        "events:\n  a: {{owner: mallory@example.com, description: A}}\n  b: {{description: B}}\n  c: {{primary_property: {}}}\n",
        "x".repeat(401)
    );
    let done = site.apply(&file, &[], 1);
    assert_eq!(done.stdout, "0 created, 1 changed, 0 deleted\n");
    let lines: Vec<_> = done.stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "a: its owner mallory@example.com is not a member there",
            "c: 400: Ensure this field has no more than 400 characters.",
            "hoglet: 2 could not be made as the file says",
        ]
    );
    assert_eq!(site.event("b")["description"], "B");
}

#[test]
fn faults_in_a_file_are_named_with_their_line_before_anything_is_sent() {
    let folder = Folder::new();
    folder.write("t.yaml", "# one\nevents:\n  a:\n    verifed: true\n");
    let arguments = ["taxonomy", "apply", "t.yaml", "--to", "http://127.0.0.1:1"];
    folder.fails(
        &arguments,
        &["t.yaml, line 4: unknown key verifed; did you mean verified?"],
    );
    fs::remove_file(folder.path("t.yaml")).unwrap();
    folder.fails(&arguments, &["t.yaml cannot be read"]);
}

#[test]
fn the_examples_of_the_guide_work() {
    const GUIDE: &str = include_str!("../../../static/docs/guide.html");
    let (_, chapter) = GUIDE.split_once("<h2 id=\"taxonomy-as-code\">").unwrap();
    let mut blocks = chapter.split("</code></pre>").map(|block| {
        let (_, block) = block.split_once("<pre tabindex=\"0\"><code").unwrap();
        let (_, block) = block.split_once('>').unwrap();
        block
            .replace("<i>", "")
            .replace("</i>", "")
            .replace("&gt;", ">")
    });
    let (commands, file) = (blocks.next().unwrap(), blocks.next().unwrap());
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let commands = commands
        .replace("http://127.0.0.1:8010", &server.url)
        .replace("hoglet ", "\"$HOGLET\" ");
    let done = finish(folder.program("bash", &["-c", &format!("set -e\n{commands}")]));
    assert_eq!(
        (done.code, &*done.stdout),
        (Some(0), "0 created, 0 changed, 0 deleted\n"),
        "{commands}\n{done:?}"
    );
    let pulled = fs::read_to_string(folder.path("taxonomy.yaml")).unwrap();
    assert!(pulled.contains("\n  order placed:\n"), "{pulled}");

    // The file is one that `pull` prints: comments aside, the same lines.
    let site = Site::new(
        json!({"property_definitions": [
        {"name": "order_value"}, {"name": "internal_id", "type": "person"},
        {"name": "plan", "type": "group", "group_type_index": 0}]}),
        7,
        &[],
    );
    site.apply(&file, &[], 0);
    let pulled = site.pull();
    assert!(pulled.ends_with(&format!("\n\n{file}\n")), "{pulled}");
}

/// Opens a terminal: what stands on it, and what a command is to write to.
fn terminal() -> (fs::File, fs::File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let name = name.into_string().unwrap();
    let written = fs::OpenOptions::new().write(true).open(name).unwrap();
    (screen.into(), written)
}

/// Runs `command` and returns what it shows on a terminal.
fn shown(mut command: Command) -> String {
    let (screen, written) = terminal();
    command.stdin(Stdio::null());
    command.stdout(written.try_clone().unwrap()).stderr(written);
    let mut running = command.spawn().unwrap();
    drop(command); // holds the terminal open, too
    let mut bytes = Vec::new();
    // The read fails once the last program that can write has ended.
    drop(std::io::BufReader::new(screen).read_to_end(&mut bytes));
    running.wait().unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_terminal_gets_colours_and_a_bar() {
    let names = || (0..300).map(|index| format!("event {index}"));
    let bare: Vec<_> = names().map(|name| json!({"name": name})).collect();
    let site = Site::new(json!({"event_definitions": bare}), 7, &[]);
    let lines = names().map(|name| format!("  {name}: {{description: D}}\n"));
    site.folder.write(
        "t.yaml",
        format!("events:\n  new:\n{}", lines.collect::<String>()),
    );
    let to = ["t.yaml", "--to", &site.server.url];
    let plan = shown(site.command(&[&["plan"], &to[..]].concat()));
    assert!(plan.contains("\u{1b}[33m~ event 0\u{1b}[0m"), "{plan}");
    assert!(plan.contains("\u{1b}[32m+ new\u{1b}[0m"), "{plan}");
    let mut command = site.command(&[&["plan"], &to[..]].concat());
    command.env("NO_COLOR", "1");
    assert!(!shown(command).contains('\u{1b}'));
    let bar = shown(site.command(&[&["apply"], &to[..]].concat()));
    assert!(bar.contains("/301"), "{bar}");
    assert!(
        bar.trim_end()
            .ends_with("1 created, 300 changed, 0 deleted"),
        "{bar}"
    );
}
