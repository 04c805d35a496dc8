//! Every row of the reference's table of messages, and what is accepted beyond strict JSON.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::Text;

#[test]
fn errors_are_in_the_words_of_python() {
    for (bodies, words) in [
        (
            &[
                "created_at=string",
                "tru",
                "nul",
                "]",
                "-",
                "+1",
                ".5",
                "\0",
                "é",
                "",
            ][..],
            "Expecting value: line 1 column 1 (char 0)",
        ),
        (&["   "], "Expecting value: line 1 column 4 (char 3)"),
        (
            &["{", "{a:1}", "{'a':1}", "{1:2}"],
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (&[r#"{"a":}"#], "Expecting value: line 1 column 6 (char 5)"),
        (&["["], "Expecting value: line 1 column 2 (char 1)"),
        (&["[1,,2]"], "Expecting value: line 1 column 4 (char 3)"),
        (
            &["[1,\u{a0}2]"],
            "Expecting value: line 1 column 4 (char 3)",
        ),
        (
            &[r#"{"a" 1}"#],
            "Expecting ':' delimiter: line 1 column 6 (char 5)",
        ),
        (
            &[r#"{"a":1"#],
            "Expecting ',' delimiter: line 1 column 7 (char 6)",
        ),
        (
            &["[1 2]"],
            "Expecting ',' delimiter: line 1 column 4 (char 3)",
        ),
        (
            &[r#"{"a":1 "b":2}"#],
            "Expecting ',' delimiter: line 1 column 8 (char 7)",
        ),
        (
            &["[1}"],
            "Expecting ',' delimiter: line 1 column 3 (char 2)",
        ),
        (
            &[r#"{"a":1,}"#],
            "Illegal trailing comma before end of object: line 1 column 7 (char 6)",
        ),
        (
            &["[1,]", "[1, ]"],
            "Illegal trailing comma before end of array: line 1 column 3 (char 2)",
        ),
        (
            &[r#"{"a":1,"#, r#"{"a":1,b"#],
            "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)",
        ),
        (&[r#"{"a":1} x"#], "Extra data: line 1 column 9 (char 8)"),
        (&[r#"{"a":1}}"#], "Extra data: line 1 column 8 (char 7)"),
        (
            &["01", "1.", "1e", "1e+", "1.e5", "1-"],
            "Extra data: line 1 column 2 (char 1)",
        ),
        (
            &[r#"{"a":"b"#, r#"{"a":"\"#, r#"{"a":"b\""#],
            "Unterminated string starting at: line 1 column 6 (char 5)",
        ),
        (
            &[
                "{\"a\":\"\u{1}\"}",
                "{\"a\":\"\n",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\0\"}",
            ],
            "Invalid control character at: line 1 column 7 (char 6)",
        ),
        (
            &[r#"{"a":"\x"}"#, r#"{"a":"\é"}"#],
            "Invalid \\escape: line 1 column 7 (char 6)",
        ),
        (
            &[
                r#"{"a":"\u12"}"#,
                r#"{"a":"\u"#,
                r#"{"a":"\u1234"#,
                r#"{"a":"\u+123"}"#,
                r#"{"a":"\u123é"}"#,
            ],
            "Invalid \\uXXXX escape: line 1 column 8 (char 7)",
        ),
        (
            &[r#"{"a":"\ud83d\ude0"}"#, r#"{"a":"\ud83d\ude00"#],
            "Invalid \\uXXXX escape: line 1 column 14 (char 13)",
        ),
        (
            &["{\n \"a\": x}"],
            "Expecting value: line 2 column 7 (char 8)",
        ),
        (
            &["\"é😀\n\""],
            "Invalid control character at: line 1 column 4 (char 3)",
        ),
        (
            &["\u{feff}{}"],
            "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
        ),
    ] {
        for body in bodies {
            assert_eq!(parse(body.as_bytes()), Err(words.to_owned()), "{body:?}");
        }
    }
}

#[test]
fn integers_are_limited_to_4300_digits() {
    for sign in ["", "-"] {
        let longest = format!("{sign}{}", "9".repeat(4300));
        assert_eq!(parse(longest.as_bytes()), Ok(Json::Int(longest)));
        let words = "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; \
            use sys.set_int_max_str_digits() to increase the limit";
        let too_long = format!("[{sign}{}", "9".repeat(5000));
        assert_eq!(parse(too_long.as_bytes()), Err(words.to_owned()));
    }
    let float = format!("{}.0", "9".repeat(5000));
    assert_eq!(parse(float.as_bytes()), Ok(Json::Float(f64::INFINITY)));
}

#[test]
fn invalid_utf8_is_reported_by_its_bytes() {
    for (body, words) in [
        (
            &b"{\"a\": \"bcd\xff\"}"[..],
            "byte 0xff in position 10: invalid start byte",
        ),
        (
            b"\x1f\x8b\x08",
            "byte 0x8b in position 1: invalid start byte",
        ),
        (b"\"\x80\"", "byte 0x80 in position 1: invalid start byte"),
        (
            b"\"\xc1\x80\"",
            "byte 0xc1 in position 1: invalid start byte",
        ),
        (
            b"\"\xf5\x80\"",
            "byte 0xf5 in position 1: invalid start byte",
        ),
        (
            b"\"\xc3\"",
            "byte 0xc3 in position 1: invalid continuation byte",
        ),
        (
            b"\"\xed\xa0\x80\"",
            "byte 0xed in position 1: invalid continuation byte",
        ),
        (
            b"\"\xe2\x82\"",
            "bytes in position 1-2: invalid continuation byte",
        ),
        (
            b"\"\xf0\x9f\x98\"",
            "bytes in position 1-3: invalid continuation byte",
        ),
        (b"\"\xc3", "byte 0xc3 in position 1: unexpected end of data"),
        (
            b"\"\xf0\x9f\x98",
            "bytes in position 1-3: unexpected end of data",
        ),
    ] {
        let words = format!("'utf-8' codec can't decode {words}");
        assert_eq!(parse(body), Err(words), "{body:?}");
    }
}

#[test]
fn more_than_strict_json_is_accepted() {
    for (body, value) in [
        ("Infinity", Json::Float(f64::INFINITY)),
        ("-Infinity", Json::Float(f64::NEG_INFINITY)),
        ("1e400", Json::Float(f64::INFINITY)),
        ("-0", Json::Int("0".into())),
        ("-0.0", Json::Float(-0.0)),
        ("1e2", Json::Float(100.0)),
        ("1E+2", Json::Float(100.0)),
        (" \t\r\n1\t\r\n ", Json::Int("1".into())),
        ("[ ]", Json::List(vec![])),
        ("{ }", Json::Object(vec![])),
        (
            r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u0000""#,
            Json::from("\"\\/\u{8}\u{c}\n\r\té😀\0"),
        ),
        (
            r#"{"b":1,"a":2,"b":3}"#,
            Json::from(json!({"b": 3, "a": 2})),
        ),
    ] {
        assert_eq!(parse(body.as_bytes()), Ok(value), "{body}");
    }
    assert!(matches!(parse(b"NaN"), Ok(Json::Float(number)) if number.is_nan()));
    let many: Vec<_> = (0..100).map(|n| format!("\"{}\":{n}", n % 40)).collect();
    let Ok(Json::Object(members)) = parse(format!("{{{}}}", many.join(",")).as_bytes()) else {
        panic!("an object");
    };
    let expected = (0..40).map(|key| if key < 20 { 80 + key } else { 40 + key });
    let values: Vec<_> = members
        .iter()
        .map(|(_, value)| value.python_text())
        .collect();
    assert!(
        values
            .into_iter()
            .eq(expected.map(|value: u8| value.to_string()))
    );
}

#[test]
fn a_lone_surrogate_is_kept() {
    for (body, value, surrogate) in [
        (r#""a\ud800b""#, "a\u{fffd}b", 0xd800),
        (r#""\udfff\ud800""#, "\u{fffd}\u{fffd}", 0xdfff),
        (r#""\ud800\ud83d\ude00""#, "\u{fffd}😀", 0xd800),
        (r#""\ud800\u0041""#, "\u{fffd}A", 0xd800),
    ] {
        let text = Text {
            value: value.into(),
            surrogate: Some(surrogate),
        };
        assert_eq!(parse(body.as_bytes()), Ok(Json::Text(text)), "{body}");
    }
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(nested(1000).as_bytes()).is_ok());
    let words = "Nested more than 1000 levels deep: line 1 column 1001 (char 1000)";
    assert_eq!(parse(nested(1001).as_bytes()), Err(words.to_owned()));
    assert_eq!(
        parse("[".repeat(10_000_000).as_bytes()),
        Err(words.to_owned())
    );
    let objects = "{\"a\":".repeat(1001);
    assert!(
        parse(objects.as_bytes())
            .unwrap_err()
            .starts_with("Nested more")
    );
    assert!(
        parse("[[],".repeat(999).as_bytes())
            .unwrap_err()
            .starts_with("Expecting value")
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = parse(&body);
        let _ = parse_text(&Charset::Latin1.decode_lossy(&body));
    }

    #[test]
    fn no_text_makes_it_panic(body in "[\\[\\]{}:,\"\\\\u0-9a-e.E+\\- é😀\n]{0,30}") {
        let _ = parse(body.as_bytes());
    }

    #[test]
    fn output_of_serde_is_read_unchanged(keys in proptest::collection::vec(".{0,6}", 0..40), number: i64, float: f64) {
        let members: serde_json::Map<_, _> = keys.iter().map(|key| (key.clone(), json!([key, number, {"é": float}]))).collect();
        let value = json!({"all": members, "none": null, "yes": true});
        prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(Json::from(value)));
    }
}
