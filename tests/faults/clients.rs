//! Who writes while the disk fails, and what was acknowledged.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

/// A key that may do everything in project 1, and the token that events are sent with.
pub const KEY: &str = "phx_faults";
pub const TOKEN: &str = "phc_faults";

/// Every definition there is.
pub const DEFINITIONS: &str = "/api/projects/1/property_definitions/?limit=100000";
const NOTEBOOKS: &str = "/api/projects/1/notebooks/?limit=100000";

/// Thing -> state.
pub type Things = BTreeMap<String, String>;

/// A response.
pub struct Answer {
    pub status: u16,
    pub text: String,
    retry_after: bool,
}

/// Sends a request with the key, and with `body` if it is not null. The server has to respond: it is never killed meanwhile.
pub fn ask(url: &str, method: &str, path: &str, body: Value) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{url}{path}"))
        .header("authorization", format!("Bearer {KEY}"));
    let answer = match body {
        Value::Null => agent.run(request.body(()).expect("a request")),
        body => {
            let request = request.header("content-type", "application/json");
            agent.run(request.body(body.to_string()).expect("a request"))
        }
    };
    let mut answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let text = answer
        .body_mut()
        .with_config()
        .limit(1 << 30)
        .read_to_string();
    Answer {
        status: answer.status().as_u16(),
        text: text.unwrap_or_else(|error| panic!("{method} {path}: {error}")),
        retry_after: answer.headers().contains_key("retry-after"),
    }
}

pub fn definition_id(writer: usize) -> String {
    format!("0195f3a0-0000-0000-8000-00000000000{writer}")
}

/// Everything that the server shows of what writers write; events bring properties of the server's own besides.
pub fn read_all(url: &str) -> Things {
    let rows = |path: &str| {
        let answer = ask(url, "GET", path, Value::Null);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let body: Value = serde_json::from_str(&answer.text).expect("JSON");
        body["results"].as_array().expect("a list").clone()
    };
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let definition = |row: Value| {
        let thing = format!("property {}", text(&row, "name"));
        (thing, text(&row, "description"))
    };
    let notebook = |row: Value| {
        let thing = format!("notebook {}", text(&row, "short_id"));
        (thing, text(&row, "title"))
    };
    let definitions = rows(DEFINITIONS).into_iter().map(definition);
    let notebooks = rows(NOTEBOOKS).into_iter().map(notebook);
    let is_ours = |(thing, _): &(String, String)| !thing.starts_with("property $");
    definitions.chain(notebooks).filter(is_ours).collect()
}

/// A client whose things no other client changes.
pub struct Writer {
    number: usize,
    turn: usize,
    pub acknowledged: usize,
    pub refused: usize,
    /// Everything that was acknowledged.
    pub things: Things,
}

impl Writer {
    pub fn new(number: usize) -> Writer {
        let own = (format!("property own {number}"), "first".to_owned());
        Writer {
            number,
            turn: 0,
            acknowledged: 0,
            refused: 0,
            things: [own].into(),
        }
    }

    /// Sends `writes` writes, each kind in turn.
    pub fn work(&mut self, url: &str, round: usize, writes: usize) {
        for _ in 0..writes {
            self.turn += 1;
            match self.turn % 3 {
                0 => self.describe(url, round),
                1 => self.create(url, round),
                _ => self.capture(url, round),
            };
        }
    }

    /// Makes a write after the fault; whether it succeeded.
    pub fn recover(&mut self, url: &str, round: usize) -> bool {
        self.turn += 1;
        self.describe(url, round)
    }

    /// PATCHes its own definition.
    fn describe(&mut self, url: &str, round: usize) -> bool {
        let path = format!(
            "/api/projects/1/property_definitions/{}/",
            definition_id(self.number)
        );
        let text = format!("round {round} turn {}", self.turn);
        let answer = ask(url, "PATCH", &path, json!({"description": text}));
        self.judge(answer, format!("property own {}", self.number), &text)
    }

    /// POSTs a notebook.
    fn create(&mut self, url: &str, round: usize) -> bool {
        let short_id = format!("r{round}w{}t{}", self.number, self.turn);
        let body = json!({"short_id": short_id, "title": "made"});
        let answer = ask(url, "POST", "/api/projects/1/notebooks/", body);
        self.judge(answer, format!("notebook {short_id}"), "made")
    }

    /// Captures an event with a property of a new name.
    fn capture(&mut self, url: &str, round: usize) -> bool {
        let name = format!("new {round} {} {}", self.number, self.turn);
        let event = json!({"api_key": TOKEN, "event": "fault", "distinct_id": "d", "properties": {&name: 1}});
        let answer = ask(url, "POST", "/i/v0/e/", event);
        self.judge(answer, format!("property {name}"), "")
    }

    /// Notes what became of a write. Errors are 503: nothing here is the client's fault, nor a bug.
    fn judge(&mut self, answer: Answer, thing: String, state: &str) -> bool {
        match answer.status {
            200 | 201 => {
                self.acknowledged += 1;
                self.things.insert(thing, state.into());
                true
            }
            503 => {
                self.refused += 1;
                assert!(answer.retry_after, "{thing}: when? {}", answer.text);
                false
            }
            status => panic!("{thing}: {status} {}", answer.text),
        }
    }
}
