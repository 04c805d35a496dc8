//! Shares that end, and how often they were opened on each day, in the admin page.

use hoglet::model::Timestamp;
use serde_json::{Value, json};

use crate::{driver::Browser, entrance::enter, harness::Server, sections::choose};

const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1/sharing/";
const SHARE: &str = "/api/projects/1/sharing_configurations/notebook/NoteMain1/";

/// When the share of the notebook ends, in seconds from now.
fn seconds_left(server: &Server) -> Option<i64> {
    let end = server.get(SHARE).ok(200)["expires_at"].clone();
    let end: Timestamp = end.as_str()?.parse().unwrap();
    Some((end.0 - Timestamp::now().0) / 1_000_000)
}

/// Waits until the share of the notebook is as `is_wanted` says.
#[track_caller]
fn wait(server: &Server, is_wanted: impl Fn(&Value) -> bool) {
    for _ in 0..300 {
        if is_wanted(&server.get(SHARE).ok(200)) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    panic!("never: {}", server.get(SHARE).text);
}

/// Enters a date and time of the past or the future into the input that has the focus or is called `label`.
fn enter_date(browser: &Browser, label: &str, date: &str) {
    let input = "[...document.querySelectorAll('dialog input[type=datetime-local]')].find((it) => it.labels[0].textContent.startsWith(arguments[0]))";
    browser.see("textbox", label);
    browser.run(
        &format!("const input = {input}; input.value = arguments[1]; for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, {{bubbles: true}}))"),
        json!([label, date]),
    );
}

#[test]
fn a_share_gets_an_end_when_it_is_created_which_can_be_moved_and_removed() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("button", "Share something");
    browser.fill("searchbox", "Name", "pla\u{E007}");
    browser.see("heading", "Share Plan");
    browser.choose("Ends", "On a date");
    browser.press("button", "Create"); // the date is missing, which the browser says
    browser.see("heading", "Share Plan");
    browser.assert_presentable("admin-share-create-end");
    browser.choose("Ends", "In a week");
    browser.press("button", "Create");
    browser.see("heading", "Plan is shared");
    browser.press("button", "Done");
    browser.read("ends ");
    let left = seconds_left(&server).unwrap();
    assert!((7 * 86_400 - 600..=7 * 86_400).contains(&left), "{left}");
    let token = server.get(NOTEBOOK).ok(200)["access_token"].clone();
    let page = format!("/shared/{}", token.as_str().unwrap());
    let status = || server.ask("GET", &page).send().status;
    assert_eq!(status(), 200);

    browser.press("button", "Settings of Plan");
    enter_date(&browser, "Date and time", "2020-01-02T03:04");
    browser.read("Saved.");
    browser.read("The share has ended: no one can see the page.");
    assert_eq!(status(), 404);
    browser.assert_presentable("admin-share-ended-settings");
    browser.press("button", "Done");
    browser.read("ended Jan 2, 2020");
    browser.assert_presentable("admin-share-ended");
    choose(&browser, "State", "ended");
    browser.read("1 in all");
    choose(&browser, "State", "ends");
    browser.read("Nothing fits");
    choose(&browser, "State", "");
    browser.press("button", "Settings of Plan");
    browser.choose("Ends", "Never");
    wait(&server, |share| share["expires_at"].is_null());
    assert_eq!(status(), 200);
    browser.press("button", "Done");
    browser.press("link", "Activity");
    browser.read("Ada changed when the share of the notebook “Plan” ends.");
    browser.read("to never");
    browser.assert_quiet();
}

#[test]
fn an_end_is_chosen_by_keyboard() {
    let server = Server::start();
    let browser = enter(&server);
    browser.walk_to("Share something");
    browser.keys("\u{E007}");
    browser.see("heading", "Share something");
    browser.keys("pla");
    browser.read("Plan");
    browser.keys("\u{E007}");
    browser.see("heading", "Share Plan");
    browser.walk_to("Ends");
    browser.keys("In a d");
    browser.walk_to("Create");
    browser.keys("\u{E007}");
    browser.see("heading", "Plan is shared");
    let left = seconds_left(&server).unwrap();
    assert!((86_400 - 600..=86_400).contains(&left), "{left}");
    browser.walk_to("Settings");
    browser.keys("\u{E007}");
    browser.see("heading", "Settings of Plan");
    browser.walk_to("Ends");
    browser.keys("Nev");
    wait(&server, |share| share["expires_at"].is_null());
    browser.assert_quiet();
}

