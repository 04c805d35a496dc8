use proptest::prelude::*;

use super::*;

fn entry(description: &str, tags: &[&str]) -> DefinitionFields {
    Kind::Event.entry(&json!({"description": description, "tags": tags}))
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        name in any::<String>(),
        description in "(?s).{0,3}[\\PC \n\t'\":#-]{0,40}\n?.{0,20}",
        tag in "\\PC{0,10}",
        column in any::<String>(),
        index in 0..GROUP_TYPES,
    ) {
        let mut object = json!({"description": description, "tags": [tag], "default_columns": [column, "b"], "verified": true});
        normalise(&mut object);
        let mut taxonomy = Taxonomy::new();
        for kind in [Kind::Event, Kind::PersonProperty, Kind::GroupProperty(index)] {
            let entries = [(name.clone(), kind.entry(&object)), ("plain".into(), DefinitionFields::new())];
            taxonomy.insert(kind, entries.into());
        }
        let text = write(&taxonomy);
        prop_assert_eq!(parse(&text).map_err(|error| format!("{error}\n{text}")), Ok(taxonomy));
    }
}

/// Text that means something else in YAML, is cut off by careless parsers, or can break the file.
const NASTY: [&str; 40] = [
    "no",
    "1e3",
    "null",
    "~",
    "<<",
    "=",
    "",
    "a: b",
    "a #b",
    "- a",
    "? a",
    "'q'",
    "\"q\"",
    "a\nb",
    "\n\nb",
    "a\n\n  b\nc",
    "a \nb",
    "\ta\nb",
    "🦔",
    "ü",
    "é\u{301}",
    "\u{7f}",
    "\u{85}",
    "a\u{2028}b",
    "\u{feff}",
    "\u{fffe}",
    "a\u{202e}b",
    "0x10",
    "2026-01-01",
    "12:30:45",
    "!tag",
    "&a",
    "*a",
    "%x",
    "@x",
    "{a}",
    "[a]",
    "---",
    "a\r\nb",
    "Yes",
];

#[test]
fn nasty_text_is_read_as_it_was() {
    for text in NASTY {
        let mut entries = BTreeMap::from([(text.to_owned(), entry(text, &[text]))]);
        if text.is_empty() {
            entries.insert(String::new(), DefinitionFields::new());
        }
        let taxonomy = Taxonomy::from([(Kind::Event, entries)]);
        let written = write(&taxonomy);
        let read: Document = serde_saphyr::from_str(&written).expect(&written);
        let (name, event) = read.events.unwrap().pop_first().unwrap();
        assert_eq!(name, text, "{written}");
        let description = event.and_then(|event| event.value.description);
        assert_eq!(description.unwrap_or_default(), text, "{written}");
    }
    let long = "\u{1}".repeat(400);
    let taxonomy = Taxonomy::from([(
        Kind::Event,
        [
            (long.clone(), entry("x", &[])),
            (long + "b", DefinitionFields::new()),
        ]
        .into(),
    )]);
    assert_eq!(parse(&write(&taxonomy)).unwrap(), taxonomy);
}

#[test]
fn lines_are_stable_and_made_for_reading() {
    let kind = Kind::GroupProperty(1);
    let object = json!({"hidden": true, "tags": ["no", "b"], "description": "One\n\nTwo, three.", "property_type": "String"});
    let taxonomy = Taxonomy::from([
        (
            Kind::Event,
            BTreeMap::from([
                ("signed up".into(), entry("Who: new users", &[])),
                ("a".into(), DefinitionFields::new()),
            ]),
        ),
        (kind, BTreeMap::from([("plan".into(), kind.entry(&object))])),
        (Kind::SessionProperty, BTreeMap::new()),
    ]);
    let expected = r#"
events:
  a: {}
  signed up:
    description: "Who: new users"

group_properties:
  1:
    plan:
      description: |-
        One

        Two, three.
      property_type: String
      tags:
        - b
        - "no"
      hidden: true
"#;
    assert_eq!(write(&taxonomy), format!("{HEAD}{expected}"));
}

#[test]
fn faults_are_named_with_their_line() {
    for (text, problem) in [
        (
            "events:\n  a:\n    verifed: true\n",
            "line 3: unknown key verifed; did you mean verified?",
        ),
        (
            "events:\n  a: {property_type: String}\n",
            "line 2: unknown key property_type; expected description, owner, tags, verified, hidden, primary_property, default_columns",
        ),
        (
            "evnts: {}\n",
            "line 1: unknown key evnts; did you mean events?",
        ),
        (
            "events: {}\nzzz: {}\n",
            "line 2: unknown key zzz; expected events, event_properties, person_properties, group_properties, session_properties",
        ),
        (
            "event_properties:\n  a:\n    property_type: Sting\n",
            "line 3: unknown value Sting; did you mean String?",
        ),
        (
            "event_properties:\n  a:\n    hidden: true\n    verified: true\n",
            "line 3: nothing can be both verified and hidden",
        ),
        (
            "events:\n  a: {}\n  b: {}\n  a: {}\n",
            "line 4: a is here twice",
        ),
        (
            "events:\n  a:\n    verified: maybe\n",
            "line 3: expected true or false",
        ),
        (
            "events:\n  - a\n",
            "line 2: expected lines of `name: value`",
        ),
        (
            "events:\n  a:\n    tags: x\n",
            "line 3: expected a list, such as [one, two]",
        ),
        (
            "events:\n  a:\n    description: [x]\n",
            "line 3: expected a text",
        ),
        (
            "group_properties:\n  5: {}\n",
            "line 2: group types are numbered from 0 to 4",
        ),
        ("events: [\n", "line 1: expected lines of `name: value`"),
        (
            "events:\n  a:\n\tb: c\n",
            "line 3: tabs disallowed within this context (block indentation)",
        ),
        ("- a\n", "line 1: expected lines of `name: value`"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), problem, "{text}");
    }
}

#[test]
fn what_is_left_out_or_empty_has_its_default() {
    let text = "events:\n  a:\n  b: {description: , tags: [], verified: false, owner: null}\n  c: {tags: [B, ' a', b]}\nperson_properties:\ngroup_properties:\n  0:\n";
    let tagged = Kind::Event.entry(&json!({"tags": ["a", "b"]}));
    let events = [
        ("a".to_owned(), DefinitionFields::new()),
        ("b".into(), DefinitionFields::new()),
        ("c".into(), tagged),
    ];
    assert_eq!(
        parse(text).unwrap(),
        Taxonomy::from([(Kind::Event, events.into())])
    );
    assert_eq!(parse("").unwrap(), Taxonomy::new());
}
