//! What seed files and the demo data create, read over the API.

use serde_json::{Value, json};

use crate::{
    process::{Folder, Running},
    seeding::SMALL,
};

/// A server on a database that `hoglet seed` filled with something of every kind.
struct Filled {
    server: Running,
    /// What the command printed.
    refs: Value,
    _folder: Folder,
}

impl Filled {
    fn new() -> Filled {
        let folder = Folder::new();
        let mut file: Value = serde_json::from_str(SMALL).unwrap();
        for (list, items) in everything().as_object().unwrap() {
            file[list] = items.clone();
        }
        folder.write("all.json", file.to_string());
        let refs = serde_json::from_str(&folder.ok(&["seed", "all.json"])).unwrap();
        Filled {
            server: folder.serve(&[]),
            refs,
            _folder: folder,
        }
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let (status, body) = self
            .server
            .get("phx_local", &format!("/api/projects/3/{path}"));
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// What the command printed for `object`, as text.
    fn refs(&self, object: &str, key: &str) -> String {
        let value = &self.refs[object][key];
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }
}

fn everything() -> Value {
    json!({
        "project_secret_api_keys": [{"ref": "S", "project": "main", "scopes": ["insight:read"], "created_by": "ada"}],
        "group_types": [{"project": "main", "group_type": "company", "index": 2}],
        "property_definitions": [
            {"project": "main", "name": "plan", "property_type": "String", "tags": [" Billing", "a"], "verified": true},
            {"project": "main", "name": "seats", "property_type": "Numeric"},
            {"project": "main", "name": "size", "type": "group", "group_type_index": 2}],
        "event_properties": [["main", "signed up", "plan"]],
        "dashboards": [{"ref": "D", "project": "main", "name": "Board", "pinned": true}, {"ref": "gone", "project": "main", "deleted": true}],
        "insights": [
            {"ref": "I", "project": "main", "id": 5, "short_id": "abc", "name": "Signups", "tags": ["B", "a "], "favorited": true,
             "query": {"kind": "DataTableNode"}, "dashboards": ["D", "gone"], "created_by": "ada"},
            {"ref": "J", "project": "main", "dashboards": ["D"], "deleted": true}],
        "notebooks": [{"ref": "N", "project": "main", "title": "Plan", "content": {"type": "doc"}, "version": 4}],
        "session_recordings": [{"ref": "R", "project": "main", "id": "rec-1", "start_time": "2026-01-01T10:00:00+01:00"}],
        "sharing_configurations": [
            {"ref": "open", "notebook": "N", "access_token": "tok", "settings": {"legend": true},
             "passwords": [{"password": "open sesame", "note": "for Eve"}]},
            {"ref": "R1", "session_recording": "R", "enabled": false},
            {"ref": "R2", "project": "main", "session_recording": "never-recorded"}],
    })
}

#[test]
fn shares_are_as_the_file_says() {
    let filled = Filled::new();
    let share = filled.get(&format!(
        "notebooks/{}/sharing/",
        filled.refs("N", "short_id")
    ));
    assert_eq!(
        [&share["access_token"], &share["settings"]],
        [&json!("tok"), &json!({"legend": true})]
    );
    assert_eq!(
        [&share["enabled"], &share["password_required"]],
        [true, true]
    );
    let password = &share["share_passwords"][0];
    assert_eq!(
        [&password["note"], &password["created_by_email"]],
        ["for Eve", "ada@example.com"]
    );
    let share = |id: &str| filled.get(&format!("session_recordings/{id}/sharing/"));
    assert_eq!(share("rec-1")["enabled"], false);
    assert_eq!(
        share("rec-1")["access_token"],
        filled.refs("R1", "access_token")
    );
    assert_eq!(
        share("never-recorded")["access_token"],
        filled.refs("R2", "access_token")
    );
    assert_eq!(
        filled.get("session_recordings/rec-1/")["start_time"],
        "2026-01-01T09:00:00Z"
    );
    let path = "/api/projects/3/session_recordings/never-recorded/";
    assert_eq!(filled.server.get("phx_local", path).1["code"], "not_found");
}

#[test]
fn insights_dashboards_notebooks_and_keys_are_as_the_file_says() {
    let filled = Filled::new();
    let insight = filled.get("insights/abc/");
    assert_eq!(
        [&insight["tags"], &insight["query"]],
        [&json!(["a", "b"]), &json!({"kind": "DataTableNode"})]
    );
    assert_eq!([&insight["id"], &insight["created_by"]["id"]], [5, 7]);
    assert_eq!(
        [&insight["favorited"], &insight["dashboards"]],
        [&json!(true), &json!([filled.refs["D"]["id"]])]
    );
    let dashboard = filled.get(&format!("dashboards/{}/", filled.refs("D", "id")));
    assert_eq!(
        [&dashboard["name"], &dashboard["pinned"]],
        [&json!("Board"), &json!(true)]
    );
    assert_eq!(dashboard["tiles"].as_array().unwrap().len(), 1);
    assert_eq!(
        [
            &filled.get("insights/")["count"],
            &filled.get("dashboards/")["count"]
        ],
        [1, 1]
    );
    let notebook = filled.get(&format!("notebooks/{}/", filled.refs("N", "short_id")));
    assert_eq!(
        [&notebook["version"], &notebook["created_by"]],
        [&json!(4), &Value::Null]
    );
    assert_eq!(notebook["content"], json!({"type": "doc"}));
    let key = &filled.get("project_secret_api_keys/")["results"][0];
    assert_eq!([&key["label"], &key["id"]], ["S", &*filled.refs("S", "id")]);
    assert_eq!(key["created_by"]["id"], 7);
}

#[test]
fn definitions_and_pairs_are_as_the_file_says() {
    let filled = Filled::new();
    let found = |query: &str| {
        filled.get(&format!("property_definitions/?search={query}"))["results"][0].clone()
    };
    let (touched, untouched) = (found("plan"), found("seats"));
    assert_eq!(
        [&touched["tags"], &touched["description"]],
        [&json!(["a", "billing"]), &json!("")]
    );
    assert_eq!(
        [&touched["verified"], &touched["verified_by"]["id"]],
        [&json!(true), &json!(7)]
    );
    assert_eq!(
        [&untouched["verified"], &untouched["description"]],
        [&Value::Null, &Value::Null]
    );
    assert_eq!(untouched["is_numerical"], true);
    assert_eq!(found("size&type=group&group_type_index=2")["name"], "size");
    let pairs = "property_definitions/seen_together/?event_names=signed%20up&property_name=plan";
    assert_eq!(filled.get(pairs), json!({"signed up": true}));
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
    let events = get("events/");
    assert_eq!(
        [
            &events["results"][0]["event"],
            &events["results"][4]["event"]
        ],
        ["$pageview", "order placed"],
        "what stands last in the file came in last"
    );
    for insight in get("insights/")["results"].as_array().unwrap() {
        assert!(insight["result"].is_array(), "{insight}");
    }
    let log = get("activity_log/?limit=1");
    assert_eq!(
        [
            &log["results"][0]["activity"],
            &log["results"][0]["created_at"],
            &log["results"][0]["user"]["first_name"]
        ],
        ["sharing enabled", "2026-11-15T18:06:12Z", "Robin"]
    );
    let page = server.get("", "/shared/demo-report.json").1;
    assert_eq!(page["insights"].as_object().unwrap().len(), 3, "{page}");
}
