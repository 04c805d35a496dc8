//! A headless Chromium, driven over WebDriver as a person would: by the roles and names of what is on the page.
//!
//! WebDriver is a dozen JSON requests, which the harness's HTTP client can send: a driver library would bring a second
//! HTTP client and an async runtime with it.

use std::{
    cell::Cell,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::Ask;

/// What WebDriver calls the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Elements of a role in the topmost dialog, or else on the page, that can be seen and may be called `name`.
const CANDIDATES: &str = r#"
const [role, name] = arguments;
const selectors = {button: "button:not([role])", switch: "[role=switch]", link: "a[href]", heading: "h1, h2, h3",
  textbox: "input:not([type=checkbox]):not([type=search]), textarea", searchbox: "input[type=search]",
  checkbox: "input[type=checkbox]", combobox: "select", status: "[role=status] p"};
const scope = role === "status" ? document : [...document.querySelectorAll("dialog[open]")].pop() ?? document;
const named = (it) => [it.getAttribute("aria-label"), it.labels?.[0]?.textContent, it.textContent]
  .some((text) => text?.trim().startsWith(name));
return [...scope.querySelectorAll(selectors[role])].filter((it) => it.checkVisibility() && named(it));
"#;

/// What Tab stops at in the topmost dialog, or else on the page: each gets a number.
const STOPS: &str = "
document.activeElement.blur();
const scope = [...document.querySelectorAll('dialog[open]')].pop() ?? document.body;
const can = (it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({ visibilityProperty: true }) && !it.closest('[inert]');
window.stops = [...scope.querySelectorAll('a[href], button, summary, input, select, textarea, [tabindex]')].filter(can);
return stops.length;";

/// The number of the stop that has the focus, a word if it is none, and what is wrong with how it is seen.
const STOP: &str = "
const it = document.activeElement;
if (it === document.body) return ['page', null];
const { left, top, right, bottom } = it.getBoundingClientRect();
const within = (value, most) => Math.min(most - 1, Math.max(0, value));
const [x, y] = [within((left + right) / 2, innerWidth), within((top + bottom) / 2, innerHeight)];
const hit = document.elementFromPoint(x, y);
const { outlineStyle, outlineWidth } = getComputedStyle(it);
const fault = right - left < 1 || bottom - top < 1 || right < 1 || bottom < 1 || left > innerWidth - 1 || top > innerHeight - 1 ? 'out of sight'
  : it.localName !== 'iframe' && (outlineStyle === 'none' || parseFloat(outlineWidth) < 1) ? 'without an outline'
  : hit && !it.contains(hit) && !hit.contains(it) ? `covered by ${hit.outerHTML.slice(0, 80)}` : null;
const number = window.stops?.indexOf(it) ?? -1;
return [number < 0 ? it.localName : number, fault && `${it.outerHTML.slice(0, 160)} is ${fault}`];";

/// A browser with a fresh profile.
pub struct Browser {
    driver: Child,
    session: String,
    /// Within a frame of another site the driver computes no names: there what [`CANDIDATES`] compare has to do.
    in_frame: Cell<bool>,
    _profile: TempDir,
}

impl Browser {
    /// Starts one. `tests/browser/install` brings the programs.
    pub fn start() -> Browser {
        Browser::with(&[])
    }

    /// The same with more arguments for Chromium.
    pub fn with(more: &[&str]) -> Browser {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: run tests/browser/install");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                Some(
                    line.split_once("successfully on port ")?
                        .1
                        .trim_end_matches('.')
                        .to_owned(),
                )
            })
            .expect("chromedriver tells its port");
        let profile = TempDir::new().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ];
        let mut arguments: Vec<_> = arguments
            .iter()
            .chain(more)
            .map(ToString::to_string)
            .collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "timeouts": {"script": 120_000}, // axe-core on the API reference, on a machine that does much else
            "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let root = format!("http://127.0.0.1:{port}/session");
        let made = Ask::new("POST", root.clone()).json(wanted).send().ok(200);
        let id = made["value"]["sessionId"].as_str().unwrap();
        Browser {
            driver,
            session: format!("{root}/{id}"),
            in_frame: Cell::new(false),
            _profile: profile,
        }
    }

    /// Goes to `url`.
    pub fn open(&self, url: &str) {
        self.post("url", json!({"url": url}));
    }

    /// What `script` returns.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        self.post("execute/sync", json!({"script": script, "args": arguments}))
    }

    /// What the promise that `script` returns comes to.
    pub fn wait_for(&self, script: &str) -> Value {
        let script =
            format!("const done = arguments[0]; (async () => {{ {script} }})().then(done);");
        self.post("execute/async", json!({"script": script, "args": []}))
    }

    /// Sends a command of Chromium's own and returns its result.
    pub fn command(&self, name: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", json!({"cmd": name, "params": params}))
    }

    /// Waits until something of `role` can be seen whose name, as a screen reader tells it, starts with `name`.
    #[track_caller]
    pub fn see(&self, role: &str, name: &str) -> String {
        let patience = Instant::now();
        loop {
            let found = self.run(CANDIDATES, json!([role, name]));
            for element in found.as_array().unwrap() {
                let id = element[ELEMENT].as_str().unwrap();
                let url = format!("{}/element/{id}/computedlabel", self.session);
                let told = Ask::new("GET", url).send().body["value"].clone(); // none, if it is gone meanwhile
                let has_name = told.as_str().is_some_and(|told| told.starts_with(name));
                if has_name || ["heading", "status"].contains(&role) || self.in_frame.get() {
                    return id.to_owned();
                }
            }
            if patience.elapsed() > Duration::from_secs(10) {
                self.save("failed");
                let page = self.run("return document.body.innerText", json!([]));
                panic!("no {role} \"{name}\" on the page: {page}\n{:?}", self.log());
            }
            sleep(Duration::from_millis(30));
        }
    }

    /// Presses the element of `role` called `name`.
    #[track_caller]
    pub fn press(&self, role: &str, name: &str) {
        for _ in 0..5 {
            let id = self.see(role, name);
            let url = format!("{}/element/{id}/click", self.session);
            let answer = Ask::new("POST", url).json(json!({})).send();
            // The page may have been drawn anew meanwhile.
            let gone = ["stale element reference", "element not interactable"];
            let error = answer.body["value"]["error"].as_str();
            if !error.is_some_and(|error| gone.contains(&error)) {
                answer.ok(200);
                return;
            }
        }
        panic!("{role} \"{name}\" is never there for long");
    }

    /// Types `text` into the textbox or searchbox called `name`, instead of what is there.
    #[track_caller]
    pub fn fill(&self, role: &str, name: &str, text: &str) {
        let id = self.see(role, name);
        self.post(&format!("element/{id}/clear"), json!({}));
        self.post(&format!("element/{id}/value"), json!({"text": text}));
    }

    /// Picks the option that starts with `option` in the combobox called `name`.
    #[track_caller]
    pub fn choose(&self, name: &str, option: &str) {
        let id = self.see("combobox", name);
        let path = format!(".//option[starts-with(., '{option}')]");
        let wanted = json!({"using": "xpath", "value": path});
        let found = self.post(&format!("element/{id}/element"), wanted);
        let option = found[ELEMENT].as_str().unwrap();
        self.post(&format!("element/{option}/click"), json!({}));
    }

    /// Types `keys` into whatever has the focus. Keys without a letter are WebDriver's: Enter is U+E007.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        self.of_focused("POST", "value", json!({"text": keys}));
    }

    /// What a screen reader calls the element that has the focus.
    #[track_caller]
    pub fn focused(&self) -> String {
        let label = self.of_focused("GET", "computedlabel", Value::Null);
        label.as_str().unwrap_or_default().to_owned()
    }

    /// Sends a command about the element that has the focus; again if the page was drawn anew meanwhile.
    #[track_caller]
    fn of_focused(&self, method: &str, path: &str, body: Value) -> Value {
        for _ in 0..5 {
            let active = self.get("element/active");
            let id = active[ELEMENT].as_str().unwrap();
            let ask = Ask::new(method, format!("{}/element/{id}/{path}", self.session));
            let answer = match &body {
                Value::Null => ask.send(),
                body => ask.json(body.clone()).send(),
            };
            let gone = ["stale element reference", "element not interactable"];
            let error = answer.body["value"]["error"].as_str();
            if !error.is_some_and(|error| gone.contains(&error)) {
                return answer.ok(200)["value"].clone();
            }
        }
        panic!("what has the focus is never there for long");
    }

    /// The value of the textbox called `name`.
    #[track_caller]
    pub fn value(&self, name: &str) -> String {
        let id = self.see("textbox", name);
        let value = self.get(&format!("element/{id}/property/value"));
        value.as_str().unwrap().to_owned()
    }

    /// Waits until the page's text holds `text`.
    #[track_caller]
    pub fn read(&self, text: &str) {
        let patience = Instant::now();
        while self.run(
            "return document.body.innerText.includes(arguments[0])",
            json!([text]),
        ) != true
        {
            if patience.elapsed() > Duration::from_secs(10) {
                self.save("failed");
                let page = self.run("return document.body.innerText", json!([]));
                panic!("\"{text}\" is not on the page: {page}\n{:?}", self.log());
            }
            sleep(Duration::from_millis(30));
        }
    }

    /// Goes into the one frame of the page.
    pub fn enter_frame(&self) {
        self.post("frame", json!({"id": 0}));
        self.in_frame.set(true);
    }

    /// Goes back to the page around the frames.
    pub fn leave_frame(&self) {
        self.post("frame", json!({"id": null}));
        self.in_frame.set(false);
    }

    /// The page as a printer gets it: a PDF, in base64.
    pub fn print(&self) -> String {
        let paper = self.post("print", json!({"background": true}));
        paper.as_str().unwrap().to_owned()
    }

    /// Writes a picture of the page to `target/screenshots/NAME.png`.
    pub fn save(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        let picture = self.get("screenshot");
        let picture = BASE64_STANDARD.decode(picture.as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// What the console was warned of since the last look, refusals of the content policy included.
    pub fn log(&self) -> Vec<Value> {
        let lines = self.post("se/log", json!({"type": "browser"}));
        let mut lines = lines.as_array().unwrap().clone();
        lines.retain(|line| line["level"] == "WARNING" || line["level"] == "SEVERE");
        lines
    }

    /// Checks that no script failed, that nothing was refused and that the page asked no other server for anything.
    #[track_caller]
    pub fn assert_quiet(&self) {
        let lines = self.log();
        assert!(lines.is_empty(), "{lines:#?}");
        let foreign = self.run(
            "return performance.getEntriesByType('resource').map((it) => it.name)
               .filter((name) => !/^(data|blob):/.test(name) && !name.startsWith(location.origin))",
            json!([]),
        );
        assert_eq!(foreign, json!([]), "asked of other servers");
    }

    /// Checks that axe-core finds nothing on the page that keeps people out; `place` says where that is.
    #[track_caller]
    pub fn assert_accessible(&self, place: &str) {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/axe/package/axe.min.js");
        let axe = fs::read_to_string(file).expect("axe-core is there: run tests/browser/install");
        self.run(&axe, json!([]));
        let found = self.wait_for(
            "const { violations } = await axe.run(document, { resultTypes: ['violations'] });
             return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((it) => it.html + ' ' + it.failureSummary)]);",
        );
        assert_eq!(found, json!([]), "{place}");
    }

    /// Presses Tab, also where a frame has the focus.
    fn tab(&self) {
        for kind in ["rawKeyDown", "keyUp"] {
            let event =
                json!({"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9});
            self.command("Input.dispatchKeyEvent", event);
        }
    }

    /// Checks that Tab leads to all that can have the focus in the topmost dialog or else on the page, from one to the next and
    /// round again, and that each can be seen while it has the focus.
    #[track_caller]
    pub fn assert_walkable(&self, place: &str) {
        let count = self.run(STOPS, json!([])).as_u64().unwrap();
        if count == 0 {
            return;
        }
        let mut missing: Vec<_> = (0..count).collect();
        let (mut last, mut times) = (None, 0);
        for _ in 0..3 * count + 20 {
            self.tab();
            let stop = self.run(STOP, json!([]));
            assert_eq!(stop[1], Value::Null, "{place}");
            let number = stop[0].as_u64();
            times = if number == last { times + 1 } else { 1 };
            // The parts of a date and time are stops of their own.
            let is_caught = number.is_some() && times > 9;
            assert!(!is_caught, "{place}: Tab is caught by stop {stop}");
            last = number;
            missing.retain(|one| Some(*one) != number);
            if missing.is_empty() && number != Some(count - 1) {
                return; // round again
            }
        }
        self.save("failed");
        let missed = self.run(
            "return arguments[0].map((number) => stops[number].outerHTML.slice(0, 160))",
            json!([missing]),
        );
        panic!("{place}: Tab does not lead to {missed:#}");
    }

    /// Presses Tab until what has the focus is called `name`. Each stop has to be seen.
    #[track_caller]
    pub fn walk_to(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..120 {
            self.tab();
            let stop = self.run(STOP, json!([]));
            assert_eq!(stop[1], Value::Null, "on the way to \"{name}\"");
            let focused = self.focused();
            if focused.starts_with(name) {
                return;
            }
            passed.push(focused);
        }
        self.save("failed");
        panic!("Tab does not lead to \"{name}\": {passed:#?}");
    }

    /// Waits until what has the focus is called `name`.
    #[track_caller]
    pub fn assert_focused(&self, name: &str) {
        let patience = Instant::now();
        while !self.focused().starts_with(name) {
            if patience.elapsed() > Duration::from_secs(10) {
                self.save("failed");
                panic!("not \"{name}\" has the focus, but \"{}\"", self.focused());
            }
            sleep(Duration::from_millis(30));
        }
    }

    /// Checks the page in both themes and at two widths: axe-core finds nothing, and nothing is wider than the page. Saves a
    /// picture of each.
    #[track_caller]
    pub fn assert_presentable(&self, name: &str) {
        let theme = self.run(
            "return document.documentElement.dataset.theme ?? ''",
            json!([]),
        );
        let set_theme = |theme: &Value| {
            let script = "const [theme] = arguments;
                if (theme) document.documentElement.dataset.theme = theme;
                else delete document.documentElement.dataset.theme;";
            self.run(script, json!([theme]));
        };
        for (size, width, height) in [("wide", 1280, 860), ("narrow", 390, 844)] {
            let metrics =
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
            self.command("Emulation.setDeviceMetricsOverride", metrics);
            for theme in ["light", "dark"] {
                set_theme(&json!(theme));
                self.save(&format!("{name}-{size}-{theme}"));
                self.assert_accessible(&format!("{name} {size} {theme}"));
            }
            let overflow = self.run(
                "const { scrollWidth, clientWidth } = document.documentElement;
                 const open = [...document.querySelectorAll('dialog[open]')].pop();
                 return Math.max(scrollWidth - clientWidth, open ? open.scrollWidth - open.clientWidth : 0)",
                json!([]),
            );
            assert!(overflow.as_i64().unwrap() <= 0, "{name} {size}: {overflow}");
        }
        set_theme(&theme);
        self.command("Emulation.clearDeviceMetricsOverride", json!({}));
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{}/{path}", self.session);
        Ask::new("GET", url).send().ok(200)["value"].clone()
    }

    #[track_caller]
    fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.session);
        Ask::new("POST", url).json(body).send().ok(200)["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = Ask::new("DELETE", self.session.clone()).try_send();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
