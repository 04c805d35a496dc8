use super::*;
use crate::domain::{Error, Result};

fn object(value: Json) -> Form {
    Form::object(vec![("f".into(), value)])
}

fn code<T>(read: Result<T>) -> Option<&'static str> {
    match read {
        Err(Error::Invalid(fault)) => Some(fault.code),
        _ => None,
    }
}

#[test]
fn absent_null_and_blank_are_three_things() {
    assert_eq!(Form::default().field("f").text(40).unwrap(), Field::Absent);
    assert_eq!(
        object(Json::Null).field("f").nullable().text(40).unwrap(),
        Field::Null
    );
    assert_eq!(code(object(Json::Null).field("f").text(40)), Some("null"));
    assert_eq!(
        code(object("\u{a0} ".into()).field("f").text(40)),
        Some("blank")
    );
    assert_eq!(
        object(" a ".into()).field("f").text(40).unwrap(),
        Field::Value("a".into())
    );
    assert_eq!(
        code(object("aé".into()).field("f").text(1)),
        Some("max_length")
    );
}

#[test]
fn an_empty_form_value_means_null_or_nothing_where_it_can() {
    let form = Form::encoded([("f".to_owned(), String::new())]);
    assert_eq!(form.field("f").nullable().boolean().unwrap(), Field::Null);
    assert_eq!(form.field("f").optional().boolean().unwrap(), Field::Absent);
    assert_eq!(code(form.field("f").text(40)), Some("blank"));
    assert_eq!(
        form.field("f").blank().text(40).unwrap(),
        Field::Value(String::new())
    );
}

#[test]
fn lists_of_a_form_are_repeated_or_indexed() {
    let pairs =
        |names: [&str; 2]| Form::encoded(names.map(|name| (name.to_owned(), "a".to_owned())));
    let both = Field::Value(vec!["a".to_owned(), "a".to_owned()]);
    assert_eq!(pairs(["f", "f"]).field("f").texts(None).unwrap(), both);
    assert_eq!(
        pairs(["f[0]", "f[1]"]).field("f").texts(None).unwrap(),
        both
    );
    assert_eq!(
        pairs(["f[]", "f[]"]).field("f").texts(None).unwrap(),
        Field::Absent
    );
}

#[test]
fn digits_of_any_size_are_kept() {
    for (sent, read) in [
        ("+007.00", "7"),
        ("-0", "0"),
        ("-99999999999999999999", "-99999999999999999999"),
    ] {
        let digits = object(sent.into()).field("f").digits().unwrap();
        assert_eq!(digits, Field::Value(read.to_owned()));
    }
}

#[test]
fn integers_come_in_many_spellings() {
    for (sent, read) in [
        ("1.0", 1),
        (" 7 ", 7),
        ("-2", -2),
        ("99999999999999999999", i64::MAX),
        ("-99999999999999999999", i64::MIN),
    ] {
        assert_eq!(
            object(sent.into()).field("f").integer().unwrap(),
            Field::Value(read),
            "{sent}"
        );
    }
    assert_eq!(
        object(Json::Float(1e3)).field("f").integer().unwrap(),
        Field::Value(1000)
    );
    for wrong in [
        Json::from("x"),
        "".into(),
        "1.5".into(),
        Json::Float(1.5),
        Json::Float(1e16), // Python writes `1e+16`
        Json::Float(f64::INFINITY),
        Json::Bool(true),
    ] {
        assert_eq!(
            code(object(wrong.clone()).field("f").integer()),
            Some("invalid_input"),
            "{wrong:?}"
        );
    }
}
