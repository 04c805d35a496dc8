//! Charts used as a reader would: large ones, hiding series, the list at a point, the keyboard, saving and copying.

use serde_json::{Value, json};

use crate::{driver::Browser, harness::Server, viewer::drawn};

/// A server with an insight of each name, query and result, shared at `/shared/chart0` and so on.
pub fn sharing(insights: &[(&str, Value, Value)]) -> Server {
    let shares: Vec<_> = (0..insights.len())
        .map(|index| json!({"ref": format!("s{index}"), "project": "p", "insight": format!("i{index}"), "access_token": format!("chart{index}")}))
        .collect();
    let insights: Vec<_> = insights
        .iter()
        .enumerate()
        .map(|(index, (name, query, result))| json!({"ref": format!("i{index}"), "project": "p", "name": name, "query": query, "result": result}))
        .collect();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Charts", "id": 1}],
        "insights": insights,
        "sharing_configurations": shares,
    });
    Server::seeded(&seed, &[])
}

pub fn trends(settings: Value) -> Value {
    json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "trendsFilter": settings}})
}

/// `count` series of as many hours from the start of a year.
fn hours(count: usize, points: usize) -> Value {
    let days: Vec<_> = (0..points)
        .map(|hour| {
            format!(
                "2025-{:02}-{:02} {:02}:00:00",
                1 + hour / 720 % 12,
                1 + hour / 24 % 28,
                hour % 24
            )
        })
        .collect();
    let series = (0..count).map(|one| {
        let data: Vec<_> = (0..points)
            .map(|hour| (hour * 7919 + one * 104_729) % 1000 + 100 * one)
            .collect();
        json!({"label": format!("Series {one}"), "days": days, "data": data, "count": 5})
    });
    series.collect()
}

/// The seconds that the page's main thread has worked since it was started: unlike the time on the clock, they are the same on a
/// busy machine.
fn work(browser: &Browser) -> f64 {
    let metrics = browser.command("Performance.getMetrics", json!({}));
    let mut metrics = metrics["metrics"].as_array().unwrap().iter();
    let found = metrics.find(|metric| metric["name"] == "TaskDuration");
    found.unwrap()["value"].as_f64().unwrap()
}

