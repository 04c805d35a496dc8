//! `--config` and `hoglet config`: options in a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use crate::process::{Done, Folder, finish};

/// The lines of `hoglet config print` that set an option, or would without their `#`.
fn options(printed: &str) -> BTreeMap<String, String> {
    let lines = printed.lines().filter(|line| !line.starts_with("# "));
    lines
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Runs hoglet with these variables.
fn run_with(folder: &Folder, variables: &[(&str, &str)], arguments: &[&str]) -> Done {
    let mut command = folder.command(arguments);
    command.env_remove("HOGLET_PRINT_SECRETS");
    command.envs(variables.iter().copied());
    finish(command)
}

/// What `hoglet config print` prints, without any variables.
#[track_caller]
fn print(folder: &Folder, arguments: &[&str]) -> String {
    let done = run_with(folder, &[], &[&["config", "print"], arguments].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    done.stdout
}

#[test]
fn print_has_every_option_of_serve_with_its_default_and_check_takes_it() {
    let folder = Folder::new();
    let printed = print(&folder, &[]);
    let help = folder.ok(&["serve", "--help"]);
    let listed = help.split("\n      --").skip(1);
    let listed = listed.map(|part| part.split([' ', '\n', '[']).next().unwrap());
    let listed: BTreeSet<_> = listed.filter(|name| *name != "config").collect();
    let names = options(&printed).into_keys();
    let names: Vec<_> = names
        .map(|name| name.trim_start_matches('#').to_owned())
        .collect();
    assert_eq!(
        names.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        listed
    );
    for part in [
        "\n# The database file; created if missing\n# Variable: HOGLET_DB\n#db = \"hoglet.db\"\n",
        "\n#ephemeral = false\n",
        "\n#max-connections = 2048\n",
        "\n#trusted-proxy = [\"ADDRESS\"]\n",
        "\n#seed = \"FILE\"\n",
        "differ\n# One of: documented, live\n# Variable: HOGLET_CONTRACT\n#contract = \"documented\"\n",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    folder.write("hoglet.toml", &printed);
    assert_eq!(
        folder.ok(&["config", "check", "hoglet.toml"]),
        "hoglet.toml is valid\n"
    );
    assert_eq!(print(&folder, &["--config", "hoglet.toml"]), printed);
    // The defaults, written out.
    let has_default = |line: &&str| {
        let value = line.split_once(" = ").map_or("", |(_, value)| value);
        line.starts_with('#') && !line.starts_with("# ") && !value.contains(char::is_uppercase)
    };
    let defaults = printed.lines().filter(has_default);
    let defaults: Vec<_> = defaults.map(|line| line.trim_start_matches('#')).collect();
    assert!(defaults.len() > 20, "{defaults:?}");
    folder.write("defaults.toml", defaults.join("\n"));
    let again = print(&folder, &["--config", "defaults.toml"]);
    for line in defaults.iter().filter(|line| !line.ends_with(" = false")) {
        assert!(again.contains(&format!("\n{line}\n")), "{line}: {again}");
    }
}

#[test]
fn a_flag_comes_before_a_variable_the_variable_before_the_file_and_that_before_the_default() {
    let folder = Folder::new();
    let start = |variables: &[(&str, &str)], arguments: &[&str], database: &str| {
        let mut command = folder.command(&[&["serve", "--demo"], arguments].concat());
        command.envs(variables.iter().copied());
        folder.start(command).stop();
        let made = folder
            .names()
            .into_iter()
            .find(|name| name.ends_with(".db"));
        assert_eq!(made.as_deref(), Some(database));
        fs::remove_file(folder.path(database)).unwrap();
    };
    folder.write("hoglet.toml", "listen = '127.0.0.1:0'\ndb = 'file.db'\n");
    folder.write("without.toml", "listen = '127.0.0.1:0'\n");
    let (file, variable) = (["--config", "hoglet.toml"], ("HOGLET_DB", "variable.db"));
    let flag = [&file[..], &["--db", "flag.db"]].concat();
    start(&[variable], &flag, "flag.db");
    start(&[variable], &file, "variable.db");
    start(&[], &file, "file.db");
    start(&[("HOGLET_CONFIG", "hoglet.toml")], &[], "file.db");
    start(&[("HOGLET_CONFIG", "nowhere.toml")], &file, "file.db");
    start(&[], &["--config=without.toml"], "hoglet.db");
    // The command can be left out.
    let server = folder.start(folder.command(&["--config", "hoglet.toml", "--demo"]));
    assert_eq!(server.get("phx_demo", "/api/projects/1/insights/").0, 200);
    server.stop();
    assert!(folder.path("file.db").exists());
}

#[test]
fn every_kind_of_value_takes_effect() {
    let folder = Folder::new();
    folder.write(
        "hoglet.toml",
        "# a comment\n\nlisten = \"127.0.0.1:0\"\nephemeral = true\ndemo = true\nlab = false\naccess-log = true\n\
         rate-limit = \"3/100\"\nmax-connections = 100\nbackup-every = \"90s\"\nkeep-events = 0\nstrict = \"refuse\"\n\
         without-feature = [\"access_control\", \"white_labelling\"]\ntrusted-proxy = [\n  '10.0.0.0/8', # one\n  '::1',\n]\n",
    );
    let printed = options(&print(&folder, &["--config", "hoglet.toml"]));
    let in_force: BTreeMap<_, _> = printed
        .iter()
        .filter(|(name, _)| !name.starts_with('#'))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let expected = BTreeMap::from([
        ("access-log", "true"),
        ("backup-every", "\"90s\""),
        ("demo", "true"),
        ("ephemeral", "true"),
        ("keep-events", "0"),
        ("listen", "\"127.0.0.1:0\""),
        ("max-connections", "100"),
        ("rate-limit", "\"3/100\""),
        ("strict", "\"refuse\""),
        ("trusted-proxy", "[\"10.0.0.0/8\", \"::1\"]"),
        (
            "without-feature",
            "[\"access_control\", \"white_labelling\"]",
        ),
    ]);
    assert_eq!(in_force, expected);
    let variables = [
        ("HOGLET_DEMO", "false"),
        ("HOGLET_TRUSTED_PROXY", "127.0.0.1,10.0.0.1"),
        ("HOGLET_KEEP_EVENTS", "7"),
    ];
    let from_file = ["config", "print", "--config", "hoglet.toml"];
    let done = run_with(&folder, &variables, &from_file);
    for line in [
        "\ndemo = false # from HOGLET_DEMO\n",
        "\ntrusted-proxy = [\"127.0.0.1\", \"10.0.0.1\"] # from HOGLET_TRUSTED_PROXY\n",
        "\nkeep-events = 7 # from HOGLET_KEEP_EVENTS\n",
        "\nephemeral = true\n",
    ] {
        assert!(done.stdout.contains(line), "{line}: {}", done.stdout);
    }
    // What is printed is a file that says the same.
    folder.write("again.toml", &done.stdout);
    let again = print(&folder, &["--config", "again.toml"]);
    let without_origin = |text: &str| text.replace(" # from HOGLET_", "\u{0}");
    let origin = |text: &str| {
        let lines = text.lines();
        let lines = lines.map(|line| {
            without_origin(line)
                .split('\u{0}')
                .next()
                .unwrap()
                .to_owned()
        });
        lines.collect::<Vec<_>>()
    };
    let lines = origin(&done.stdout);
    let lines = lines.iter().map(|line| match &**line {
        "demo = false" => "#demo = false", // the default
        line => line,
    });
    assert_eq!(lines.collect::<Vec<_>>(), origin(&again));

    let file = fs::read_to_string(folder.path("hoglet.toml")).unwrap();
    folder.write("hoglet.toml", file.replace("strict = \"refuse\"\n", ""));
    let server = folder.start(folder.command(&["--config", "hoglet.toml"]));
    for status in [200, 200, 200, 429] {
        assert_eq!(
            server.get("phx_demo", "/api/projects/1/insights/").0,
            status
        );
    }
    server.wait_for_log("answered");
    server.stop();
    assert_eq!(folder.names(), ["again.toml", "hoglet.toml"]);
}

#[test]
fn unknown_keys_and_wrong_values_are_reported_with_their_lines() {
    let folder = Folder::new();
    for (line, words) in [
        (
            "lissten = 'x'",
            "unknown option lissten; did you mean listen?",
        ),
        (
            "max_connections = 5",
            "unknown option max_connections; did you mean max-connections?",
        ),
        (
            "HOGLET_DB = 'x'",
            "unknown option HOGLET_DB; `hoglet config print` lists all",
        ),
        ("config = 'x'", "unknown option config"),
        ("help = true", "unknown option help"),
        ("\"\" = 1", "unknown option ;"),
        ("\"a=b\" = 1", "unknown option a=b"),
        ("[server]\ndb = 'x'", "unknown option server"),
        ("db.file = 'x'", "expected a text in quotes"),
        ("db = 5", "expected a text in quotes"),
        (
            "db = ''",
            "a value is required for '--db <FILE>' but none was supplied",
        ),
        ("ephemeral = 'yes'", "expected true or false"),
        ("ephemeral = 1", "expected true or false"),
        ("max-connections = '5'", "expected a whole number"),
        ("max-connections = 5.5", "expected a whole number"),
        ("max-connections = true", "expected a whole number"),
        (
            "max-connections = 0",
            "invalid value '0' for '--max-connections <N>': 0 is not in 1..=1000000",
        ),
        (
            "keep-events = -1",
            "invalid value '-1' for '--keep-events <N>': invalid digit",
        ),
        ("trusted-proxy = '10.0.0.1'", "expected an array of texts"),
        ("trusted-proxy = [1]", "expected an array of texts"),
        (
            "trusted-proxy = ['10.0.0.1', 'proxy']",
            "invalid value 'proxy' for '--trusted-proxy <ADDRESS>': expected an address such as 127.0.0.1",
        ),
        (
            "site-url = ['hoglet.example.com']",
            "expected a scheme and a host only",
        ),
        (
            "contract = 'service'",
            "invalid value 'service' for '--contract <KIND>' [possible values: documented, live]",
        ),
        (
            "idle-timeout = '5'",
            "expected a whole number and a unit, such as 90s, 10m or 1h",
        ),
        ("clock = 2026-01-02T03:04:05Z", "expected a text in quotes"),
        ("db = x", "hoglet.toml:3: "),
        ("demo = true\ndemo = true", "hoglet.toml:4: duplicate key"),
        ("= 5", "hoglet.toml:3: "),
    ] {
        folder.write(
            "hoglet.toml",
            format!("# 1\nprint-secrets = true\n{line}\n"),
        );
        let place = match words.strip_prefix("hoglet.toml:") {
            Some(_) => words.to_owned(),
            None => "hoglet: hoglet.toml:3: ".to_owned(),
        };
        folder.fails(&["--config", "hoglet.toml"], &[&place, words]);
        folder.fails(&["config", "check", "hoglet.toml"], &[&place, words]);
        folder.fails(
            &["config", "print", "--config", "hoglet.toml"],
            &[&place, words],
        );
    }
    assert_eq!(folder.names(), ["hoglet.toml"]);
    folder.write(
        "hoglet.toml",
        "dv = 1\nephemeral = true\nlab = 1\n\nseeed = 's'\n",
    );
    let done = folder.run(&["config", "check", "hoglet.toml"]);
    assert_eq!(done.code, Some(1));
    let lines: Vec<_> = done.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, start) in lines.iter().zip(["1: ", "3: ", "5: "]) {
        assert!(
            line.starts_with(&format!("hoglet: hoglet.toml:{start}")),
            "{lines:?}"
        );
    }
    folder.fails(
        &["config", "check", "nowhere.toml"],
        &["nowhere.toml", "cannot be read"],
    );
    folder.fails(
        &["--config", "nowhere.toml"],
        &["--config nowhere.toml cannot be read"],
    );
    folder.fails(&["--config", "."], &["--config . cannot be read"]);
    folder.write("latin.toml", b"db = '\xe4.db'");
    folder.fails(&["--config", "latin.toml"], &["latin.toml cannot be read"]);
    folder.write("log.toml", "log = '=='");
    folder.fails(
        &["config", "check", "log.toml"],
        &["--log ==: not a valid log filter"],
    );
}

#[test]
fn options_that_need_or_exclude_each_other_are_checked() {
    let folder = Folder::new();
    folder.write(
        "lab.toml",
        "rng-seed = 7\nlisten = '127.0.0.1:0'\nephemeral = true\n",
    );
    let usage = |arguments: &[&str], words: &[&str]| {
        let done = folder.run(arguments);
        assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
        for word in words {
            assert!(done.stderr.contains(word), "no {word:?} in {}", done.stderr);
        }
    };
    let note = "note: lab.toml sets --rng-seed, --listen, --ephemeral\n";
    usage(&["--config", "lab.toml"], &["not provided", "--lab", note]);
    folder.fails(
        &["config", "check", "lab.toml"],
        &["lab.toml: ", "not provided", "--lab"],
    );
    folder
        .start(folder.command(&["--config", "lab.toml", "--lab"]))
        .stop();
    folder
        .start(folder.command(&["serve", "--lab", "--config", "lab.toml"]))
        .stop();

    folder.write("seed.toml", "seed = 'seed.json'\nauto-backup = 'backups'\n");
    folder.ok(&["config", "check", "seed.toml"]);
    let note = "note: seed.toml sets --seed, --auto-backup\n";
    usage(
        &["--config", "seed.toml", "--demo"],
        &["cannot be used with", "--seed", note],
    );
    usage(
        &["--config", "seed.toml", "--ephemeral"],
        &["cannot be used with", note],
    );
    folder.write("both.toml", "demo = true\nseed = 'seed.json'\n");
    folder.fails(
        &["config", "check", "both.toml"],
        &["both.toml: ", "cannot be used with"],
    );
    // An option that is switched off excludes none.
    folder.write("off.toml", "demo = false\nseed = 'seed.json'\n");
    folder.ok(&["config", "check", "off.toml"]);

    usage(
        &["--config", "off.toml", "--no-such-option"],
        &["--no-such-option"],
    );
    usage(&["--config"], &["--config <FILE>"]);
    assert_eq!(
        folder.names(),
        ["both.toml", "lab.toml", "off.toml", "seed.toml"]
    );
}

#[test]
fn commands_for_a_database_take_it_from_the_file() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "file.db"]).stop();
    folder.write(
        "hoglet.toml",
        "db = 'file.db'\nauto-backup = 'backups'\nbackup-keep = 3\n",
    );
    let file = ("HOGLET_CONFIG", "hoglet.toml");
    folder.write("seed.json", "{}");
    for command in [
        &["backup", "copy.db"][..],
        &["check"],
        &["compact"],
        &["export", "all.jsonl"],
        &["import", "all.jsonl"],
        &["keys", "create", "--label", "other", "--scopes", "*"],
        &["keys", "list"],
        &["projects", "create", "Other"],
        &["projects", "list"],
        &["seed", "seed.json"],
        &["share", "export", "demo-overview", "-o", "page.html"],
        &["restore", "copy.db"],
    ] {
        let done = run_with(&folder, &[file], command);
        assert_eq!(done.code, Some(0), "{command:?}: {done:?}");
        if command[0] != "restore" {
            let done = run_with(&folder, &[], &[command, &["--config=hoglet.toml"]].concat());
            assert_eq!(done.code, Some(0), "{command:?}: {done:?}");
        }
        assert!(!folder.path("hoglet.db").exists(), "{command:?}");
    }
    // What precedes what.
    folder.write("other.db", fs::read(folder.path("copy.db")).unwrap());
    let said = |variables: &[(&str, &str)], arguments: &[&str]| {
        let done = run_with(&folder, variables, &[&["check"], arguments].concat());
        done.stderr.trim_end().to_owned()
    };
    assert_eq!(said(&[file], &[]), "file.db is well");
    let variable = ("HOGLET_DB", "other.db");
    assert_eq!(said(&[file, variable], &[]), "other.db is well");
    let flag = ["--db", "copy.db"];
    assert_eq!(said(&[file, variable], &flag), "copy.db is well");
    folder.write("without.toml", "access-log = true\n");
    let without = ["--config", "without.toml"];
    assert!(said(&[file], &without).starts_with("hoglet: hoglet.db does not exist"));
    // A file with something wrong in it is not taken for one without the option.
    folder.write("wrong.toml", "dbb = 'file.db'\n");
    let problem = ["hoglet: wrong.toml:1: unknown option dbb; did you mean db?"];
    folder.fails(&["check", "--config", "wrong.toml"], &problem);
    folder.fails(&["keys", "list", "--config", "wrong.toml"], &problem);
}

