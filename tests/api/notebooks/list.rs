//! The list of notebooks, its order and its filters: reference `resources.md` 3.

use serde_json::{Value, json};

use crate::{
    harness::Server,
    notebooks::{NOTEBOOKS, create, path},
    objects::keys,
};

#[rustfmt::skip]
const MINIMAL: [&str; 9] = [
    "id", "short_id", "title", "deleted", "created_at", "created_by", "last_modified_at", "last_modified_by",
    "user_access_level",
];

/// The titles of a list, in its order.
pub fn titles(list: &Value) -> Vec<&str> {
    let rows = list["results"].as_array().unwrap();
    rows.iter()
        .map(|row| row["title"].as_str().unwrap())
        .collect()
}

#[test]
fn the_list_is_short_paged_and_starts_with_the_last_changed() {
    let server = Server::start();
    let path = "/api/projects/2/notebooks/";
    let old = server
        .post(path, json!({"title": "Old", "content": {"big": 1}}))
        .ok(201);
    server.post(path, json!({"title": "New"})).ok(201);
    server
        .patch(
            &format!("{path}{}/", old["short_id"].as_str().unwrap()),
            json!({"title": "Old again"}),
        )
        .ok(200);

    let list = server.get(path).ok(200);
    assert_eq!(keys(&list), ["count", "next", "previous", "results"]);
    assert_eq!(titles(&list), ["Old again", "New", "Side notebook"]);
    assert_eq!(keys(&list["results"][0]), MINIMAL);
    assert_eq!(
        (
            &list["results"][0]["id"],
            &list["results"][0]["created_by"],
            &list["results"][0]["user_access_level"]
        ),
        (&old["id"], &old["created_by"], &json!("manager"))
    );

    let page = server.get(&format!("{path}?limit=1&offset=1")).ok(200);
    assert_eq!(titles(&page), ["New"]);
    assert_eq!(
        (&page["count"], &page["next"]),
        (
            &json!(3),
            &json!(format!("{}{path}?limit=1&offset=2", server.url))
        )
    );
    assert_eq!(page["previous"], format!("{}{path}?limit=1", server.url));

    for (order, expected) in [
        ("title", ["New", "Old again", "Side notebook"]),
        ("-title", ["Side notebook", "Old again", "New"]),
        ("created_at", ["Side notebook", "Old again", "New"]),
        ("-created_at", ["New", "Old again", "Side notebook"]),
        ("last_modified_at", ["Side notebook", "New", "Old again"]),
        ("-last_modified_at", ["Old again", "New", "Side notebook"]),
        ("", ["Old again", "New", "Side notebook"]),
    ] {
        let list = server.get(&format!("{path}?order={order}")).ok(200);
        assert_eq!(titles(&list), expected, "{order}");
    }
    server.get(&format!("{path}?order=nonsense")).invalid(
        "invalid_input",
        "Cannot order by 'nonsense'.",
        "order",
    );
}

#[test]
fn each_filter_leaves_what_it_names() {
    let server = Server::start();
    let made = create(
        &server,
        json!({"title": "Über growth", "text_content": "Retention and churn 100%"}),
    );
    let by_mel = server
        .ask("POST", NOTEBOOKS)
        .key("phx_mel")
        .json(json!({"title": "Mel's"}))
        .send()
        .ok(201);
    server
        .ask("PATCH", &path(&made))
        .key("phx_mel")
        .json(json!({"version": 3}))
        .send()
        .ok(200);
    let (ada, mel) = (&made["created_by"]["uuid"], &by_mel["created_by"]["uuid"]);
    let (ada, mel) = (ada.as_str().unwrap(), mel.as_str().unwrap());
    let none: [&str; 0] = [];
    let all = ["Über growth", "Mel's", "Plan"];
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("short_id=NoteMain1".into(), &["Plan"][..]),
        ("short_id=nothing".into(), &none),
        ("short_id=NoteSide1".into(), &none),
        ("user=true".into(), &["Über growth", "Plan"]),
        ("user=".into(), &["Über growth", "Plan"]),
        (format!("created_by={mel}"), &["Mel's"]),
        (format!("created_by={}", ada.to_uppercase()), &["Über growth", "Plan"]),
        ("created_by=0195f3a0-0000-7000-8000-000000000000".into(), &none),
        (format!("last_modified_by={mel}"), &["Über growth", "Mel's"]),
        (format!("last_modified_by={mel}&created_by={ada}"), &["Über growth"]),
        ("search=GROWTH".into(), &["Über growth"]),
        ("search=%C3%BCber".into(), &["Über growth"]),
        ("search=churn".into(), &["Über growth"]),
        ("search=100%25".into(), &["Über growth"]),
        ("search=%25".into(), &["Über growth"]),
        ("search=%C3%9CB%45R%20GrOw".into(), &["Über growth"]),
        (format!("search={}", "h".repeat(1001)), &none),
        ("search=nothing".into(), &none),
        ("search=".into(), &all),
        ("date_from=-1h".into(), &all),
        ("date_from=-7d&date_to=2999-01-01".into(), &all),
        ("date_from=2999-01-01T00:00:00Z".into(), &none),
        ("date_to=-1h".into(), &none),
        ("date_to=2020-01-01".into(), &none),
        ("contains=recording".into(), &none),
        ("nonsense=1".into(), &all),
    ];
    for (query, expected) in rows {
        let list = server.get(&format!("{NOTEBOOKS}?{query}")).ok(200);
        assert_eq!(titles(&list), expected, "{query}");
        assert_eq!(list["count"], expected.len(), "{query}");
    }
    let bad = server.get(&format!("{NOTEBOOKS}?created_by=me"));
    bad.invalid("invalid_input", "“me” is not a valid UUID.", None);
    server
        .get(&format!("{NOTEBOOKS}?date_from=whenever"))
        .invalid(
            "invalid_input",
            "Enter a date such as 2025-04-23 or -7d.",
            "date_from",
        );
}

