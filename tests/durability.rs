//! `kill -9` under load: acknowledged writes exist after a restart, rejected ones do not.
//!
//! `HOGLET_ROUNDS` sets how often the server is killed.

#[path = "support/mod.rs"]
mod harness;

#[path = "durability/checks.rs"]
mod checks;
#[path = "durability/client.rs"]
mod client;

use std::{collections::BTreeMap, env, thread, time::Duration};

use checks::{found, logged_once, nothing_else, sound};
use client::{Client, KINDS};
use harness::{Ask, Server};
use serde_json::{Value, json};

/// A key of this test only: a server that takes over the address of a killed one rejects it.
const KEY: &str = "phx_durability";

const PROJECTS: usize = 3;

/// How many clients compete for the one shared notebook.
const RIVALS: usize = 4;

#[test]
fn a_killed_server_has_all_that_it_acknowledged_and_nothing_that_it_refused() {
    let rounds = env::var("HOGLET_ROUNDS").map_or(8, |rounds| rounds.parse().expect("a number"));
    let mut server = Server::seeded(&seed(), &[]);
    let mut clients: Vec<_> = (0..PROJECTS * KINDS).map(Client::new).collect();
    let mut saves = BTreeMap::new();
    for round in 0..rounds {
        for (version, text) in write_and_kill(&mut server, &mut clients, round) {
            let other = saves.insert(version, text);
            assert_eq!(other, None, "two writers got version {version}");
        }
        server.restart();
        let found = found(&server);
        clients.iter_mut().for_each(|client| client.check(&found));
        nothing_else(&clients, &found);
        logged_once(&server, &found);
        undisputed(&server, &saves);
        sound(&server);
    }
    let acknowledged: usize = clients.iter().map(|client| client.acknowledged).sum();
    let contested = saves.len();
    println!(
        "{rounds} kills: {acknowledged} writes and {contested} contested saves acknowledged, none lost"
    );
    let all_wrote = clients.iter().all(|client| client.acknowledged > 0);
    assert!(
        all_wrote && !saves.is_empty(),
        "some client never got through"
    );
}

/// Runs all clients for a random time, kills the server, and returns the saves that were acknowledged to the rivals.
fn write_and_kill(server: &mut Server, clients: &mut [Client], round: usize) -> Vec<(i64, String)> {
    let url = &server.url.clone();
    thread::scope(|scope| {
        for client in clients {
            scope.spawn(move || while client.work(url, round).is_some() {});
        }
        let rival = |rival| scope.spawn(move || fight(url, round, rival));
        let rivals: Vec<_> = (0..RIVALS).map(rival).collect();
        let moment = 30 + getrandom::u32().unwrap() % 400;
        thread::sleep(Duration::from_millis(moment.into()));
        server.kill();
        rivals
            .into_iter()
            .flat_map(|rival| rival.join().unwrap())
            .collect()
    })
}

/// Ada's projects, each with a definition to describe, and the shared notebook.
fn seed() -> Value {
    let projects = 1..=PROJECTS;
    let project = |id: usize| json!({"ref": format!("p{id}"), "org": "acme", "name": format!("P{id}"), "id": id});
    let definition = |id: usize| json!({"project": format!("p{id}"), "name": "plan", "id": definition_id(id), "description": "first"});
    json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": projects.clone().map(project).collect::<Vec<_>>(),
        "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": KEY}],
        "property_definitions": projects.map(definition).collect::<Vec<_>>(),
        "notebooks": [{"project": "p1", "short_id": "Disputed", "title": "Disputed"}]
    })
}

fn definition_id(project: usize) -> String {
    format!("0195f3a0-0000-0000-8000-00000000000{project}")
}

fn ask(url: &str, method: &str, project: usize, path: &str) -> Ask {
    Ask::new(method, format!("{url}/api/projects/{project}/{path}")).key(KEY)
}

/// Saves the shared notebook repeatedly, each time over the latest version it saw. Returns the acknowledged saves.
fn fight(url: &str, round: usize, rival: usize) -> Vec<(i64, String)> {
    let (mut won, mut version) = (Vec::new(), 0);
    for turn in 0.. {
        let text = format!("{round} {rival} {turn}");
        let body = json!({"content": {"text": text}, "version": version});
        let save = ask(url, "PATCH", 1, "notebooks/Disputed/").json(body);
        let Ok(answer) = save.try_send() else { break };
        match answer.status {
            200 => {
                version = answer.body["version"].as_i64().unwrap();
                won.push((version, text));
            }
            409 => match ask(url, "GET", 1, "notebooks/Disputed/").try_send() {
                Ok(now) if now.status == 200 => version = now.body["version"].as_i64().unwrap(),
                _ => break,
            },
            401 => break,
            _ => panic!("{}", answer.text),
        }
    }
    won
}

/// The notebook is at the latest acknowledged version or a later one, and holds the text saved with that version.
fn undisputed(server: &Server, saves: &BTreeMap<i64, String>) {
    let notebook = ask(&server.url, "GET", 1, "notebooks/Disputed/")
        .send()
        .ok(200);
    let version = notebook["version"].as_i64().unwrap();
    let last = saves.keys().next_back().copied().unwrap_or(0);
    assert!(
        version >= last,
        "version {last} was acknowledged, {version} is there"
    );
    if let Some(text) = saves.get(&version) {
        assert_eq!(notebook["content"]["text"], **text);
    }
}
