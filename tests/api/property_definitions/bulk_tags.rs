//! `bulk_update_tags`: bodies, what becomes of the tags, the two contracts.

use serde_json::{Value, json};

use super::{BASE, bulk, id, list, listed, server_with};
use crate::harness::Server;

const UNKNOWN: &str = "0195f3a0-0000-0000-8000-00000000ffff";

fn server() -> Server {
    let definitions = json!([
        {"name": "a", "tags": ["one", "two"]}, "b", {"name": "c", "type": "person", "tags": ["one"]}, {"name": "other", "project": "side"}
    ]);
    server_with(definitions, json!([]), &[])
}

#[test]
fn tags_are_added_removed_and_set() {
    let server = server();
    let (a, b) = (id(&server, "a"), id(&server, "b"));
    let ids = [&a, &b];
    let updated = |tags_a: Value, tags_b: Value| {
        let expected = json!({"updated": [{"id": a, "tags": tags_a}, {"id": b, "tags": tags_b}], "skipped": []});
        expected.to_string()
    };
    let ask = |action: &str, tags: Value| {
        let answer = bulk(&server, json!({"ids": ids, "action": action, "tags": tags}));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    };
    assert_eq!(
        ask("add", json!([" Three ", "one", "ÄÖ", "three"])),
        updated(
            json!(["one", "three", "two", "äö"]),
            json!(["one", "three", "äö"])
        )
    );
    assert_eq!(
        ask("remove", json!(["ONE", "absent"])),
        updated(json!(["three", "two", "äö"]), json!(["three", "äö"]))
    );
    assert_eq!(
        ask("set", json!(["z", 5, 1.5, "Y"])),
        updated(json!(["1.5", "5", "y", "z"]), json!(["1.5", "5", "y", "z"]))
    );
    assert_eq!(
        ask("set", json!(["z"])),
        updated(json!(["z"]), json!(["z"]))
    );
    assert_eq!(listed(&server, "a")["tags"], json!(["z"]));
    assert_eq!(ask("set", json!([])), updated(json!([]), json!([])));
    assert_eq!(listed(&server, "b")["tags"], json!([]));
}

#[test]
fn only_tags_change() {
    let server = server();
    let before = [listed(&server, "a"), listed(&server, "b")];
    bulk(
        &server,
        json!({"ids": [before[0]["id"], before[1]["id"]], "action": "add", "tags": ["new"]}),
    )
    .ok(200);
    for mut entry in before {
        let after = listed(&server, entry["name"].as_str().unwrap());
        entry["tags"]
            .as_array_mut()
            .unwrap()
            .insert(0, "new".into());
        assert_eq!(after, entry, "a never-touched definition stays one");
    }
}

#[test]
fn what_is_not_there_is_skipped_in_the_order_asked() {
    let server = server();
    let (a, b) = (id(&server, "a"), id(&server, "b"));
    let person = list(&server, "type=person&properties=c")[0]["id"].clone();
    let other = server
        .get("/api/projects/2/property_definitions/?properties=other")
        .body["results"][0]["id"]
        .clone();
    let gone = b.clone();
    server.delete(&format!("{BASE}{b}/"));
    let body = json!({"ids": [UNKNOWN, person, other, a.to_uppercase(), a.replace('-', ""), gone, UNKNOWN, 1], "action": "add", "tags": ["x"]});
    let skipped = |id: &Value| json!({"id": id, "reason": "Not found"});
    let expected = json!({
        "updated": [{"id": person, "tags": ["one", "x"]}, {"id": a, "tags": ["one", "two", "x"]}],
        "skipped": [skipped(&json!(UNKNOWN)), skipped(&other), skipped(&json!(gone)), skipped(&json!(UNKNOWN)),
                    skipped(&json!("00000000-0000-0000-0000-000000000001"))]
    });
    assert_eq!(
        bulk(&server, body).ok(200).to_string(),
        expected.to_string()
    );
    let side = server
        .get("/api/projects/2/property_definitions/?properties=other")
        .ok(200);
    assert_eq!(
        side["results"][0]["tags"],
        json!([]),
        "another project's definitions are out of reach"
    );
}

