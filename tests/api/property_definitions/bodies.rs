//! PATCH and PUT: rejected bodies, and forms.

use serde_json::{Value, json};

use super::{listed, server_with, url};
use crate::harness::Answer;

#[test]
fn bodies_are_validated_in_field_order_and_a_refused_one_changes_nothing() {
    let server = server_with(
        json!([{"name": "plan", "description": "x"}]),
        json!([]),
        &[],
    );
    let url = url(&server, "plan");
    let before = server.get(&url).ok(200);
    let string = ("invalid_input", "Not a valid string.");
    let boolean = ("invalid_input", "Must be a valid boolean.");
    let null = ("null", "This field may not be null.");
    let nul = (
        "null_characters_not_allowed",
        "Null characters are not allowed.",
    );
    let long = "Ensure this field has no more than 255 characters.";
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        (json!({"description": true}), string, "description"),
        (json!({"description": []}), string, "description"),
        (json!({"description": {}}), string, "description"),
        (json!({"description": "a\u{0}b"}), nul, "description"),
        (json!({"tags": null}), null, "tags"),
        (json!({"tags": "abc"}), ("not_a_list", "Expected a list of items but got type \"str\"."), "tags"),
        (json!({"tags": {}}), ("not_a_list", "Expected a list of items but got type \"dict\"."), "tags"),
        (json!({"tags": 1}), ("not_a_list", "Expected a list of items but got type \"int\"."), "tags"),
        (json!({"tags": true}), ("not_a_list", "Expected a list of items but got type \"bool\"."), "tags"),
        (json!({"tags": 1.5}), ("not_a_list", "Expected a list of items but got type \"float\"."), "tags"),
        (json!({"tags": [1]}), string, "tags__0"),
        (json!({"tags": ["a", null]}), string, "tags__1"),
        (json!({"tags": [true]}), string, "tags__0"),
        (json!({"tags": [[]]}), string, "tags__0"),
        (json!({"tags": [{}]}), string, "tags__0"),
        (json!({"tags": ["a\u{0}"]}), nul, "tags__0"),
        (json!({"tags": ["a", "x".repeat(256)]}), ("max_length", long), "tags__1"),
        (json!({"property_type": "foo"}), ("invalid_choice", "\"foo\" is not a valid choice."), "property_type"),
        (json!({"property_type": "string"}), ("invalid_choice", "\"string\" is not a valid choice."), "property_type"),
        (json!({"property_type": 5}), ("invalid_choice", "\"5\" is not a valid choice."), "property_type"),
        (json!({"property_type": true}), ("invalid_choice", "\"True\" is not a valid choice."), "property_type"),
        (json!({"property_type": []}), ("invalid_choice", "\"[]\" is not a valid choice."), "property_type"),
        (json!({"property_type": {}}), ("invalid_choice", "\"{}\" is not a valid choice."), "property_type"),
        (json!({"property_type": ""}), ("invalid_choice", "\"\" is not a valid choice."), "property_type"),
        (json!({"verified": null}), null, "verified"),
        (json!({"verified": "maybe"}), boolean, "verified"),
        (json!({"verified": ""}), boolean, "verified"),
        (json!({"verified": " true "}), boolean, "verified"),
        (json!({"verified": 2}), boolean, "verified"),
        (json!({"verified": []}), boolean, "verified"),
        (json!({"hidden": "none"}), boolean, "hidden"),
        (json!({"hidden": {}}), boolean, "hidden"),
        // the first invalid field in declaration order is reported, not the first in the body
        (json!({"verified": "maybe", "property_type": "Foo"}), ("invalid_choice", "\"Foo\" is not a valid choice."), "property_type"),
        (json!({"hidden": "x", "tags": null, "description": true}), string, "description"),
        (json!({"hidden": "x", "verified": null, "property_type": 1, "tags": null}), null, "tags"),
        (json!({"hidden": "x", "verified": null}), null, "verified"),
    ];
    for (body, (code, detail), attr) in rows {
        for method in ["PATCH", "PUT"] {
            let mut body = body.clone();
            body["description"] = body.get("description").cloned().unwrap_or("changed".into());
            server
                .ask(method, &url)
                .key("phx_ada")
                .json(body)
                .send()
                .invalid(code, detail, attr);
        }
    }
    assert_eq!(server.get(&url).ok(200), before);
}

