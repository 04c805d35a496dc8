//! What seed files and the demonstration made, seen over the API.

use serde_json::{Value, json};

use crate::{process::Folder, seeding::SMALL};

#[test]
fn what_a_file_lists_can_be_seen_over_the_api() {
    let folder = Folder::new();
    let mut file: Value = serde_json::from_str(SMALL).unwrap();
    let more = json!({
        "project_secret_api_keys": [{"ref": "S", "project": "main", "scopes": ["insight:read"], "created_by": "ada"}],
        "group_types": [{"project": "main", "group_type": "company", "index": 2}],
        "property_definitions": [
            {"project": "main", "name": "plan", "property_type": "String", "tags": [" Billing", "a"], "verified": true},
            {"project": "main", "name": "seats", "property_type": "Numeric"},
            {"project": "main", "name": "size", "type": "group", "group_type_index": 2}],
        "event_properties": [["main", "signed up", "plan"]],
        "dashboards": [{"ref": "D", "project": "main", "name": "Board", "pinned": true}, {"ref": "gone", "project": "main", "deleted": true}],
        "notebooks": [{"ref": "N", "project": "main", "title": "Plan", "content": {"type": "doc"}, "version": 4}],
        "session_recordings": [{"ref": "R", "project": "main", "id": "rec-1", "start_time": "2026-01-01T10:00:00+01:00"}],
        "sharing_configurations": [
            {"ref": "open", "notebook": "N", "access_token": "tok", "settings": {"legend": true},
             "passwords": [{"password": "open sesame", "note": "for Eve"}]},
            {"ref": "R1", "session_recording": "R", "enabled": false},
            {"ref": "R2", "project": "main", "session_recording": "never-recorded"}],
    });
    let lists = file.as_object_mut().unwrap();
    lists["insights"] = json!([
        {"ref": "I", "project": "main", "id": 5, "short_id": "abc", "name": "Signups", "tags": ["B", "a "], "favorited": true,
         "query": {"kind": "DataTableNode"}, "dashboards": ["D", "gone"], "created_by": "ada"},
        {"ref": "J", "project": "main", "dashboards": ["D"], "deleted": true}]);
    lists.extend(more.as_object().unwrap().clone());
    folder.write("all.json", file.to_string());
    let told: Value = serde_json::from_str(&folder.ok(&["seed", "all.json"])).unwrap();
    let server = folder.serve(&[]);
    let get = |path: &str| {
        let (status, body) = server.get("phx_local", &format!("/api/projects/3/{path}"));
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    let share = get(&format!(
        "notebooks/{}/sharing/",
        told["N"]["short_id"].as_str().unwrap()
    ));
    assert_eq!(
        [
            &share["access_token"],
            &share["enabled"],
            &share["password_required"],
            &share["settings"]
        ],
        [
            &json!("tok"),
            &json!(true),
            &json!(true),
            &json!({"legend": true})
        ]
    );
    let password = &share["share_passwords"][0];
    assert_eq!(
        [&password["note"], &password["created_by_email"]],
        ["for Eve", "ada@example.com"]
    );
    let share = |id: &str| get(&format!("session_recordings/{id}/sharing/"));
    assert_eq!(
        [&share("rec-1")["enabled"], &share("rec-1")["access_token"]],
        [&json!(false), &told["R1"]["access_token"]]
    );
    assert_eq!(
        share("never-recorded")["access_token"],
        told["R2"]["access_token"]
    );
    assert_eq!(
        get("session_recordings/rec-1/")["start_time"],
        "2026-01-01T09:00:00Z"
    );
    let (_, missing) = server.get(
        "phx_local",
        "/api/projects/3/session_recordings/never-recorded/",
    );
    assert_eq!(missing["code"], "not_found");
    let notebook = get(&format!(
        "notebooks/{}/",
        told["N"]["short_id"].as_str().unwrap()
    ));
    assert_eq!(
        [
            &notebook["version"],
            &notebook["content"],
            &notebook["created_by"]
        ],
        [&json!(4), &json!({"type": "doc"}), &Value::Null]
    );
    let key = &get("project_secret_api_keys/")["results"][0];
    assert_eq!(
        [&key["label"], &key["id"], &key["created_by"]["id"]],
        [&json!("S"), &told["S"]["id"], &json!(7)]
    );

    let (plan, seats) = (
        get("property_definitions/?search=plan")["results"][0].clone(),
        get("property_definitions/?search=seats")["results"][0].clone(),
    );
    assert_eq!(
        [
            &plan["tags"],
            &plan["verified"],
            &plan["verified_by"]["id"],
            &plan["description"]
        ],
        [
            &json!(["a", "billing"]),
            &json!(true),
            &json!(7),
            &json!("")
        ]
    );
    assert_eq!(
        [
            &seats["verified"],
            &seats["description"],
            &seats["is_numerical"]
        ],
        [&Value::Null, &Value::Null, &json!(true)]
    );
    assert_eq!(
        get("property_definitions/?type=group&group_type_index=2&search=size")["count"],
        1
    );
    assert_eq!(
        get("property_definitions/seen_together/?event_names=signed%20up&property_name=plan"),
        json!({"signed up": true})
    );

    let insight = get("insights/abc/");
    assert_eq!(
        [
            &insight["id"],
            &insight["tags"],
            &insight["favorited"],
            &insight["dashboards"],
            &insight["created_by"]["id"]
        ],
        [
            &json!(5),
            &json!(["a", "b"]),
            &json!(true),
            &json!([told["D"]["id"]]),
            &json!(7)
        ]
    );
    assert_eq!(insight["query"], json!({"kind": "DataTableNode"}));
    let dashboard = get(&format!("dashboards/{}/", told["D"]["id"]));
    assert_eq!(
        [
            &dashboard["name"],
            &dashboard["pinned"],
            &dashboard["is_shared"]
        ],
        [&json!("Board"), &json!(true), &json!(false)]
    );
    assert_eq!(dashboard["tiles"].as_array().unwrap().len(), 1);
    assert_eq!(
        [&get("insights/")["count"], &get("dashboards/")["count"]],
        [1, 1]
    );
}

#[test]
fn the_demonstration_is_what_the_readme_says() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--ephemeral"]);
    let (status, project) = server.get("phx_demo", "/api/projects/1/");
    assert_eq!((status, &project["api_token"]), (200, &json!("phc_demo")));
    assert_eq!(server.get("phx_demoread", "/api/projects/1/").0, 200);
    assert!(
        server.log().contains("phx_demo") && server.log().contains("use it on this machine only"),
        "{}",
        server.log()
    );
    let get = |path: &str| {
        let (status, body) = server.get("phx_demo", &format!("/api/projects/1/{path}"));
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    let dashboard = get("dashboards/1/");
    assert_eq!(
        [&dashboard["name"], &dashboard["is_shared"]],
        [&json!("Shop overview"), &json!(true)]
    );
    assert_eq!(dashboard["tiles"].as_array().unwrap().len(), 5);
    assert_eq!(get("insights/")["count"], 6);
    let notebook = get("notebooks/baskets1/");
    assert_eq!(notebook["content"]["content"][0]["type"], "heading");
    assert_eq!(get("notebooks/?contains=recording:true")["count"], 1);
    let share = get("notebooks/baskets1/sharing/");
    assert_eq!(
        [&share["access_token"], &share["password_required"]],
        [&json!("demo-baskets"), &json!(true)]
    );
    assert_eq!(
        share["share_passwords"][0]["created_by_email"],
        "robin@example.com"
    );
    assert_eq!(
        get("insights/2/sharing/")["access_token"],
        "demo-checkout-funnel"
    );
    let definitions = get("property_definitions/?search=order_value")["results"].clone();
    assert_eq!(definitions[0]["tags"], json!(["checkout", "revenue"]));
    assert_eq!(
        get("property_definitions/seen_together/?event_names=order%20placed&property_name=coupon"),
        json!({"order placed": true})
    );
    assert!(get("property_definitions/")["count"].as_i64().unwrap() > 30);
}
