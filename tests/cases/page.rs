//! What a person sees on a page, in the browser.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    driver::Browser,
    step::{regex, text},
    values::known_keys,
};

/// How long a page may take until it is as expected.
const PATIENCE: Duration = Duration::from_secs(10);

/// The words on the page, its markup, and how many charts are drawn: canvases with colours on them, since axes are grey, and
/// pictures with shapes. Null while the page or a chart on it is still empty.
const SEEN: &str = r#"
const painted = (canvas) => {
  if (!canvas.width || !canvas.height) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const isColour = (at) => data[at + 3] > 128 && Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60;
  for (let at = 0; at < data.length; at += 4) if (isColour(at)) return true;
  return false;
};
const visible = (it) => it.checkVisibility() && it.getBoundingClientRect().width > 0;
const shapes = (svg) => svg.querySelector("path, rect, circle, line, polyline, polygon");
const charts = [...document.querySelectorAll("canvas, svg")].filter(visible);
const words = document.body.innerText;
if (!words.trim() || [...document.querySelectorAll(".chart")].some((chart) => !chart.firstChild)) return null;
return { words, markup: document.body.outerHTML,
  drawn: charts.filter((it) => it.localName === "canvas" ? painted(it) : shapes(it)).length };
"#;

/// Opens the page that `expected` names and waits until it is as `expected`.
pub fn check(browser: &Browser, url: &str, expected: &Value) -> Result<(), String> {
    let keys = [
        "path",
        "has",
        "lacks",
        "matches",
        "drawn",
        "markup_has",
        "markup_lacks",
    ];
    known_keys(expected, &keys)?;
    browser.open(&format!("{url}{}", text(&expected["path"])?));
    let start = Instant::now();
    let mut before = Value::Null;
    loop {
        sleep(Duration::from_millis(100));
        let seen = browser.run(SEEN, json!([]));
        // What comes late must not slip through `lacks`, so the page has to be the same twice.
        let is_settled = !seen.is_null() && seen == before;
        let fault = match is_settled {
            true => compare(&seen, expected),
            false => Err("the page goes on changing or stays empty".to_owned()),
        };
        match fault {
            Err(fault) if start.elapsed() > PATIENCE => {
                browser.save("failed-case");
                let words = seen["words"].as_str().unwrap_or_default();
                return Err(format!("{fault}; the page:\n{words}"));
            }
            Err(_) => before = seen,
            Ok(()) => return Ok(()),
        }
    }
}

fn compare(seen: &Value, expected: &Value) -> Result<(), String> {
    let drawn = expected["drawn"].as_u64().unwrap_or_default();
    if seen["drawn"].as_u64() < Some(drawn) {
        return Err(format!("{} charts are drawn, not {drawn}", seen["drawn"]));
    }
    let (words, markup) = (text(&seen["words"])?, text(&seen["markup"])?);
    for (key, where_to_look, must) in [
        ("has", words, true),
        ("lacks", words, false),
        ("markup_has", markup, true),
        ("markup_lacks", markup, false),
    ] {
        for part in expected[key].as_array().into_iter().flatten() {
            if where_to_look.contains(text(part)?) != must {
                return Err(format!("the page {key} {part}? No"));
            }
        }
    }
    for pattern in expected["matches"].as_array().into_iter().flatten() {
        if !regex(pattern)?.is_match(words) {
            return Err(format!("nothing on the page matches {pattern}"));
        }
    }
    Ok(())
}
