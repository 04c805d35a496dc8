//! No path leads from one project to a thing of another: every row of the plan that names a thing is asked for one that
//! exists elsewhere. A new row is covered once it is written; a new kind of thing needs its line in `names`.

use serde_json::json;

use crate::{
    harness::Server,
    table::{Row, rows},
};

/// What names a thing in project 1, and what names another in project 2.
struct Names {
    main: String,
    side: Vec<String>,
}

/// The names for the parameter that follows `segment`; `main` and `side` are the paths up to there in either project.
fn names(server: &Server, segment: &str, main: &str, side: &str) -> Names {
    let fixed = |main: &str, side: &[&str]| Names {
        main: main.into(),
        side: side.iter().map(|name| name.to_string()).collect(),
    };
    let found = |id: fn(&Server, &str) -> String| Names {
        main: id(server, main),
        side: vec![id(server, side)],
    };
    match segment {
        "insights" => fixed("1", &["2", "InsSide1"]),
        "dashboards" => fixed("1", &["2"]),
        "notebooks" => fixed("NoteMain1", &["NoteSide1"]),
        "session_recordings" => fixed("rec-main", &["rec-side"]),
        "property_definitions" => fixed(
            "0195f3a0-0000-0000-8000-0000000000d1",
            &["0195f3a0-0000-0000-8000-0000000000d3"],
        ),
        "project_secret_api_keys" | "event_definitions" => found(|server, list| {
            let list = server.get(list).ok(200);
            list["results"][0]["id"].as_str().unwrap().to_owned()
        }),
        "feature_flags" => found(|server, list| {
            let project = list.split('/').nth(3).unwrap();
            let path = format!("/_lab/flags/here?project={project}");
            server.post(&path, json!({"value": true})).body["id"].to_string()
        }),
        "passwords" => found(|server, passwords| {
            let sharing = passwords.trim_end_matches("/passwords");
            server
                .patch(sharing, json!({"enabled": true, "password_required": true}))
                .ok(200);
            server.post(passwords, json!({})).ok(200)["id"].to_string()
        }),
        "sharing_configurations" => fixed("notebook", &[]), // a kind: its things follow
        "{parent}" => found(|server, shares| {
            let notebook = match shares.contains("/projects/1/") {
                true => "NoteMain1",
                false => "NoteSide1",
            };
            let end = json!({"expires_at": null}); // stores a share
            server.patch(&format!("{shares}/{notebook}"), end).ok(200);
            notebook.into()
        }),
        other => panic!("say here what stands behind /{other}/ in projects 1 and 2"),
    }
}

/// A request that names, among things of project 1, one of project 2.
struct Case {
    method: String,
    path: String,
    /// The same request where the thing is.
    twin: String,
    /// Whether the name is a recording's that is shared: any text is one, and names another in every project.
    is_any_name: bool,
}

/// A case for each name of another project that each parameter of `row` can have.
fn cases(server: &Server, row: &Row) -> Vec<Case> {
    let segments: Vec<_> = row.segments().skip(3).collect();
    let (mut main, mut side) = ("/api/projects/1".to_owned(), "/api/projects/2".to_owned());
    let mut strays: Vec<(String, bool)> = Vec::new();
    let mut before = "";
    for segment in &segments {
        let is_name = segment.starts_with('{');
        let names = match is_name {
            true => names(server, before, &main, &side),
            false => Names {
                main: segment.to_string(),
                side: vec![segment.to_string()],
            },
        };
        let is_any_name = before == "session_recordings" && segments.contains(&"sharing");
        let own = strays
            .into_iter()
            .map(|(path, any)| (format!("{path}/{}", names.main), any));
        let new = names
            .side
            .iter()
            .filter(|_| is_name)
            .map(|name| (format!("{main}/{name}"), is_any_name));
        strays = own.chain(new).collect();
        main = format!("{main}/{}", names.main);
        side = format!("{side}/{}", names.side.first().unwrap_or(&names.main));
        before = segment;
    }
    let case = |(path, is_any_name)| Case {
        method: row.method.clone(),
        path,
        twin: side.clone(),
        is_any_name,
    };
    strays.into_iter().map(case).collect()
}

#[test]
fn a_thing_of_another_project_is_not_there() {
    let server = Server::with(&["--lab"]); // which creates flags
    let cases: Vec<_> = rows()
        .filter(Row::is_of_a_project)
        .flat_map(|row| cases(&server, &row))
        .collect();
    assert!(cases.len() > 30, "only {} cases", cases.len());
    // The things that are asked for exist: elsewhere.
    let twins = || -> Vec<_> {
        let looks = cases.iter().filter(|case| case.method == "GET");
        let look = |case: &Case| {
            let answer = server.get(&case.twin);
            assert_eq!(answer.status, 200, "{}: {}", case.twin, answer.text);
            let mut thing = answer.body;
            match thing.as_object_mut() {
                Some(members) => drop(members.remove("last_accessed_at")), // our own looks move it
                None => thing = answer.text.into(),                        // a page
            }
            (case.twin.clone(), thing)
        };
        looks.map(look).collect()
    };
    // The first look at a definition changes it, as is noted a moment later.
    let mut before = twins();
    loop {
        match twins() {
            again if again == before => break,
            again => before = again,
        }
    }
    for case in &cases {
        let elsewhere = case.path.replacen("/projects/1/", "/projects/4/", 1);
        for (key, path) in [("phx_ada", &case.path), ("phx_bob", &elsewhere)] {
            let stolen = json!({
                "enabled": true, "label": "stolen", "name": "stolen", "title": "stolen", "description": "stolen",
                "scopes": ["endpoint:read"], "version": 0, "deleted": true,
            });
            let answer = server.ask(&case.method, path).key(key).json(stolen).send();
            if case.is_any_name {
                assert!(
                    answer.status < 500,
                    "{} {path}: {}",
                    case.method,
                    answer.text
                );
                assert!(
                    before.iter().all(|(_, twin)| *twin != answer.body),
                    "{path} shows {}",
                    answer.text
                );
            } else {
                // A method that is refused for every name tells nothing of this one.
                let hidden = [404, 405].contains(&answer.status);
                assert!(hidden, "{} {path} as {key}: {}", case.method, answer.text);
            }
        }
    }
    for ((path, before), (_, after)) in before.iter().zip(twins()) {
        assert_eq!(*before, after, "{path} was changed from another project");
    }
}