#[test]
fn contains_asks_for_nodes_of_the_content() {
    let server = Server::start();
    let doc = |nodes: Value| json!({"type": "doc", "content": nodes});
    for (title, content) in [
        (
            "recording",
            doc(json!([{"type": "paragraph"}, {"type": "ph-recording", "attrs": {"id": "rec-1"}}])),
        ),
        (
            "flag",
            doc(json!([{"type": "ph-feature-flag", "attrs": {"id": 5}}])),
        ),
        (
            "query",
            doc(
                json!([{"type": "ph-query", "attrs": {"query": {"kind": "SavedInsightNode", "shortId": "Abc12345"}}}]),
            ),
        ),
        (
            "stamp",
            doc(
                json!([{"type": "paragraph", "content": [{"type": "ph-replay-timestamp", "attrs": {"sessionRecordingId": "rec-1"}}]}]),
            ),
        ),
        (
            "both",
            doc(
                json!([{"type": "ph-recording", "attrs": {"id": "rec-2"}}, {"type": "ph-feature-flag", "attrs": {"id": "5"}}]),
            ),
        ),
        // None of these has a node, however much it looks like one.
        ("odd", json!({"content": {"type": "ph-recording"}})),
        ("text", json!("ph-recording")),
        (
            "items",
            doc(
                json!(["ph-recording", 1, null, [{"type": "ph-recording"}], {"type": ["ph-recording"]}, "{"]),
            ),
        ),
        (
            "deep",
            doc(json!([{"type": "list", "content": [{"type": "ph-recording"}]}])),
        ),
    ] {
        create(&server, json!({"title": title, "content": content}));
    }
    #[rustfmt::skip] // a table: read it by columns
    let rows: [(&str, &[&str]); 19] = [
        ("recording:true", &["both", "recording"]),
        ("recordings", &["both", "recording"]),
        ("recording:", &["both", "recording"]),
        ("recording:false", &["Plan", "deep", "flag", "items", "odd", "query", "stamp", "text"]),
        ("recording:rec-1", &["recording"]),
        ("recording:rec-9", &[]),
        ("feature-flag", &["both", "flag"]),
        ("feature-flags:5", &["flag"]),
        ("query:Abc12345", &["query"]),
        ("queries:true", &["query"]),
        ("query:Other", &[]),
        ("replay-timestamp:rec-1", &["stamp"]),
        ("replay-timestamp:rec-2", &[]),
        ("replay-timestamp:true", &["stamp"]),
        ("recording:true,feature-flag:true", &["both"]),
        ("recording:true%20feature-flag:false", &["recording"]),
        ("recording:true,%20feature-flag:true", &["both"]),
        ("nonsense:true", &[]),
        ("", &["Plan", "both", "deep", "flag", "items", "odd", "query", "recording", "stamp", "text"]),
    ];
    for (contains, expected) in rows {
        let list = server
            .get(&format!("{NOTEBOOKS}?order=title&contains={contains}"))
            .ok(200);
        assert_eq!(titles(&list), expected, "{contains}");
    }
}

#[test]
fn content_as_deep_as_a_body_can_be_is_looked_through() {
    let server = Server::start();
    let (open, close) = ("[".repeat(997), "]".repeat(997));
    let body = format!(r#"{{"title":"deep","content":{{"content":{open}{close}}}}}"#);
    let made = server.ask("POST", NOTEBOOKS).key("phx_ada");
    assert_eq!(made.body("application/json", body).send().status, 201);
    for (wish, expected) in [("true", &[][..]), ("false", &["deep", "Plan"])] {
        let list = server.get(&format!("{NOTEBOOKS}?contains=recording:{wish}"));
        assert_eq!(titles(&list.ok(200)), expected, "{wish}");
    }
}
