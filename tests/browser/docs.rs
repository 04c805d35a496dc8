//! The documentation: read in both themes, on a phone, on paper and by keyboard; a request tried out of it; its weight.

use serde_json::{Value, json};

use crate::{driver::Browser, entrance::enter, harness::Server, trips::slow_down};

/// The pages, and a text that is there once each is drawn.
const PAGES: [(&str, &str, &str); 11] = [
    ("home", "/", "Is it up?"),
    ("guide", "/docs/", "In tests and CI"),
    ("testing", "/docs/testing/", "Wait and compare"),
    ("cli", "/docs/cli/", "hoglet keys create"),
    ("seed", "/docs/seed/", "personal_api_keys"),
    ("lab", "/docs/lab/", "Who can use it"),
    ("compatibility", "/docs/compatibility/", "Where it differs"),
    ("security", "/docs/security/", "Who can reach it"),
    ("changes", "/docs/changes/", "Unreleased"),
    ("contributing", "/docs/contributing/", "Add an endpoint"),
    ("licences", "/docs/licences/", "What it is made of"),
];

/// Every address that the page was loaded from, other than the server's.
const STRANGERS: &str = "return performance.getEntriesByType('resource').map(({ name }) => name)
  .filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:'))";

const OVERFLOW: &str =
    "return document.documentElement.scrollWidth > document.documentElement.clientWidth";

/// A server over the demonstration.
pub fn demo() -> Server {
    let seed: Value = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    Server::seeded(&seed, &[])
}

fn theme(browser: &Browser, theme: &str) {
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
    browser.command("Emulation.setEmulatedMedia", features);
}

fn width(browser: &Browser, width: u32) {
    let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
}

#[test]
fn every_page_can_be_read_by_anyone_in_both_themes_and_on_a_phone() {
    let (server, browser) = (Server::start(), Browser::start());
    for (name, path, text) in PAGES {
        for (size, pixels) in [("wide", 1280), ("narrow", 390)] {
            width(&browser, pixels);
            for colours in ["light", "dark"] {
                theme(&browser, colours);
                browser.open(&format!("{}{path}", server.url));
                browser.read(text);
                browser.save(&format!("docs-{name}-{size}-{colours}"));
                browser.assert_accessible(&format!("{name} {size} {colours}"));
                assert_eq!(browser.run(OVERFLOW, json!([])), false, "{name} {size}");
                assert_eq!(browser.run(STRANGERS, json!([])), json!([]), "{name}");
                browser.assert_quiet();
            }
        }
    }
}

#[test]
fn on_a_phone_the_list_of_chapters_is_closed_and_opens_by_keyboard() {
    let (server, browser) = (Server::start(), Browser::start());
    let seen = "const lists = [...document.querySelectorAll('.contents')];
        const visible = (selector) => lists.some((list) => [...list.querySelectorAll(selector)].some((it) => it.checkVisibility()));
        return [visible('a'), visible('summary'), document.querySelector('h1').getBoundingClientRect().bottom < innerHeight / 2]";
    for (name, path, text) in PAGES {
        width(&browser, 360);
        browser.open(&format!("{}{path}", server.url));
        browser.read(text);
        let has_list = path.starts_with("/docs/");
        let found = browser.run(seen, json!([]));
        assert_eq!(found, json!([false, has_list, true]), "{name}");
        width(&browser, 1280);
        let found = browser.run(seen, json!([]));
        assert_eq!(found, json!([has_list, false, true]), "{name}");
        // Not by a style alone that only newer browsers know.
        let open =
            "return [...document.querySelectorAll('.contents details')].map((list) => list.open)";
        let open = browser.run(open, json!([]));
        assert_eq!(open, json!(vec![true; usize::from(has_list)]), "{name}");
        if has_list {
            let first = "return document.querySelector('.contents a').textContent";
            browser.walk_to(browser.run(first, json!([])).as_str().unwrap());
        }
    }
    width(&browser, 360);
    for colours in ["light", "dark"] {
        theme(&browser, colours);
        browser.open(&format!("{}/docs/security/", server.url));
        browser.save(&format!("docs-chapters-closed-{colours}"));
        browser.walk_to("On this page");
        browser.keys("\u{e007}"); // Enter
        browser.see("link", "Who can reach it");
        browser.save(&format!("docs-chapters-open-{colours}"));
        browser.assert_accessible(&format!("open chapters {colours}"));
        assert_eq!(browser.run(OVERFLOW, json!([])), false);
        browser.walk_to("Who can reach it");
    }
    browser.keys("\u{e007}");
    assert_eq!(browser.run("return location.hash", json!([])), "#reach");
    browser.assert_quiet();
}