#[test]
fn large_results_are_drawn_at_once() {
    let (year, many) = (hours(15, 8760), hours(40, 10_000));
    let server = sharing(&[
        ("A year", trends(json!({})), year),
        ("Many", trends(json!({})), many.clone()),
        (
            "Many bars",
            trends(json!({"display": "ActionsBar"})),
            many.clone(),
        ),
        (
            "Many areas",
            trends(json!({"display": "ActionsAreaGraph"})),
            many,
        ),
    ]);
    for index in 0..4 {
        let browser = Browser::start();
        browser.command("Performance.enable", json!({"timeDomain": "threadTicks"}));
        browser.open(&format!("{}/shared/chart{index}", server.url));
        drawn(&browser);
        browser
            .wait_for("await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
        let drawing = work(&browser);
        assert!(drawing < 1.0, "chart {index}: {drawing} s");
        assert_eq!(
            browser.run(
                "return document.querySelectorAll('table').length",
                json!([])
            ),
            0
        );
        // Thousands of numbers are shown from the first on, with a row for each point.
        let rows = browser.wait_for(
            "document.querySelector('.figures').open = true;
             while (!document.querySelector('.figures table')) await new Promise((done) => setTimeout(done, 10));
             return document.querySelectorAll('.figures tr').length",
        );
        assert_eq!(rows, 501);
        let listing = work(&browser) - drawing;
        assert!(listing < 1.0, "the numbers of chart {index}: {listing} s");
        browser.read("The first 500 of ");
        browser.assert_quiet();
    }
}

const DAYS: [&str; 3] = ["2026-11-01", "2026-11-02", "2026-11-03"];

fn series(label: &str, data: Value) -> Value {
    json!({"label": label, "days": DAYS, "data": data, "count": 9})
}

/// `count` series of three days, of which the last is the largest.
fn many(count: usize) -> Value {
    (0..count)
        .map(|one| {
            series(
                &format!("Series {one}"),
                json!([one, one + 1, 10 * one + 2]),
            )
        })
        .collect()
}

/// How many pixels of the chart are in the colour `--sN` of each place `N` in a list.
const PIXELS: &str = "
const [hues] = arguments;
const canvas = document.querySelector('.chart canvas');
const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
const counts = new Map();
for (let at = 0; at < data.length; at += 4) {
  const hex = '#' + [data[at], data[at + 1], data[at + 2]].map((part) => part.toString(16).padStart(2, '0')).join('');
  counts.set(hex, (counts.get(hex) ?? 0) + 1);
}
return hues.map((hue) => counts.get(getComputedStyle(document.documentElement).getPropertyValue('--s' + hue).trim()) ?? 0);";

fn pixels(browser: &Browser, hues: &[usize]) -> Vec<u64> {
    browser.wait_for("await new Promise((done) => setTimeout(done, 100))");
    let counts = browser.run(PIXELS, json!([hues]));
    counts
        .as_array()
        .unwrap()
        .iter()
        .map(|count| count.as_u64().unwrap())
        .collect()
}

#[test]
fn a_legend_hides_series_and_shows_one_alone() {
    let server = sharing(&[(
        "Bars",
        trends(json!({"display": "ActionsBar", "hiddenLegendIndexes": [2]})),
        many(3),
    )]);
    let browser = Browser::start();
    browser.open(&format!("{}/shared/chart0", server.url));
    drawn(&browser);
    let counts = pixels(&browser, &[0, 1, 2]);
    assert!(
        counts[0] > 0 && counts[1] > 0 && counts[2] == 0,
        "{counts:?}"
    ); // as the author set
    browser.press("button", "Series 2");
    assert!(pixels(&browser, &[2])[0] > 500);
    browser.press("button", "Series 1");
    let counts = pixels(&browser, &[0, 1, 2]);
    assert!(counts[1] == 0 && counts[2] > 500, "{counts:?}");
    browser.press("button", "Series 1");
    browser.run("document.querySelectorAll('.legend button')[0].dispatchEvent(new MouseEvent('click', { detail: 2, bubbles: true }))", json!([]));
    let counts = pixels(&browser, &[0, 1, 2]);
    assert!(counts[0] > 0 && counts[1..] == [0, 0], "{counts:?}");
    let pressed =
        "return [...document.querySelectorAll('.legend button')].map((one) => one.ariaPressed)";
    assert_eq!(
        browser.run(pressed, json!([])),
        json!(["true", "false", "false"])
    );
    browser.assert_accessible("hidden series");
    browser.press("button", "Series 0"); // the last one: all come back
    assert_eq!(
        browser.run(pressed, json!([])),
        json!(["true", "true", "true"])
    );
    browser.assert_quiet();
}

#[test]
fn colours_and_dashes_tell_24_series_apart_in_both_themes() {
    let server = sharing(&[("Lines", trends(json!({})), many(24))]);
    let browser = Browser::start();
    browser.open(&format!("{}/shared/chart0", server.url));
    drawn(&browser);
    for theme in ["light", "dark"] {
        browser.run(
            "document.documentElement.dataset.theme = arguments[0]",
            json!([theme]),
        );
        // Each differs from the others, and from the sheet by at least 3 to 1.
        let found = browser.run(
            "const style = getComputedStyle(document.documentElement);
             const parts = (hex) => (hex.length === 4 ? [...hex.slice(1)].map((one) => one + one) : hex.match(/[0-9a-f]{2}/g)).map((part) => parseInt(part, 16) / 255);
             const light = (hex) => parts(hex).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
             const colours = Array.from({ length: 24 }, (_, hue) => style.getPropertyValue('--s' + hue).trim());
             const sheet = light(style.getPropertyValue('--sheet').trim());
             const pale = colours.filter((one) => (Math.max(light(one), sheet) + 0.05) / (Math.min(light(one), sheet) + 0.05) < 3);
             const marks = [...document.querySelectorAll('.legend .dot')].map((dot) => dot.className.match(/dash-\\d/)[0]);
             return [new Set(colours).size, pale, new Set(marks).size, marks.length];",
            json!([]),
        );
        assert_eq!(found, json!([24, [], 3, 24]), "{theme}");
        let counts = pixels(&browser, &Vec::from_iter(0..24));
        assert!(
            counts.iter().all(|count| *count > 10),
            "{theme}: {counts:?}"
        );
    }
}

/// What the list at a point says, which of it is marked, and what a screen reader says.
const LIST: &str = "
const tip = document.querySelector('.tip');
const list = tip.querySelector('.tip-list');
const near = list.querySelector('.near');
const seen = near && near.getBoundingClientRect().top >= list.getBoundingClientRect().top - 1 && near.getBoundingClientRect().bottom <= list.getBoundingClientRect().bottom + 1;
return [tip.hidden, tip.querySelector('strong').textContent, [...list.children].map((one) => one.innerText.replaceAll('\\n', ' ')), near?.innerText.replaceAll('\\n', ' '), seen, document.querySelector('.chart').ariaValueText];";

#[test]
fn the_keyboard_walks_the_points_and_the_series() {
    let server = sharing(&[
        ("Lines", trends(json!({})), many(40)),
        (
            "Two",
            trends(json!({})),
            json!([
                series("Web", json!([5, null, 7])),
                series("App", json!([1, 2, 3]))
            ]),
        ),
    ]);
    let browser = Browser::start();
    browser.open(&format!("{}/shared/chart0", server.url));
    drawn(&browser);
    let [left, up, down, escape, home] =
        ["\u{E012}", "\u{E013}", "\u{E015}", "\u{E00C}", "\u{E011}"];
    browser.run(
        "document.querySelector('.chart').focus({ focusVisible: true })",
        json!([]),
    );
    browser.keys(left);
    let seen = browser.run(LIST, json!([]));
    assert_eq!(
        (&seen[0], &seen[1], &seen[3], &seen[4]),
        (
            &json!(false),
            &json!("Nov 2"),
            &json!("Series 39 40"),
            &json!(true)
        ),
        "{seen}"
    );
    let listed: Vec<_> = seen[2]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect();
    assert_eq!(
        (listed.len(), listed[0], listed[39]),
        (40, "Series 39 40", "Series 0 1")
    );
    assert_eq!(seen[5], "Nov 2: Series 39 40");
    for _ in 0..25 {
        browser.keys(down);
    }
    let seen = browser.run(LIST, json!([]));
    assert_eq!(
        (&seen[3], &seen[4], &seen[5]),
        (
            &json!("Series 14 15"),
            &json!(true),
            &json!("Nov 2: Series 14 15")
        )
    );
    browser.keys(up);
    browser.keys(home);
    assert_eq!(browser.run(LIST, json!([]))[5], "Nov 1: Series 15 15");
    browser.save("viewer-list-at-a-point");
    browser.assert_accessible("the list at a point");
    browser.keys(escape);
    assert_eq!(browser.run(LIST, json!([]))[0], true);

    browser.open(&format!("{}/shared/chart1", server.url));
    drawn(&browser);
    assert_eq!(
        browser.run(
            "return document.querySelector('.chart').ariaValueText",
            json!([])
        ),
        "Nov 3: Web 7, App 3"
    );
    // The pointer, and a click that pins the list.
    let pointer = |kind: &str, x: f64, y: f64| {
        let place = browser.run("const box = document.querySelector('.u-over').getBoundingClientRect(); return [box.left, box.top, box.width, box.height]", json!([]));
        let at = |index: usize| place[index].as_f64().unwrap();
        let count = u8::from(kind != "mouseMoved");
        browser.command("Input.dispatchMouseEvent", json!({"type": kind, "button": "left", "clickCount": count, "x": at(0) + x * at(2), "y": at(1) + y * at(3)}));
    };
    pointer("mouseMoved", 0.4, 0.9);
    pointer("mouseMoved", 0.5, 0.9);
    let seen = browser.run(LIST, json!([]));
    assert_eq!(seen[2], json!(["App 2", "Web –"]));
    assert_eq!(seen[3], "App 2");
    pointer("mouseMoved", 0.05, 0.1);
    let seen = browser.run(LIST, json!([]));
    assert_eq!(
        (&seen[2], &seen[3]),
        (&json!(["Web 5", "App 1"]), &json!("Web 5"))
    );
    pointer("mousePressed", 0.05, 0.1);
    pointer("mouseReleased", 0.05, 0.1);
    pointer("mouseMoved", 0.9, 0.1);
    let seen = browser.run(LIST, json!([]));
    assert_eq!((&seen[0], &seen[1]), (&json!(false), &json!("Nov 1")));
    browser.assert_quiet();
}

#[test]
fn numbers_are_saved_and_pictures_copied() {
    let days = || {
        json!([
            series("=Web, \"x\"", json!([5, null, 7.25])),
            series("App", json!([1, 2, 3]))
        ])
    };
    let totals = json!([{"label": "Fern", "data": [], "aggregated_value": 3}, {"label": "Palm", "data": [], "aggregated_value": 1}]);
    let server = sharing(&[
        ("Sales / week", trends(json!({})), days()),
        ("Totals", trends(json!({"display": "ActionsPie"})), totals),
    ]);
    let browser = Browser::start();
    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": server.url});
    browser.command("Browser.grantPermissions", permissions);
    // What is saved, and under which name.
    let saved = "
        const kept = [];
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => { kept.push(blob); return make(blob); };
        const names = [];
        HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
        [...document.querySelectorAll('.tools button')].find((one) => one.textContent === 'CSV').click();
        return [names[0], await kept[0].text(), new Uint8Array(await kept[0].arrayBuffer())[0]];";
    let copied = "
        const [item] = await navigator.clipboard.read();
        const picture = await createImageBitmap(await item.getType('image/png'));
        const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
        canvas.drawImage(picture, 0, 0);
        const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
        const blue = [0x25, 0x63, 0xeb];
        let count = 0;
        for (let at = 0; at < data.length; at += 4) if (blue.every((part, index) => data[at + index] === part)) count += 1;
        return [item.types, picture.width, picture.height, count]";
    for (index, name, file) in [
        (
            0,
            "Sales-week.csv",
            ",\"'=Web, \"\"x\"\"\",App\r\n2026-11-01,5,1\r\n2026-11-02,,2\r\n2026-11-03,7.25,3\r\n",
        ),
        (1, "Totals.csv", "Series,Total\r\nFern,3\r\nPalm,1\r\n"),
    ] {
        browser.open(&format!("{}/shared/chart{index}", server.url));
        drawn(&browser);
        browser.run(
            "document.documentElement.dataset.theme = 'light'",
            json!([]),
        );
        browser.wait_for("await new Promise((done) => setTimeout(done, 100))");
        browser.press("button", "Copy image of");
        browser.read("Copied");
        let picture = browser.wait_for(copied);
        assert_eq!(picture[0], json!(["image/png"]));
        assert!(
            picture[1].as_u64() > Some(500)
                && picture[2].as_u64() > Some(100)
                && picture[3].as_u64() > Some(100),
            "{picture}"
        );
        assert_eq!(browser.wait_for(saved), json!([name, file, 0xef]));
        browser.assert_quiet();
    }
    // Where the browser does not let the page copy, the picture is saved.
    browser.run("navigator.clipboard.write = () => Promise.reject(); window.names = []; HTMLAnchorElement.prototype.click = function () { window.names.push(this.download); }", json!([]));
    browser.press("button", "Copy image of");
    browser.read("Saved as a file");
    assert_eq!(
        browser.run("return window.names", json!([])),
        json!(["Totals.png"])
    );
    // A frame has less around it, and may neither copy nor save.
    browser.open(&format!("{}/embedded/chart0", server.url));
    drawn(&browser);
    assert_eq!(
        browser.run(
            "return document.querySelectorAll('.tools').length",
            json!([])
        ),
        0
    );
}

#[test]
fn parts_of_a_whole_say_both_numbers_and_one_point_is_a_point() {
    let two = json!([
        series("Web", json!([1, 0, 3])),
        series("App", json!([3, 0, 1]))
    ]);
    let point = json!([{"label": "Visit", "days": ["2026-11-01"], "data": [5], "count": 5}]);
    let apart: Vec<_> = (0..40)
        .map(|at| if at == 20 { json!(7) } else { Value::Null })
        .collect();
    let apart = json!([{"label": "Visit", "data": apart, "count": 7}]);
    let percent = |display: &str| trends(json!({"display": display, "showPercentStackView": true}));
    let server = sharing(&[
        ("Bars", percent("ActionsBar"), two.clone()),
        ("Areas", percent("ActionsAreaGraph"), two),
        ("A point", trends(json!({})), point),
        ("Apart", trends(json!({})), apart),
    ]);
    let browser = Browser::start();
    let says = "return document.querySelector('.chart').ariaValueText";
    for chart in ["chart0", "chart1"] {
        browser.open(&format!("{}/shared/{chart}", server.url));
        drawn(&browser);
        browser.run(
            "document.querySelector('.chart').focus({ focusVisible: true })",
            json!([]),
        );
        browser.keys("\u{E010}"); // End
        assert_eq!(
            browser.run(says, json!([])),
            "Nov 3: Web 3 · 75%, App 1 · 25%"
        );
        browser.keys("\u{E012}"); // left, where there is nothing
        assert_eq!(browser.run(says, json!([])), "Nov 2: Web 0, App 0");
        browser.assert_quiet();
    }
    // The pixels of a point, not of a bar.
    for chart in ["chart2", "chart3"] {
        browser.open(&format!("{}/shared/{chart}", server.url));
        drawn(&browser);
        browser.run(
            "document.documentElement.dataset.theme = 'light'",
            json!([]),
        );
        let count = pixels(&browser, &[0])[0];
        assert!((10..60).contains(&count), "{chart}: {count}");
    }
}

/// Where each tile is: its text, left, top and width, in hundredths of the grid's width.
const PLACES: &str = "
const grid = document.querySelector('.tiles').getBoundingClientRect();
const part = (length) => Math.round((100 * length) / grid.width);
return [...document.querySelectorAll('.tiles > .card')].map((card) => {
  const box = card.getBoundingClientRect();
  return [card.innerText.split('\\n')[0], part(box.left - grid.left), Math.round(box.top - grid.top), part(box.width)];
});";

#[test]
fn a_dashboard_follows_its_layout_and_is_one_column_on_phones() {
    let number = json!([{"label": "All", "data": [], "aggregated_value": 5}]);
    let names = ["Left", "Wide", "Top right", "Right", "No place", "Taken"];
    let insights: Vec<_> = names.iter().enumerate().map(|(index, name)| json!({"ref": format!("i{index}"), "project": "p", "name": name, "query": trends(json!({"display": "BoldNumber"})),
        "result": number, "dashboards": ["board"]})).collect();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Charts", "id": 1}],
        "personal_api_keys": [{"ref": "k", "user": "u", "scopes": ["*"], "value": "phx_ada"}],
        "dashboards": [{"ref": "board", "project": "p", "name": "Board", "id": 1}],
        "insights": insights,
        "sharing_configurations": [{"ref": "s", "project": "p", "dashboard": "board", "access_token": "board"}],
    });
    let server = Server::seeded(&seed, &[]);
    let board = server.get("/api/projects/1/dashboards/1/").ok(200);
    let tile = |name: &str| {
        board["tiles"]
            .as_array()
            .unwrap()
            .iter()
            .find(|tile| tile["insight"]["name"] == name)
            .unwrap()["id"]
            .clone()
    };
    let at = |name: &str, x: i64, y: i64, w: i64, h: i64| json!({"id": tile(name), "layouts": {"sm": {"x": x, "y": y, "w": w, "h": h}}});
    let change = json!({"tiles": [at("Left", 0, 0, 4, 10), at("Top right", 4, 0, 8, 5), at("Right", 4, 5, 8, 5), at("Wide", 0, 10, 12, 5), at("Taken", 2, 2, 6, 5),
        {"text": {"body": "Some **words**"}, "layouts": {"sm": {"x": 0, "y": 15, "w": 9, "h": 2}}},
        {"button_tile": {"url": "https://example.com/docs", "text": "Read more", "placement": "left", "style": "primary"}, "layouts": {"sm": {"x": 9, "y": 15, "w": 3, "h": 2}}},
        {"button_tile": {"url": "/insights/new", "text": "Inside"}},
        {"button_tile": {"url": "javascript:alert(1)", "text": "Evil"}},
        {"widget": {"kind": "clock"}}]});
    server
        .patch("/api/projects/1/dashboards/1/", change)
        .ok(200);
    let browser = Browser::start();
    browser.open(&format!("{}/shared/board", server.url));
    browser.read("Some words");
    let places = browser.run(PLACES, json!([]));
    let place = |name: &str| {
        let found = places
            .as_array()
            .unwrap()
            .iter()
            .find(|place| place[0].as_str().unwrap().starts_with(name));
        let place = found.unwrap_or_else(|| panic!("{name} in {places}"));
        [1, 2, 3].map(|index| place[index].as_i64().unwrap())
    };
    let (left, top_right, right, wide) = (
        place("Left"),
        place("Top right"),
        place("Right"),
        place("Wide"),
    );
    assert_eq!(
        (
            left[0],
            left[2],
            top_right[0],
            top_right[2],
            right[0],
            wide[2]
        ),
        (0, 32, 34, 66, 34, 100),
        "{places}"
    );
    assert!(
        left[1] == top_right[1] && right[1] > left[1] && wide[1] > right[1],
        "{places}"
    );
    let (words, action) = (place("Some words"), place("Read more"));
    assert!(
        words[1] == action[1] && words[1] > wide[1] && action[0] > words[0] + words[2],
        "{places}"
    );
    // What has no place, or one that is taken, comes after the others, in two columns.
    for name in [
        "No place",
        "Taken",
        "Inside (leads to a page that is not shared)",
        "Evil (leads",
        "This tile is of a kind",
    ] {
        assert!(place(name)[1] > words[1], "{name}: {places}");
    }
    let names: Vec<_> = places
        .as_array()
        .unwrap()
        .iter()
        .take(4)
        .map(|place| place[0].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Left", "Top right", "Right", "Wide"]); // as it is read
    let link = browser.run("return [...document.querySelectorAll('.action a')].map((it) => [it.href, it.rel, it.target])", json!([]));
    assert_eq!(
        link,
        json!([[
            "https://example.com/docs",
            "noopener noreferrer nofollow",
            "_blank"
        ]])
    );
    browser.assert_accessible("layout");
    browser.save("viewer-layout-wide");
    let metrics = json!({"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
    let places = browser.run(PLACES, json!([]));
    let mut above = -1;
    for place in places.as_array().unwrap() {
        let top = place[2].as_i64().unwrap();
        assert!(place[1] == 0 && place[3] == 100 && top > above, "{places}");
        above = top;
    }
    browser.assert_quiet();
}

#[test]
fn paper_keeps_the_colours_of_a_legend_and_breaks_between_tiles() {
    let shown = || {
        json!([
            series("Web", json!([5, 4, 7])),
            series("App", json!([1, 2, 3]))
        ])
    };
    let insights: Vec<_> = (0..4).map(|index| json!({"ref": format!("i{index}"), "project": "p", "name": format!("Tile {index}"), "query": trends(json!({"goalLines": [{"label": "Enough", "value": 6}]})),
        "result": shown(), "dashboards": ["board"]})).collect();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Charts", "id": 1}],
        "dashboards": [{"ref": "board", "project": "p", "name": "Board"}],
        "insights": insights,
        "sharing_configurations": [{"ref": "s", "project": "p", "dashboard": "board", "access_token": "board"}],
    });
    let (server, browser) = (Server::seeded(&seed, &[]), Browser::start());
    browser.open(&format!("{}/shared/board", server.url));
    drawn(&browser);
    browser.run(
        "document.querySelector('.legend button').click()",
        json!([]),
    );
    browser.command("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let metrics = json!({"width": 720, "height": 1800, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
    browser.run("dispatchEvent(new Event('beforeprint'))", json!([]));
    browser.wait_for("await new Promise((done) => setTimeout(done, 100))");
    browser.save("viewer-paper");
    let seen = browser.run(
        "const style = (it) => getComputedStyle(it);
         const tiles = [...document.querySelectorAll('.tiles > .card')].map((it) => [style(it).breakInside, Math.round(it.getBoundingClientRect().left)]);
         const dot = style(document.querySelectorAll('.legend .dot')[1]);
         const visible = (selector) => [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility()).length;
         const fits = [...document.querySelectorAll('.chart')].every((it) => it.querySelector('canvas').getBoundingClientRect().right <= it.getBoundingClientRect().right + 1);
         return [new Set(tiles.map(String)).size, tiles[0][0], dot.printColorAdjust, dot.backgroundColor, visible('.legend button'), visible('.tools, .figures, footer'), fits];",
        json!([]),
    );
    // One of eight names is hidden, as its series is.
    assert_eq!(
        seen,
        json!([1, "avoid", "exact", "rgb(219, 39, 119)", 7, 0, true])
    );
    browser.command("Emulation.setEmulatedMedia", json!({"media": ""}));
    assert!(browser.print().len() > 1000);
    browser.assert_quiet();
}