#[test]
fn every_option_that_serve_has_too_comes_with_the_option_for_the_file() {
    let folder = Folder::new();
    for command in [
        &["backup"][..],
        &["restore"],
        &["check"],
        &["compact"],
        &["export"],
        &["import"],
        &["keys", "create"],
        &["keys", "list"],
        &["keys", "revoke"],
        &["projects", "create"],
        &["projects", "list"],
        &["seed"],
        &["share", "export"],
        &["healthcheck"],
        &["exec"],
    ] {
        let help = folder.ok(&[command, &["--help"]].concat());
        assert!(help.contains("[env: HOGLET_CONFIG="), "{command:?}: {help}");
    }
    for command in [&["init"][..], &["completions"], &["taxonomy", "pull"]] {
        let help = folder.ok(&[command, &["--help"]].concat());
        assert!(!help.contains("--config"), "{command:?}: {help}");
    }
}

#[test]
fn a_health_check_takes_the_address_from_the_file() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--ephemeral"]);
    let listen = format!("listen = '{}'\n", server.address());
    folder.write("hoglet.toml", &listen);
    assert_eq!(folder.ok(&["healthcheck", "--config", "hoglet.toml"]), "");
    folder.write(
        "tls.toml",
        listen + "tls-cert = 'c.pem'\ntls-key = 'k.pem'\n",
    );
    let tls = ["healthcheck", "--config", "tls.toml"];
    folder.fails(&tls, &["no server answers at", server.address()]);
    server.stop();
}