/// Notes the colours of each frame that is drawn, from the first.
const FRAMES: &str = "
globalThis.seen = [];
const look = () => {
  if (document.body) seen.push(getComputedStyle(document.documentElement).colorScheme);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);";

#[test]
fn a_theme_chosen_on_any_page_holds_on_all_from_their_first_frame() {
    let server = demo();
    let browser = enter(&server);
    browser.command(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({"source": FRAMES}),
    );
    theme(&browser, "light");
    browser.choose("Theme", "Dark");
    slow_down(&browser);
    let seen = "while (seen.length < 5 || document.readyState !== 'complete') await new Promise((done) => setTimeout(done, 20));
        return [...new Set(seen)]";
    let assert_drawn = |path: &str, colours: &str| {
        browser.open(&format!("{}{path}", server.url));
        assert_eq!(browser.wait_for(seen), json!([colours]), "{path}");
    };
    for path in ["/", "/docs/security/", "/docs/nowhere/", "/docs/api/"] {
        assert_drawn(path, "dark");
    }
    let viewer = "return document.querySelector('rapi-doc').getAttribute('theme')";
    assert_eq!(browser.run(viewer, json!([])), "dark");
    browser.choose("Theme", "Light");
    assert_eq!(browser.run(viewer, json!([])), "light");
    // Against the system, and as the system.
    theme(&browser, "dark");
    assert_drawn("/docs/", "light");
    browser.choose("Theme", "System");
    assert_drawn("/docs/lab/", "light dark");
    assert_drawn("/admin/", "light dark");
    browser.choose("Theme", "Light");
    // The back button leads to the colours chosen since.
    browser.run("history.back()", json!([]));
    browser.read("Who can use it");
    let now = "return [document.documentElement.dataset.theme, document.querySelector('header select').value]";
    assert_eq!(browser.run(now, json!([])), json!(["light", "light"]));
    // Chosen in another tab.
    browser.run(
        "localStorage.setItem('theme', 'dark'); dispatchEvent(new StorageEvent('storage', { key: 'theme' }));",
        json!([]),
    );
    assert_eq!(browser.run(now, json!([])), json!(["dark", "dark"]));
}

#[test]
fn the_header_is_one_row_on_a_desk_and_no_wider_than_a_phone() {
    let (server, browser) = (Server::start(), Browser::start());
    let rows = "const { top, height } = document.querySelector('header .name').getBoundingClientRect();
        const middle = ({ top, height }) => Math.round(top + height / 2);
        const parts = [...document.querySelectorAll('header :is(a, input, select)')];
        return [parts.length, [...new Set(parts.map((part) => Math.abs(middle(part.getBoundingClientRect()) - middle({ top, height })) < 4))]]";
    for path in ["/", "/docs/compatibility/", "/docs/api/"] {
        browser.open(&format!("{}{path}", server.url));
        browser.see("searchbox", "Search the documentation");
        for pixels in [1280, 1440] {
            width(&browser, pixels);
            let found = browser.run(rows, json!([]));
            assert_eq!(found, json!([14, [true]]), "{path} {pixels}");
        }
        for pixels in [390, 768] {
            width(&browser, pixels);
            assert_eq!(browser.run(OVERFLOW, json!([])), false, "{path} {pixels}");
        }
    }
    browser.assert_quiet();
}

