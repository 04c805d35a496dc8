//! The steps of a case.

use std::io::Write;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::{Compression, write::GzEncoder};
use regex_lite::Regex;
use serde_json::Value;

use crate::{
    driver::Browser,
    harness::{Answer, Ask, Server},
    page,
    values::{Names, at, includes, known_keys, near},
};

/// A case that runs: its server, its browser once a step needs one, and what was kept.
pub struct Case {
    server: Server,
    browser: Option<Browser>,
    names: Names,
}

impl Case {
    /// Starts the server with the options in `start`, null if there are none.
    pub fn start(start: &Value) -> Result<Case, String> {
        let options: Vec<&str> = match start {
            Value::Null => Vec::new(),
            _ => {
                serde::Deserialize::deserialize(start).map_err(|fault| format!("start: {fault}"))?
            }
        };
        Ok(Case {
            server: Server::demo(&options),
            browser: None,
            names: Names::default(),
        })
    }

    /// Does one step.
    pub fn step(&mut self, step: &Value) -> Result<(), String> {
        known_keys(
            step,
            &["request", "expect", "keep", "events", "definitions", "page"],
        )?;
        if !step["request"].is_null() {
            return self.request(step);
        }
        known_keys(step, &["events", "definitions", "page"])?;
        let mut parts = step.as_object().into_iter().flatten();
        parts.try_for_each(|(name, part)| match name.as_str() {
            "events" => self.events(part),
            "definitions" => self.definitions(part),
            _ => {
                let browser = self.browser.get_or_insert_with(Browser::start);
                page::check(browser, &self.server.url, &self.names.fill_all(part))
            }
        })
    }

    fn request(&mut self, step: &Value) -> Result<(), String> {
        known_keys(step, &["request", "expect", "keep"])?;
        let answer = self.send(&self.names.fill_all(&step["request"]))?;
        let expect = self.names.fill_all(&step["expect"]);
        check(&answer, &expect)
            .map_err(|fault| format!("{fault}\n{} {}", answer.status, answer.text))?;
        for (name, path) in step["keep"].as_object().into_iter().flatten() {
            self.names.keep(name, at(&answer.body, text(path)?)?);
        }
        Ok(())
    }

    fn send(&self, request: &Value) -> Result<Answer, String> {
        let keys = [
            "method", "path", "headers", "key", "json", "text", "gzip", "base64",
        ];
        known_keys(request, &keys)?;
        let mut ask = self
            .server
            .ask(text(&request["method"])?, text(&request["path"])?);
        if let Some(key) = request["key"].as_str() {
            ask = ask.key(key);
        }
        let mut has_type = false;
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            has_type |= name.eq_ignore_ascii_case("content-type");
            ask = ask.header(name, text(value)?);
        }
        let json = if has_type { "" } else { "application/json" };
        for (name, body) in request.as_object().into_iter().flatten() {
            ask = match name.as_str() {
                "json" => ask.body(json, body.to_string()),
                "gzip" => pack(ask.header("content-encoding", "gzip"), json, body),
                "text" => ask.body("", text(body)?),
                "base64" => {
                    let bytes = BASE64_STANDARD.decode(text(body)?);
                    ask.body("", bytes.map_err(|fault| fault.to_string())?)
                }
                _ => ask,
            };
        }
        ask.try_send().map_err(|fault| fault.to_string())
    }

    fn events(&self, part: &Value) -> Result<(), String> {
        known_keys(part, &["have", "lack"])?;
        let defined = self.defined("event_definitions/?limit=1000")?;
        let has = |name: &Value| defined.iter().any(|one| one["name"] == *name);
        for (key, must) in [("have", true), ("lack", false)] {
            let mut names = part[key].as_array().into_iter().flatten();
            if let Some(name) = names.find(|name| has(name) != must) {
                return Err(format!("events {key} {name}? No"));
            }
        }
        Ok(())
    }

    fn definitions(&self, part: &Value) -> Result<(), String> {
        known_keys(part, &["type", "have", "lack"])?;
        let kind = text(&part["type"])?;
        let defined = self.defined(&format!("property_definitions/?limit=1000&type={kind}"))?;
        let find = |name: &str| defined.iter().find(|one| one["name"] == *name);
        for (name, property_type) in part["have"].as_object().into_iter().flatten() {
            let found = find(name).ok_or_else(|| format!("no {kind} property {name:?}"))?;
            includes(&found["property_type"], property_type, name)?;
        }
        for name in part["lack"].as_array().into_iter().flatten() {
            if find(text(name)?).is_some() {
                return Err(format!("there is a {kind} property {name}"));
            }
        }
        Ok(())
    }

    /// The definitions at `path`, all pages of them.
    fn defined(&self, path: &str) -> Result<Vec<Value>, String> {
        let mut defined = Vec::new();
        loop {
            let path = format!("/api/projects/1/{path}&offset={}", defined.len());
            let page = self.server.ask("GET", &path).key("phx_demo").send();
            if page.status != 200 {
                return Err(page.text);
            }
            defined.extend(
                page.body["results"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
            if page.body["next"].is_null() {
                return Ok(defined);
            }
        }
    }
}

fn pack(ask: Ask, kind: &str, body: &Value) -> Ask {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let written = packed.write_all(body.to_string().as_bytes());
    let packed = written.and_then(|()| packed.finish());
    ask.body(kind, packed.expect("writing to memory cannot fail"))
}

/// Compares `answer` with what a step expects of it.
fn check(answer: &Answer, expect: &Value) -> Result<(), String> {
    let keys = [
        "status",
        "json",
        "text",
        "text_begins",
        "headers",
        "count",
        "near",
    ];
    known_keys(expect, &keys)?;
    for (key, expected) in expect.as_object().into_iter().flatten() {
        match key.as_str() {
            "status" if *expected != answer.status => {
                return Err(format!("the status is not {expected}"));
            }
            "json" => includes(&answer.body, expected, "the answer")?,
            "text" if *expected != *answer.text => {
                return Err(format!("the text is not {expected}"));
            }
            "text_begins" if !answer.text.starts_with(text(expected)?) => {
                return Err(format!("the text does not begin with {expected}"));
            }
            "headers" => {
                for (name, pattern) in expected.as_object().into_iter().flatten() {
                    let value = answer.header(name);
                    if !regex(pattern)?.is_match(value) {
                        return Err(format!("the header {name} is {value:?}, not {pattern}"));
                    }
                }
            }
            "count" => {
                for one in expected.as_array().into_iter().flatten() {
                    let found = at(&answer.body, text(&one[0])?)?.as_array().map(Vec::len);
                    if found.map(Value::from).as_ref() != Some(&one[1]) {
                        return Err(format!("{} has {found:?} items, not {}", one[0], one[1]));
                    }
                }
            }
            "near" => {
                for one in expected.as_array().into_iter().flatten() {
                    let seconds = one[2].as_f64().ok_or("near: no number of seconds")?;
                    near(at(&answer.body, text(&one[0])?)?, text(&one[1])?, seconds)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The text in `value`.
pub fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("{value} is no text"))
}

/// The regular expression in `pattern`.
pub fn regex(pattern: &Value) -> Result<Regex, String> {
    Regex::new(text(pattern)?).map_err(|fault| format!("{pattern}: {fault}"))
}