#[test]
fn exec_takes_what_its_server_may_have_from_the_file() {
    let folder = Folder::new();
    folder.write(
        "hoglet.toml",
        "db = 'file.db'\nlisten = 'nowhere'\nlab = true\nrate-limit = '1/1'\nseed = 'some.json'\nauto-backup = 'backups'\n",
    );
    folder.write(
        "some.json",
        r#"{"users": [{"ref": "u", "email": "u@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "api_token": "phc_some"}]}"#,
    );
    let variables = [("HOGLET_CONFIG", "hoglet.toml")];
    let script = "echo $HOGLET_URL $POSTHOG_API_KEY; \
                  for n in 1 2; do curl -s -o /dev/null -w '%{http_code}\n' -H \"Authorization: Bearer $POSTHOG_PERSONAL_API_KEY\" $HOGLET_URL/api/projects/; done";
    let done = run_with(&folder, &variables, &["exec", "--", "sh", "-c", script]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.starts_with("http://127.0.0.1:"), "{done:?}");
    assert!(done.stdout.ends_with(" phc_some\n200\n429\n"), "{done:?}");
    assert_eq!(folder.names(), ["hoglet.toml", "some.json"]);
    // What comes after the command is the command's.
    let echo = ["exec", "--", "echo", "--config", "nowhere.toml"];
    let done = run_with(&folder, &[], &echo);
    let printed = (Some(0), "--config nowhere.toml\n");
    assert_eq!((done.code, &*done.stdout), printed, "{done:?}");
    folder.write("wrong.toml", "lab = 'wrong'\n");
    folder.fails(
        &["exec", "--config", "wrong.toml", "true"],
        &["wrong.toml:1: expected true or false"],
    );
}
