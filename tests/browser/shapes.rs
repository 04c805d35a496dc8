//! A picture of each shape that a result can be drawn as, compared with a stored one.
//!
//! Fonts differ between machines, so the words are hidden: what is left is what charts are made of, which is placed without asking
//! for the size of a word. `tests/run shapes` draws the stored pictures anew; look at them before you commit them.

use std::{env, fs, path::PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::{driver::Browser, harness::Server, viewer::drawn};

/// How many pixels of a picture may differ, in thousandths. Pictures of one Chromium do not differ at all; those of the two shapes
/// that are most alike, a line with goals and without, differ in 6.
const TOLERANCE: f64 = 2.0;

/// Hides words before anything is drawn.
const WITHOUT_WORDS: &str = "CanvasRenderingContext2D.prototype.fillText = () => {};";

/// Leaves only what is drawn, in boxes whose sizes do not depend on words; returns where that is. A big number and the words
/// of an empty result are boxes, and the cells of a table have edges.
const ONLY_DRAWINGS: &str = "
const style = new CSSStyleSheet();
style.replaceSync(`
  .insight :is(.row-head, .legend, .notes, .below, p, small, strong) { display: none }
  .insight * { color: transparent !important; font-size: 0 !important; line-height: 0 !important; border-radius: 0 !important }
  .insight .scroll { overflow: hidden }
  .insight table { table-layout: fixed; width: 320px; min-width: 0 }
  .insight :is(th, td) { height: 24px; padding: 0; min-width: 0; border-left: 1px solid #888 }
  .insight .big, .insight > .empty:only-child { display: block; margin: 0; height: 40px; background: #888 }
  .insight > .empty:only-child { height: 16px }
  .row-bar { height: 14px }`);
document.adoptedStyleSheets.push(style);
window.scrollTo(0, 0);
await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const { x, y, width, height } = document.querySelector('.insight').getBoundingClientRect();
return { x: Math.floor(x), y: Math.floor(y), width: Math.ceil(width), height: Math.ceil(height), scale: 1 };";

/// How many thousandths of the pixels of two pictures differ visibly; all if their sizes do.
const DIFFERENCE: &str = "
const pixels = async (name) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${name}`;
  await picture.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  return [picture.width, picture.height, context.getImageData(0, 0, picture.width, picture.height).data];
};
const difference = ([width, height, one], [otherWidth, otherHeight, other]) => {
  if (width !== otherWidth || height !== otherHeight) return 1000;
  let count = 0;
  for (let at = 0; at < one.length; at += 4) {
    if ([0, 1, 2].some((part) => Math.abs(one[at + part] - other[at + part]) > 40)) count += 1;
  }
  return (1000 * count) / (width * height);
};";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser/shapes")
}

fn shapes() -> Vec<Value> {
    let text = fs::read_to_string(folder().join("shapes.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A server with a share of each shape, called as it is, and a dashboard of all, `board`.
fn server(shapes: &[Value]) -> Server {
    let insights: Vec<_> = shapes.iter().map(|shape| {
        json!({"ref": shape["name"], "project": "p", "name": shape["name"], "query": shape["query"], "result": shape["result"], "dashboards": ["board"]})
    }).collect();
    let mut shares: Vec<_> = shapes.iter().map(|shape| {
        json!({"ref": format!("s-{}", shape["name"]), "project": "p", "insight": shape["name"], "access_token": shape["name"], "settings": {"noHeader": true}})
    }).collect();
    shares.push(
        json!({"ref": "s-board", "project": "p", "dashboard": "board", "access_token": "board"}),
    );
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Charts", "id": 1}],
        "personal_api_keys": [{"ref": "k", "user": "u", "scopes": ["*"], "value": "phx_ada"}],
        "dashboards": [{"ref": "board", "project": "p", "name": "Every shape", "id": 1}],
        "insights": insights,
        "sharing_configurations": shares,
    });
    Server::seeded(&seed, &[])
}

/// Sets the size of the page, with one pixel of the picture for each of the page.
fn resize(browser: &Browser, width: u32) {
    let metrics = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
}

/// The picture of the shape at `url`, a PNG in base64.
fn picture(browser: &Browser, url: &str) -> String {
    browser.open(url);
    drawn(browser);
    let clip = browser.wait_for(ONLY_DRAWINGS);
    let taken = browser.command(
        "Page.captureScreenshot",
        json!({"clip": clip, "captureBeyondViewport": true}),
    );
    browser.assert_quiet();
    taken["data"].as_str().unwrap().to_owned()
}

#[test]
fn each_shape_is_drawn_as_on_its_stored_picture() {
    let shapes = shapes();
    let (server, browser) = (server(&shapes), Browser::start());
    browser.command(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({"source": WITHOUT_WORDS}),
    );
    resize(&browser, 400);
    let is_renewing = env::var_os("HOGLET_RENEW_SHAPES").is_some();
    let mut stored = Vec::new();
    let mut faults = Vec::new();
    for shape in &shapes {
        let name = shape["name"].as_str().unwrap();
        let now = picture(&browser, &format!("{}/embedded/{name}", server.url));
        let file = folder().join(format!("{name}.png"));
        if is_renewing {
            fs::write(&file, BASE64_STANDARD.decode(&now).unwrap()).unwrap();
        }
        let before = fs::read(&file)
            .unwrap_or_else(|_| panic!("no picture of {name}: tests/run shapes draws it"));
        let before = BASE64_STANDARD.encode(before);
        let script = format!(
            "{DIFFERENCE} return difference(await pixels('{before}'), await pixels('{now}'));"
        );
        let difference = browser.wait_for(&script).as_f64().unwrap();
        println!("{name}: {difference}");
        if difference > TOLERANCE {
            let seen = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
            fs::create_dir_all(&seen).unwrap();
            fs::write(
                seen.join(format!("shape-{name}.png")),
                BASE64_STANDARD.decode(&now).unwrap(),
            )
            .unwrap();
            faults.push(format!(
                "{name}: {difference:.1} of 1000 pixels; see target/screenshots/shape-{name}.png"
            ));
        }
        if shape["is_in_words"] != true {
            stored.push(before);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The tolerance tells any two shapes apart, but for those that differ from another in their words only, which `charts` reads.
    let script = format!(
        "{DIFFERENCE} const all = await Promise.all({}.map(pixels));
         return Math.min(...all.flatMap((one, place) => all.slice(place + 1).map((other) => difference(one, other))));",
        json!(stored)
    );
    let least = browser.wait_for(&script).as_f64().unwrap();
    println!("the most alike: {least}");
    assert!(least > 2.0 * TOLERANCE, "{least}");
}

#[test]
fn annotations_are_listed_marked_and_read_with_their_point() {
    let shapes = shapes();
    let (server, browser) = (server(&shapes), Browser::start());
    browser.open(&format!("{}/shared/annotations", server.url));
    drawn(&browser);
    let list =
        "return [...document.querySelectorAll('.notes li')].map((item) => item.textContent);";
    let listed = json!([
        "Nov 3: Spring sale",
        "Nov 10: Version 2",
        "Nov 10: And a fix"
    ]);
    assert_eq!(browser.run(list, json!([])), listed);
    browser.read("Not shown here: annotations outside of the period (1).");
    let said = "const chart = document.querySelector('.chart');
        chart.focus();
        for (const key of ['Home', 'ArrowRight', 'ArrowRight']) chart.dispatchEvent(new KeyboardEvent('keydown', {key}));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return [chart.getAttribute('aria-valuetext'), document.querySelector('.tip p').textContent];";
    let said = browser.wait_for(said);
    assert_eq!(said, json!(["Nov 3: Web 9. Spring sale", "Spring sale"]));
    browser.assert_accessible("annotations");
    browser.assert_quiet();
}

#[test]
fn the_authors_colours_are_used() {
    let shapes = shapes();
    let (server, browser) = (server(&shapes), Browser::start());
    let legend = "return [...document.querySelectorAll('.legend li')].map((item) => [item.textContent,
        getComputedStyle(item.querySelector('.dot')).getPropertyValue('--c'), item.querySelector('button')?.getAttribute('aria-pressed')]);";
    let shown = |share: &str| {
        browser.open(&format!("{}/shared/{share}", server.url));
        drawn(&browser);
        browser.run(legend, json!([]))
    };
    let by_value = json!([
        ["Web", "#059669", "true"],
        ["App", "#dc2626", "true"],
        ["API", "#2563eb", "false"]
    ]);
    assert_eq!(shown("authors-colours"), by_value);
    let of_rows = json!([["Fern", "#2563eb", "true"], ["Palm", "#db2777", "true"]]);
    assert_eq!(shown("sql-line"), of_rows);
    let of_funnels = json!([["Chrome", "#2563eb", "true"], ["Safari", "#d97706", "true"]]);
    assert_eq!(shown("funnel-upright-split"), of_funnels);

    let board = server.get("/api/projects/1/dashboards/1/").ok(200);
    let tile = board["tiles"][0]["id"].clone();
    let colour = json!({"tiles": [{"id": tile, "color": "blue"}]});
    server
        .patch("/api/projects/1/dashboards/1/", colour)
        .ok(200);
    browser.open(&format!("{}/shared/board", server.url));
    browser.see("heading", "Every shape");
    let edges = "return [...document.querySelectorAll('.card')].map((card) => getComputedStyle(card).borderTopColor).filter((colour) => colour === 'rgb(37, 99, 235)').length;";
    assert_eq!(browser.run(edges, json!([])), 1);
}