#[test]
fn spans_are_counted_by_the_clock_of_the_server() {
    let server = Server::with(&["--lab"]);
    let browser = enter(&server);
    let set_clock = |change: Value| {
        let clock = server.ask("POST", "/_lab/clock").json(change).send();
        let now = clock.ok(200)["now"].clone();
        now.as_str().unwrap().parse::<Timestamp>().unwrap()
    };
    let end = || {
        let end = server.get(SHARE).ok(200)["expires_at"].clone();
        end.as_str().map(|end| end.parse::<Timestamp>().unwrap())
    };
    let is_after = |now: Timestamp, seconds: i64| {
        end().is_some_and(|end| end.0 / 1_000 == now.0 / 1_000 + seconds * 1_000)
    };
    let now = set_clock(json!({"advance": "3d", "freeze": true}));
    browser.press("button", "Share something");
    browser.fill("searchbox", "Name", "pla\u{E007}");
    browser.see("heading", "Share Plan");
    browser.choose("Ends", "In a day");
    browser.press("button", "Create");
    browser.see("heading", "Plan is shared");
    assert!(is_after(now, 86_400), "{now:?} {:?}", end());
    // It is moved while the dialog is open.
    browser.press("button", "Settings");
    browser.see("heading", "Settings of Plan");
    let now = set_clock(json!({"advance": "-2d"}));
    browser.choose("Ends", "In an hour");
    wait(&server, |_| is_after(now, 3_600));
    browser.read("Saved.");
    browser.assert_quiet();
}

#[test]
fn spans_are_right_where_the_clock_of_the_browser_is_not() {
    let server = Server::start();
    let browser = enter(&server);
    let wrong = "const right = Date.now; Date.now = () => right() + 5 * 3600 * 1000;";
    let early = json!({"source": wrong});
    browser.command("Page.addScriptToEvaluateOnNewDocument", early);
    browser.run("location.reload()", json!([]));
    browser.press("button", "Share something");
    browser.fill("searchbox", "Name", "pla\u{E007}");
    browser.see("heading", "Share Plan");
    browser.choose("Ends", "In a day");
    browser.press("button", "Create");
    browser.see("heading", "Plan is shared");
    let left = seconds_left(&server).unwrap();
    assert!((86_400 - 600..=86_400).contains(&left), "{left}");
    browser.assert_quiet();
}

#[test]
fn views_are_drawn_by_day() {
    let server = Server::start();
    let share = server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    let page = format!("/shared/{}", share["access_token"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(server.ask("GET", &page).send().status, 200);
    }
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let sql = "INSERT INTO share_view SELECT configuration, day - ?1, ?2 FROM share_view ORDER BY day DESC LIMIT 1";
    for (ago, views) in [(1, 12), (2, 7), (3, 9), (9, 1), (10, 20), (29, 4), (30, 99)] {
        database.execute(sql, [ago, views]).unwrap();
    }
    let browser = enter(&server);
    browser.see("switch", "Share Plan");
    let chart = "const chart = document.querySelector('main .views svg');
        return [chart.ariaLabel, ...[...chart.querySelectorAll('rect')].map((it) => `${it.textContent} ${it.getAttribute('height')}`)]";
    let drawn = browser.run(chart, json!([]));
    let drawn: Vec<_> = drawn
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(
        drawn[0],
        "Opened 56 times in the last 30 days, at most 20 a day"
    );
    assert_eq!(drawn.len(), 31);
    for bar in [
        "Today: 3 4",
        "Yesterday: 12 16",
        "10 days ago: 20 26",
        "9 days ago: 1 2",
        "29 days ago: 4 5",
        "4 days ago: 0 0",
    ] {
        assert!(drawn.contains(&bar), "{bar} in {drawn:?}");
    }
    browser.assert_presentable("admin-share-views");
    browser.press("button", "Settings of Plan");
    browser.read("Opened 56 times in the last 30 days.");
    browser.assert_presentable("admin-share-views-settings");
    browser.assert_quiet();
}