#[test]
fn bodies_are_validated_in_order() {
    let server = server();
    let a = id(&server, "a");
    let ids = json!([a]);
    let required = ("required", "This field is required.");
    let null = ("null", "This field may not be null.");
    let string = ("invalid_input", "Not a valid string.");
    let uuid = ("invalid_input", "Must be a valid UUID.");
    let list = |kind: &str| {
        (
            "not_a_list",
            format!("Expected a list of items but got type \"{kind}\"."),
        )
    };
    let choice = |value: &str| {
        (
            "invalid_choice",
            format!("\"{value}\" is not a valid choice."),
        )
    };
    let own = |(code, detail): (&'static str, &str)| (code, detail.to_owned());
    let many: Vec<_> = (0..501).map(|_| a.clone()).collect();
    let mut bad_and_many = many.clone();
    bad_and_many[500] = "x".into();
    let tags: Vec<_> = (0..101).map(|number| format!("t{number}")).collect();
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        (json!({}), own(required), "ids"),
        (json!({"ids": null}), own(null), "ids"),
        (json!({"ids": "a"}), list("str"), "ids"),
        (json!({"ids": {}}), list("dict"), "ids"),
        (json!({"ids": 1}), list("int"), "ids"),
        (json!({"ids": []}), ("empty", "This list may not be empty.".into()), "ids"),
        (json!({"ids": [a, "x", null]}), own(uuid), "ids__1"),
        (json!({"ids": [a, null, "x"]}), own(null), "ids__1"),
        (json!({"ids": [true]}), own(uuid), "ids__0"),
        (json!({"ids": [1.5]}), own(uuid), "ids__0"),
        (json!({"ids": [{}]}), own(uuid), "ids__0"),
        (json!({"ids": many}), ("max_length", "Ensure this field has no more than 500 elements.".into()), "ids"),
        (json!({"ids": bad_and_many}), own(uuid), "ids__500"),
        (json!({"ids": ids}), own(required), "action"),
        (json!({"ids": ids, "action": null}), own(null), "action"),
        (json!({"ids": ids, "action": "upsert"}), choice("upsert"), "action"),
        (json!({"ids": ids, "action": ""}), choice(""), "action"),
        (json!({"ids": ids, "action": "Add"}), choice("Add"), "action"),
        (json!({"ids": ids, "action": 1}), choice("1"), "action"),
        (json!({"ids": ids, "action": "add"}), own(required), "tags"),
        (json!({"ids": ids, "action": "add", "tags": null}), own(null), "tags"),
        (json!({"ids": ids, "action": "add", "tags": "a"}), list("str"), "tags"),
        (json!({"ids": ids, "action": "add", "tags": [""]}), ("blank", "This field may not be blank.".into()), "tags__0"),
        (json!({"ids": ids, "action": "add", "tags": ["a", " \t"]}), ("blank", "This field may not be blank.".into()), "tags__1"),
        (json!({"ids": ids, "action": "add", "tags": [null]}), own(null), "tags__0"),
        (json!({"ids": ids, "action": "add", "tags": [true]}), own(string), "tags__0"),
        (json!({"ids": ids, "action": "add", "tags": [[]]}), own(string), "tags__0"),
        (json!({"ids": ids, "action": "add", "tags": ["a", {}]}), own(string), "tags__1"),
        (json!({"ids": ids, "action": "add", "tags": ["x".repeat(256)]}), ("max_length", "Ensure this field has no more than 255 characters.".into()), "tags__0"),
        (json!({"ids": ids, "action": "add", "tags": tags}), ("max_length", "Ensure this field has no more than 100 elements.".into()), "tags"),
        (json!({"ids": ids, "action": "add", "tags": []}), ("invalid_input", "tags must not be empty for action 'add'.".into()), "tags"),
        (json!({"ids": ids, "action": "remove", "tags": []}), ("invalid_input", "tags must not be empty for action 'remove'.".into()), "tags"),
        (json!({"ids": [], "action": "x", "tags": null}), ("empty", "This list may not be empty.".into()), "ids"),
        (json!({"ids": ids, "action": "x", "tags": null}), choice("x"), "action"),
    ];
    for (body, (code, detail), attr) in rows {
        bulk(&server, body).invalid(code, &detail, attr);
    }
    let product = "Too many changes in one request: ids × distinct tags must not exceed 10000.";
    let tags: Vec<_> = (0..21).map(|number| format!("t{number}")).collect();
    bulk(
        &server,
        json!({"ids": many[..500], "action": "add", "tags": tags}),
    )
    .invalid("invalid_input", product, "tags");
    assert_eq!(
        listed(&server, "a")["tags"],
        json!(["one", "two"]),
        "refused: nothing changed"
    );
    // 10,000 is allowed, and tags that come to the same count once.
    let mut tags = tags[..20].to_vec();
    tags.extend(["T0 ".to_owned(), " t1".to_owned()]);
    let answer = bulk(
        &server,
        json!({"ids": many[..500], "action": "set", "tags": tags}),
    )
    .ok(200);
    assert_eq!(
        answer["updated"].as_array().unwrap().len(),
        1,
        "a repeated id is answered once"
    );
    bulk(&server, json!([])).invalid(
        "invalid_input",
        "Invalid data. Expected a dictionary, but got list.",
        None,
    );
}

#[test]
fn forms_are_read_too() {
    let server = server();
    let (a, b) = (id(&server, "a"), id(&server, "b"));
    let form = format!("ids={a}&ids={b}&action=set&tags[0]=y&tags[1]=x");
    let answer = server
        .ask("POST", &format!("{BASE}bulk_update_tags"))
        .key("phx_write")
        .form(&form)
        .send();
    assert_eq!(answer.ok(200)["updated"][1]["tags"], json!(["x", "y"]));
}

#[test]
fn the_live_contract_closes_it_to_personal_keys() {
    let server = server_with(json!(["a"]), json!([]), &["--contract", "live"]);
    let path = format!("{BASE}bulk_update_tags/");
    let closed = "This action does not support personal API key access";
    let body = json!({"ids": [id(&server, "a")], "action": "add", "tags": ["x"]});
    bulk(&server, body).denied(closed);
    let post = |key: &str, body: &str| {
        server
            .ask("POST", &path)
            .key(key)
            .body("application/json", body)
            .send()
    };
    post("phx_ada", "{").denied(closed);
    post("phx_none", "{}").denied(closed);
    server
        .ask("GET", &path)
        .key("phx_ada")
        .send()
        .denied(closed);
    let patch = server.ask("PATCH", &path).key("phx_ada").send();
    patch.error(
        405,
        "invalid_request",
        "method_not_allowed",
        "Method \"PATCH\" not allowed.",
        None,
    );
    assert_eq!(server.ask("POST", &path).send().status, 401);
    assert_eq!(listed(&server, "a")["tags"], json!([]));
}