/// Waits until the viewer has drawn the API.
const DRAWN: &str = "
const root = document.querySelector('rapi-doc').shadowRoot;
const until = async (look) => {
  for (let tries = 0; tries < 400 && !look(); tries++) await new Promise((done) => setTimeout(done, 50));
  return look();
};
if (!await until(() => root.querySelectorAll('api-request').length > 40)) return root.textContent;";

#[test]
fn the_reference_shows_the_api_in_both_themes_and_on_a_phone() {
    let (server, browser) = (Server::start(), Browser::start());
    for (size, pixels, colours) in [("wide", 1280, "light"), ("narrow", 390, "dark")] {
        width(&browser, pixels);
        theme(&browser, colours);
        browser.open(&format!("{}/docs/api/", server.url));
        assert_eq!(browser.wait_for(&format!("{DRAWN} return true;")), true);
        browser.save(&format!("docs-api-{size}-{colours}"));
        browser.assert_accessible(&format!("api {size} {colours}"));
        assert_eq!(browser.run(OVERFLOW, json!([])), false, "{size}");
        assert_eq!(browser.run(STRANGERS, json!([])), json!([]));
        // Who turns the lights on or off while reading sees the other colours at once.
        theme(&browser, if colours == "light" { "dark" } else { "light" });
        browser.wait_for("await new Promise((done) => setTimeout(done, 200))");
        browser.assert_quiet();
    }
}

#[test]
fn a_request_is_tried_with_a_key_typed_in() {
    let (server, browser) = (demo(), Browser::start());
    browser.open(&format!("{}/docs/api/", server.url));
    let answer = browser.wait_for(&format!(
        "{DRAWN}
         const path = '/api/projects/{{project_id}}/project_secret_api_keys/';
         const mine = (it) => it.getAttribute('path') === path && it.getAttribute('method') === 'get';
         const request = [...root.querySelectorAll('api-request')].find(mine);
         const key = root.querySelector('#http-PersonalAPIKeyAuth-api-key-input');
         key.value = 'phx_demo';
         key.nextElementSibling.click();
         await until(() => request.api_keys.length === 1);
         const button = request.shadowRoot.querySelector('[part~=btn-try]');
         button.click();
         const told = () => request.shadowRoot.querySelector('.response-message')?.textContent;
         await until(() => request.responseText.length > 1 && told());
         button.scrollIntoView();
         const twins = [...root.querySelectorAll('api-request')].filter((it) => it.getAttribute('path').includes('environment'));
         return [told(), JSON.parse(request.responseText).results.map((key) => key.label).sort(), twins.length];"
    ));
    let labels = json!(["Checkout service", "Nightly stock job"]);
    assert_eq!(answer[1], labels, "{answer}");
    assert_eq!(answer[2], 0, "operations are listed twice");
    assert!(answer[0].as_str().unwrap().contains("200"), "{answer}");
    browser.save("docs-api-tried");
    assert_eq!(browser.run(STRANGERS, json!([])), json!([]));
    browser.assert_quiet();
}

#[test]
fn examples_name_the_address_that_the_page_came_from_and_can_be_copied() {
    let (server, browser) = (Server::start(), Browser::start());
    let allowed = json!({"origin": server.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.command("Browser.grantPermissions", allowed);
    browser.open(&server.url);
    browser.read(&format!("curl {}/_health", server.url));
    browser.press("button", "Copy");
    browser.see("button", "Copied");
    let copied = browser.wait_for("return await navigator.clipboard.readText();");
    assert_eq!(copied, format!("curl {}/_health", server.url));
    browser.assert_quiet();
}

#[test]
fn the_keyboard_reaches_the_text_at_once() {
    let (server, browser) = (Server::start(), Browser::start());
    for path in ["/", "/docs/", "/docs/api/"] {
        browser.open(&format!("{}{path}", server.url));
        for (key, code) in [("Tab", 9), ("Enter", 13)] {
            for kind in ["rawKeyDown", "char", "keyUp"] {
                let text = if key == "Enter" { "\r" } else { "" };
                let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
                browser.command("Input.dispatchKeyEvent", event);
            }
        }
        let focused = browser.run("return document.activeElement.id", json!([]));
        assert_eq!(focused, "main", "{path}");
    }
}

#[test]
fn on_paper_there_is_the_text_and_no_menu() {
    let (server, browser) = (Server::start(), Browser::start());
    width(&browser, 700);
    for (name, path, text) in PAGES {
        browser.open(&format!("{}{path}", server.url));
        let media = json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "light"}]});
        browser.command("Emulation.setEmulatedMedia", media);
        browser.read(text);
        browser.save(&format!("docs-{name}-print"));
        let menus = "return [...document.querySelectorAll('nav, header')].some((it) => it.checkVisibility())";
        assert_eq!(browser.run(menus, json!([])), false, "{name}");
        assert_eq!(browser.run(OVERFLOW, json!([])), false, "{name}");
    }
}

