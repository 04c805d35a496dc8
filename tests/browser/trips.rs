//! How many round trips a page takes until it can be used, which is what counts on a slow line.

use serde_json::json;

use crate::{
    driver::Browser,
    entrance::{enter, server},
    harness::Server,
};

/// In milliseconds. Long against what the browser and the server do, so that what waits for another request starts much later.
const LATENCY: u32 = 600;

pub fn slow_down(browser: &Browser) {
    browser.command("Network.enable", json!({}));
    browser.command("Network.setCacheDisabled", json!({"cacheDisabled": true}));
    let line = json!({"offline": false, "latency": LATENCY, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.command("Network.emulateNetworkConditions", line);
}

/// The requests of the page in the order of their start, and how many of them came one after another: the length of the longest
/// chain in which each starts after the one before has ended. The document is the first; the picture beside the name does not count.
const TRIPS: &str = "
const requests = performance.getEntriesByType('resource').filter(({ name }) => name.startsWith('http') && !name.endsWith('.svg')).sort((a, b) => a.startTime - b.startTime);
const chains = [];
for (const request of requests) {
  const before = chains.filter(({ end }) => end <= request.startTime).map(({ length }) => length);
  chains.push({ end: request.responseEnd, length: 1 + Math.max(1, ...before) });
}
return [Math.max(1, ...chains.map(({ length }) => length)), requests.map(({ name, startTime, responseEnd }) => `${name} ${Math.round(startTime)} ${Math.round(responseEnd)}`), Math.round(performance.now())];";

/// Opens `url` anew and waits until `is_usable`, a script, holds; returns the number of round trips.
#[track_caller]
fn trips(browser: &Browser, url: &str, is_usable: &str) -> u64 {
    browser.open("about:blank");
    browser.open(url);
    let script =
        format!("while (!({is_usable})) await new Promise((done) => setTimeout(done, 5)); {TRIPS}");
    let found = browser.wait_for(&script);
    println!("{url}: {found}");
    let requests = found[1].as_array().unwrap();
    assert!(
        requests.len() <= 6,
        "more than a browser sends at once: {found}"
    );
    found[0].as_u64().unwrap()
}

#[test]
fn each_section_of_the_admin_page_is_usable_after_two_round_trips() {
    let server = server(60);
    server
        .patch(
            "/api/projects/1/insights/1/sharing/",
            json!({"enabled": true}),
        )
        .ok(200);
    let mut places = vec!["".to_owned()];
    for section in [
        "shares?search=e",
        "shares?sort=name",
        "content",
        "content?kind=insight&search=a",
        "keys",
        "properties",
        "properties?search=check&type=event&offset=50",
        "event_definitions?ordering=-last_seen_at",
        "events?search=x",
        "activity?scope=Insight",
        "project",
    ] {
        places.push(format!("#/projects/1/{section}"));
    }
    // A link that is pressed before the projects are known leads to its section.
    places.push("#/projects//keys".to_owned());
    assert_two_trips(&server, &places);
}

#[test]
fn each_part_of_the_lab_is_usable_after_two_round_trips() {
    let server = Server::with(&["--lab"]);
    let flag = server.ask("POST", "/_lab/flags/beta?project=1");
    assert_eq!(flag.json(json!({"value": true})).send().status, 201);
    for _ in 0..60 {
        server.get("/api/projects/1/insights/").ok(200);
    }
    let parts = [
        "lab",
        "lab?part=clock",
        "lab?part=events",
        "lab?part=expect",
        "lab?part=requests",
        "lab?part=requests&path=/api/**&offset=50",
        "lab?part=faults",
        "lab?part=flags",
    ];
    let mut places = parts.map(|part| format!("#/projects/1/{part}")).to_vec();
    places.push("#/projects//lab".to_owned());
    assert_two_trips(&server, &places);
}

/// Opens each of `places` of the admin page over a slow line, which takes two round trips; the last leads to project 1.
#[track_caller]
fn assert_two_trips(server: &Server, places: &[String]) {
    let browser = enter(server);
    slow_down(&browser);
    let is_usable = "!document.querySelector('main[aria-busy], main [aria-busy=true]') && document.querySelector('main h1') && document.querySelector('#switcher select')";
    for place in places {
        let trips = trips(
            &browser,
            &format!("{}/admin/{place}", server.url),
            is_usable,
        );
        assert_eq!(trips, 2, "{place}");
    }
    let place = browser.run("return location.hash", json!([]));
    let last = places.last().unwrap();
    assert_eq!(place, last.replace("//", "/1/"));
    browser.assert_quiet();
}

#[test]
fn shared_pages_are_drawn_after_two_round_trips() {
    let seed = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let (server, browser) = (Server::seeded(&seed, &[]), Browser::start());
    slow_down(&browser);
    for (share, is_drawn) in [
        ("demo-overview", "document.querySelector('.chart canvas')"),
        ("demo-naming", "document.querySelector('article h1')"),
        ("demo-baskets", "document.querySelector('#password')"),
    ] {
        for kind in ["shared", "embedded"] {
            let trips = trips(
                &browser,
                &format!("{}/{kind}/{share}", server.url),
                is_drawn,
            );
            assert_eq!(trips, 2, "{share}");
        }
    }
    browser.assert_quiet();
}