#[test]
fn a_property_cannot_be_both_hidden_and_verified() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    for body in [
        json!({"hidden": true, "verified": true}),
        json!({"hidden": "on", "verified": 1}),
    ] {
        server.patch(&url, body).invalid(
            "invalid_input",
            "A property cannot be both hidden and verified",
            None,
        );
    }
    let both = server
        .ask("PATCH", &url)
        .key("phx_ada")
        .form("verified=1&hidden=y")
        .send();
    both.invalid(
        "invalid_input",
        "A property cannot be both hidden and verified",
        None,
    );
    assert_eq!(listed(&server, "plan")["updated_at"], Value::Null);
}

#[test]
fn bodies_that_are_no_object_are_refused() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let patch = |kind: &str, body: &str| {
        server
            .ask("PATCH", &url)
            .key("phx_ada")
            .body(kind, body)
            .send()
    };
    for (body, kind) in [
        ("[]", "list"),
        ("\"x\"", "str"),
        ("5", "int"),
        ("true", "bool"),
        ("1.5", "float"),
    ] {
        let detail = format!("Invalid data. Expected a dictionary, but got {kind}.");
        patch("application/json", body).invalid("invalid_input", &detail, None);
    }
    patch("application/json", "null").invalid("null", "No data provided", None);
    let broken = patch("application/json", "{");
    assert_eq!(
        (broken.status, &broken.body["code"]),
        (400, &json!("parse_error"))
    );
    let detail = "Unsupported media type \"text/plain\" in request.";
    patch("text/plain", "x").error(
        415,
        "invalid_request",
        "unsupported_media_type",
        detail,
        None,
    );
    assert_eq!(listed(&server, "plan")["updated_at"], Value::Null);
}

#[test]
fn forms_are_read_too() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let send = |method: &str, body: &str| server.ask(method, &url).key("phx_ada").form(body).send();
    let three = |answer: Answer| {
        let body = answer.ok(200);
        json!([body["description"], body["verified"], body["hidden"]])
    };
    assert_eq!(
        three(send("PATCH", "description=a+b&verified=on")),
        json!(["a b", true, false])
    );
    assert_eq!(
        three(send("PATCH", "verified=")),
        json!(["a b", true, false])
    ); // blank: treated as absent
    assert_eq!(three(send("PATCH", "hidden=")), json!(["a b", true, null]));
    assert_eq!(
        three(send("PATCH", "name=%22string%22")),
        json!(["a b", true, null])
    );
    assert_eq!(
        three(send("PATCH", "description=&description=last")),
        json!(["last", true, null])
    );
    assert_eq!(
        three(send("PATCH", "description=")),
        json!(["", true, null])
    );
    assert_eq!(
        three(send("PATCH", "hidden=true")),
        json!(["", false, true])
    );
    assert_eq!(
        three(send("PUT", "description=put")),
        json!(["put", false, null])
    ); // absent booleans
    assert_eq!(
        three(send("PUT", "verified=1")),
        json!(["put", true, false])
    );
    assert_eq!(three(send("PUT", "hidden=0")), json!(["put", false, false]));
    send("PATCH", "property_type=").invalid(
        "invalid_choice",
        "\"\" is not a valid choice.",
        "property_type",
    );
    send("PATCH", "verified=maybe").invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "verified",
    );
    send("PATCH", "description=%00").invalid(
        "null_characters_not_allowed",
        "Null characters are not allowed.",
        "description",
    );
    for (body, tags) in [
        ("tags=B&tags=a", json!(["a", "b"])),
        ("description=x", json!(["a", "b"])),
        ("tags=abc", json!(["abc"])),
        ("tags[1]=y&tags[0]=x", json!(["x", "y"])),
        ("tags[]=z", json!(["x", "y"])),
        ("tags=", json!([])),
    ] {
        assert_eq!(send("PATCH", body).ok(200)["tags"], tags, "{body}");
    }
    let multipart =
        "--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nparts\r\n--b--\r\n";
    let answer = server
        .ask("PATCH", &url)
        .key("phx_ada")
        .body("multipart/form-data; boundary=b", multipart)
        .send();
    assert_eq!(answer.ok(200)["description"], "parts");
}