/// How many bytes the page and all that it loaded are when packed, the API's viewer apart.
const WEIGHT: &str = "
const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
const wanted = new Set([location.href, ...loaded].filter((name) => name.startsWith('http') && !name.includes('/static/vendor/')));
let sum = 0;
for (const name of wanted) {
  const answer = await fetch(name);
  const packed = answer.body.pipeThrough(new CompressionStream('gzip'));
  sum += (await new Response(packed).arrayBuffer()).byteLength;
}
return [wanted.size, sum];";

#[test]
fn a_page_with_all_that_it_loads_is_light() {
    let (server, browser) = (demo(), Browser::start());
    let mut pages = PAGES.map(|(_, path, text)| (path, text)).to_vec();
    pages.push(("/docs/api/", "API reference"));
    pages.push(("/shared/demo-overview", "Bestsellers"));
    pages.push(("/shared/demo-naming", "How we name events"));
    pages.push(("/admin/", "Sign in"));
    for (path, text) in pages {
        browser.open(&format!("{}{path}", server.url));
        browser.read(text);
        let weight = browser.wait_for(WEIGHT);
        let (files, bytes) = (weight[0].as_u64().unwrap(), weight[1].as_u64().unwrap());
        assert!(files >= 1, "{path}: {weight}");
        assert!((500..150_000).contains(&bytes), "{path}: {bytes} bytes");
    }
}

