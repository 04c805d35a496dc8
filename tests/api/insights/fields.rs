//! What an insight may be made of (`resources.md` 1.3).

use serde_json::{Value, json};

use super::{INSIGHTS, names};
use crate::harness::Server;

#[test]
fn fields_are_checked_in_the_order_of_their_declaration() {
    let server = Server::start();
    let long = "x".repeat(401);
    let too_long = "Ensure this field has no more than 400 characters.";
    let query = "Query must be a valid JSON object";
    let boolean = "Must be a valid boolean.";
    let null = "This field may not be null.";
    let list = "Expected a list of items but got type \"str\".";
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(Value, &str, &str, &'static str)] = &[
        (json!({"name": long, "description": long}),  "max_length",    too_long,                      "name"),
        (json!({"derived_name": long}),               "max_length",    too_long,                      "derived_name"),
        (json!({"description": long}),                "max_length",    too_long,                      "description"),
        (json!({"name": true}),                       "invalid_input", "Not a valid string.",         "name"),
        (json!({"name": {}}),                         "invalid_input", "Not a valid string.",         "name"),
        (json!({"name": "a\u{0}b"}),                  "null_characters_not_allowed", "Null characters are not allowed.", "name"),
        (json!({"query": []}),                        "invalid_input", query,                         "query"),
        (json!({"query": ""}),                        "invalid_input", query,                         "query"),
        (json!({"query": 0}),                         "invalid_input", query,                         "query"),
        (json!({"query": false}),                     "invalid_input", query,                         "query"),
        (json!({"query": "select 1"}),                "invalid_input", query,                         "query"),
        (json!({"order": "x"}),                       "invalid_input", "A valid integer is required.", "order"),
        (json!({"order": 1.5}),                       "invalid_input", "A valid integer is required.", "order"),
        (json!({"order": 2147483648_i64}),            "max_value",     "Ensure this value is less than or equal to 2147483647.", "order"),
        (json!({"order": -2147483649_i64}),           "min_value",     "Ensure this value is greater than or equal to -2147483648.", "order"),
        (json!({"deleted": "maybe"}),                 "invalid_input", boolean,                       "deleted"),
        (json!({"deleted": null}),                    "null",          null,                          "deleted"),
        (json!({"favorited": []}),                    "invalid_input", boolean,                       "favorited"),
        (json!({"saved": 2}),                         "invalid_input", boolean,                       "saved"),
        (json!({"dashboards": "1"}),                  "not_a_list",    list,                          "dashboards"),
        (json!({"dashboards": null}),                 "null",          null,                          "dashboards"),
        (json!({"dashboards": [1, 99]}),              "does_not_exist", "Invalid pk \"99\" - object does not exist.", "dashboards"),
        (json!({"dashboards": ["-99999999999999999999"]}), "does_not_exist", "Invalid pk \"-99999999999999999999\" - object does not exist.", "dashboards"),
        (json!({"dashboards": [2]}),                  "does_not_exist", "Invalid pk \"2\" - object does not exist.", "dashboards"),
        (json!({"dashboards": ["x"]}),                "incorrect_type", "Incorrect type. Expected pk value, received str.", "dashboards"),
        (json!({"dashboards": [true]}),               "incorrect_type", "Incorrect type. Expected pk value, received bool.", "dashboards"),
        (json!({"tags": "a"}),                        "not_a_list",    list,                          "tags"),
        (json!({"tags": null}),                       "null",          null,                          "tags"),
        (json!({"tags": ["a", []]}),                  "invalid_input", "Not a valid string.",         "tags__1"),
        (json!({"filters": []}),                      "not_a_dict",    "Expected a dictionary of items but got type \"list\".", "filters"),
        (json!({"result": 5}),                        "invalid_input", "Result must be a JSON array or object", "result"),
        (json!({"tags": 1, "order": "x", "name": long}), "max_length", too_long,                      "name"),
    ];
    for (body, code, detail, attr) in rows {
        server
            .post(INSIGHTS, body.clone())
            .invalid(code, detail, *attr);
        server
            .patch(&format!("{INSIGHTS}1/"), body.clone())
            .invalid(code, detail, *attr);
    }
    server.post(INSIGHTS, json!([])).invalid(
        "invalid_input",
        "Invalid data. Expected a dictionary, but got list.",
        None,
    );
    assert_eq!(names(&server, ""), ["Signups"], "nothing came of it");
}

#[test]
fn values_are_read_as_kindly_as_the_reference_does() {
    let server = Server::start();
    let made = server.post(INSIGHTS, json!({})).ok(201);
    assert_eq!(
        (
            &made["name"],
            &made["query"],
            &made["filters"],
            &made["tags"]
        ),
        (&Value::Null, &Value::Null, &json!({}), &json!([]))
    );
    assert_eq!(
        (&made["saved"], &made["favorited"]),
        (&json!(true), &json!(false))
    );
    let body = json!({"name": 5, "derived_name": "", "description": " d ", "order": "7", "favorited": "yes", "saved": 0, "dashboards": ["1", 1],
        "tags": [" Äö ", "", "b", "äÖ"], "id": 99, "short_id": "mine", "created_by": 3, "is_sample": true, "unknown": {}, "_create_in_folder": "x"});
    let made = server.post(INSIGHTS, body).ok(201);
    let picked = json!([
        made["name"],
        made["derived_name"],
        made["description"],
        made["order"],
        made["favorited"],
        made["saved"],
        made["dashboards"],
        made["tags"],
        made["is_sample"],
        made["created_by"]["id"]
    ]);
    assert_eq!(
        picked,
        json!(["5", "", "d", 7, true, false, [1], ["b", "äö"], false, 1])
    );
    assert!(made["id"] != 99 && made["short_id"] != "mine");
    let blank = server
        .patch(
            &format!("{INSIGHTS}{}/", made["id"]),
            json!({"description": "", "derived_name": null, "order": null}),
        )
        .ok(200);
    assert_eq!(
        (
            &blank["description"],
            &blank["derived_name"],
            &blank["order"]
        ),
        (&json!(""), &Value::Null, &Value::Null)
    );
}

#[test]
fn bodies_are_json_only() {
    let server = Server::start();
    for (method, path) in [
        ("POST", INSIGHTS.to_owned()),
        ("PATCH", format!("{INSIGHTS}1/")),
        ("PUT", format!("{INSIGHTS}1/")),
    ] {
        let refused = server
            .ask(method, &path)
            .key("phx_ada")
            .form("name=x")
            .send();
        let detail = "Unsupported media type \"application/x-www-form-urlencoded\" in request.";
        refused.error(
            415,
            "invalid_request",
            "unsupported_media_type",
            detail,
            None,
        );
        let both = server
            .ask(method, &path)
            .key("phx_read")
            .form("name=x")
            .send();
        assert_eq!(both.status, 415, "the body is looked at before the scope");
        let broken = server
            .ask(method, &path)
            .key("phx_ada")
            .body("application/json", "x")
            .send();
        let detail = "JSON parse error - Expecting value: line 1 column 1 (char 0)";
        broken.error(400, "invalid_request", "parse_error", detail, None);
    }
}
