//! JSON bodies: accepted where serde_json accepts them, with the same value, and otherwise refused at a place that is there.

use hoglet::model::{Charset, Json, parse_json, parse_json_text};
use serde_json::{Number, Value};

/// A key by which serde_json passes raw values to itself; an object that begins with it is no plain object to it.
const PRIVATE: &str = "$serde_json::private";

/// Parses `input` as a JSON body.
pub fn json(input: &[u8]) {
    let ours = parse_json(input);
    for name in ["latin-1", "ascii", "utf-16", "utf-16-be", "shift_jis"] {
        let charset = Charset::named(name);
        let text = charset.decode(input);
        if let Err(problem) = text.and_then(|text| parse_json_text(&text)) {
            assert!(!problem.is_empty());
        }
        assert!(charset.decode_lossy(input).len() <= (1 + charset.growth()) * input.len());
        assert!(charset.pairs(input, 3).len() <= 3);
    }
    let text = String::from_utf8_lossy(input);
    if text.contains(PRIVATE) {
        return;
    }
    let theirs = serde_json::from_slice::<Value>(input);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert!(same(ours, theirs), "{ours:?} is not {theirs:?}"),
        (Ok(_), Err(error)) => assert!(is_lenient(&text, error), "accepted: {error}"),
        (Err(problem), Ok(_)) => assert!(problem.starts_with("Exceeds the limit"), "{problem}"),
        (Err(_), Err(_)) => {}
    }
    match ours {
        Ok(value) => {
            value.python_text();
            if is_plain(&value) {
                let written = serde_json::to_string(&value).expect("a value can be written");
                assert_eq!(parse_json(written.as_bytes()), Ok(value), "{written}");
            }
        }
        Err(problem) => check_place(input, &problem),
    }
}

/// Whether both are one value. serde_json reads integers beyond 64 bits as floats, and floats to within a few digits.
fn same(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::Int(digits), Value::Number(theirs)) => {
            let ours = digits.parse::<f64>().expect("digits are a number");
            *digits == theirs.to_string() || close(ours, theirs)
        }
        (Json::Float(ours), Value::Number(theirs)) => close(*ours, theirs),
        (Json::Text(ours), Value::String(theirs)) => ours.value == *theirs,
        (Json::List(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| same(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            let is_same = |((key, ours), (name, theirs)): (&(String, Json), (&String, &Value))| {
                key == name && same(ours, theirs)
            };
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(is_same)
        }
        _ => false,
    }
}

fn close(ours: f64, theirs: &Number) -> bool {
    let theirs = theirs.as_f64().expect("every number is a float, roughly");
    ours == theirs
        || (ours - theirs).abs() <= theirs.abs() * 1e-12
        || (ours.abs() < 1e-290 && theirs.abs() < 1e-290)
        || (ours.is_infinite() && theirs.abs() > 1e308)
}

/// Whether `text` is something that Python accepts and serde_json does not.
fn is_lenient(text: &str, error: &serde_json::Error) -> bool {
    let error = error.to_string();
    let is = |words: &str| error.starts_with(words);
    let is_word = text.contains("NaN") || text.contains("Infinity");
    is("recursion limit")
        || is("number out of range")
        || is("lone leading surrogate")
        || is("unexpected end of hex escape")
        || (is_word && (is("expected value") || is("invalid number")))
}

/// Whether `value` can be written as JSON and come back: no lone surrogates, no infinities, not NaN.
fn is_plain(value: &Json) -> bool {
    match value {
        Json::Float(number) => number.is_finite(),
        Json::Text(text) => text.surrogate.is_none(),
        Json::List(items) => items.iter().all(is_plain),
        Json::Object(members) => members.iter().all(|(_, value)| is_plain(value)),
        _ => true,
    }
}

/// Line, column and offset of a problem name one place, and it is in the text.
fn check_place(input: &[u8], problem: &str) {
    if problem.starts_with("Exceeds the limit") {
        return;
    }
    if let Some((_, place)) = problem.split_once(" in position ") {
        let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
        let position: usize = digits.parse().expect("a position is a number");
        assert!(position < input.len(), "{problem}");
        return;
    }
    let text = std::str::from_utf8(input).expect("anything else is a problem of UTF-8");
    if problem.starts_with("Unexpected UTF-8 BOM") {
        assert!(text.starts_with('\u{feff}'), "{problem}");
        return;
    }
    let at = number_after(problem, "(char ");
    assert!(at <= text.chars().count(), "{problem}");
    let before: String = text.chars().take(at).collect();
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    assert_eq!(number_after(problem, ": line "), line, "{problem}");
    assert_eq!(number_after(problem, " column "), column, "{problem}");
}

fn number_after(problem: &str, words: &str) -> usize {
    let (_, rest) = problem
        .rsplit_once(words)
        .unwrap_or_else(|| panic!("no {words:?} in {problem}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}