#[test]
fn the_search_finds_what_is_on_any_page_by_keyboard() {
    let (server, browser) = (demo(), Browser::start());
    let found = |words: &str| {
        browser.fill("searchbox", "Search the documentation", words);
        browser.wait_for("const now = () => document.querySelector('.found p').textContent; while (!now() || document.querySelector('.found').hidden) await new Promise((done) => setTimeout(done, 20));
            await new Promise((done) => setTimeout(done, 100));
            return [...document.querySelectorAll('.found a')].map((link) => link.getAttribute('href'));")
    };
    // Something of each page, and an operation of the API.
    browser.open(&format!("{}/docs/api/", server.url));
    for (words, place) in [
        ("first requests", "/docs/#first-session"),
        ("wait compare", "/docs/testing/#"),
        ("hoglet healthcheck", "/docs/cli/#"),
        ("event_properties", "/docs/seed/#"),
        ("failures on demand", "/docs/lab/#"),
        ("where it differs", "/docs/compatibility/#"),
        ("who can reach", "/docs/security/#"),
        ("add an endpoint", "/docs/contributing/#"),
        ("unreleased", "/docs/changes/#"),
        ("move to the real service", "/docs/#service"),
        // No place has all of these words.
        ("back up nightly", "/docs/#backup"),
        ("behind a reverse proxy", "/docs/security/#"),
        (
            "roll a key",
            "/docs/api/#post-/api/projects/-project_id-/project_secret_api_keys/-id-/roll/",
        ),
    ] {
        let found = found(words);
        let is_first = found
            .as_array()
            .unwrap()
            .iter()
            .take(3)
            .any(|href| href.as_str().unwrap().starts_with(place));
        assert!(is_first, "{words}: {found}");
    }
    assert_eq!(found("zzyzx"), json!([]));
    browser.read("Nothing found");
    for (size, pixels) in [("wide", 1280), ("narrow", 390)] {
        width(&browser, pixels);
        for colours in ["light", "dark"] {
            theme(&browser, colours);
            browser.open(&format!("{}/docs/security/", server.url));
            browser.read("Who can reach it");
            browser.run(
                "document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))",
                json!([]),
            );
            assert_eq!(browser.focused(), "Search the documentation");
            found("health check");
            browser.save(&format!("docs-search-{size}-{colours}"));
            browser.assert_accessible(&format!("search {size} {colours}"));
            assert_eq!(browser.run(OVERFLOW, json!([])), false, "{size}");
        }
    }
    browser.keys("\u{e015}"); // down
    assert!(browser.focused().contains("hoglet healthcheck"));
    browser.keys("\u{e00c}"); // Escape
    assert_eq!(browser.focused(), "Search the documentation");
    let is_closed = "return document.querySelector('.found').hidden";
    assert_eq!(browser.run(is_closed, json!([])), true);
    found("hoglet healthcheck");
    browser.keys("\u{e007}"); // Enter
    browser.read("hoglet healthcheck");
    let place = browser.run("return location.pathname + location.hash", json!([]));
    assert!(
        place.as_str().unwrap().starts_with("/docs/cli/#"),
        "{place}"
    );
    browser.assert_quiet();
}

#[test]
fn operations_have_examples_in_three_languages() {
    let (server, browser) = (demo(), Browser::start());
    browser.open(&format!("{}/docs/api/", server.url));
    let shown = browser.wait_for("
        const root = document.querySelector('rapi-doc').shadowRoot;
        const all = () => [...root.querySelectorAll('*')].flatMap((it) => (it.shadowRoot ? [it, ...it.shadowRoot.querySelectorAll('*')] : [it]));
        const code = () => all().filter((it) => it.matches('pre, code')).map((it) => it.textContent);
        while (root.querySelectorAll('api-request').length < 50) await new Promise((done) => setTimeout(done, 200));
        const texts = code();
        const has = (part) => texts.some((text) => text.includes(part) && text.includes('/api/projects/1/project_secret_api_keys/'));
        return [has('curl -X POST'), has('requests.post('), has('await fetch('), texts.some((text) => text.includes(location.origin))];");
    assert_eq!(shown, json!([true, true, true, true]));
    browser.assert_quiet();
}

#[test]
fn each_operation_is_listed_with_the_key_that_opens_it() {
    let (server, browser) = (Server::start(), Browser::start());
    browser.open(&format!("{}/docs/security/#access-by-key", server.url));
    let rows = browser.wait_for("
        while (!document.querySelector('.access tbody')) await new Promise((done) => setTimeout(done, 20));
        return [...document.querySelectorAll('.access tbody tr')].map((row) => [row.cells[0].textContent, [...row.cells[1].querySelectorAll('a')].map((link) => link.title), row.cells[2].textContent, row.cells[3].textContent]);");
    let rows: Vec<(String, Vec<String>, String, String)> = serde_json::from_value(rows).unwrap();
    let document: Value = serde_json::from_str(include_str!("../../static/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut count = 0;
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let Some(security) = operation["security"].as_array() else {
                continue;
            };
            let scope = match security.first() {
                None => "no key",
                Some(first) => first["PersonalAPIKeyAuth"][0]
                    .as_str()
                    .unwrap_or("any scope"),
            };
            let name = format!("{} {path}", method.to_uppercase());
            let row = rows.iter().find(|(is, ..)| is == scope).unwrap();
            assert!(row.1.contains(&name), "{name}: {row:?}");
            count += 1;
        }
    }
    let listed: usize = rows
        .iter()
        .map(|(_, operations, ..)| operations.len())
        .sum();
    assert!(count > 100 && listed == count, "{listed} of {count}");
    let of = |scope: &str| rows.iter().find(|(is, ..)| is == scope).unwrap();
    assert_eq!(
        (&*of("insight:write").2, &*of("insight:write").3),
        ("yes", "no")
    );
    assert!(of("feature_flag:read").3.starts_with("only: "));
    assert_eq!(of("no key").3, "not needed");
    browser.assert_accessible("which key opens what");
    browser.assert_quiet();
}
