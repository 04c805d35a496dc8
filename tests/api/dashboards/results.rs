//! The stored results of all insights on a dashboard.

use serde_json::{Value, json};

use super::{DASHBOARDS, INSIGHTS};
use crate::harness::Server;

const RUN: &str = "/api/projects/1/dashboards/1/run_insights/";

#[test]
fn the_results_of_a_dashboard_are_those_that_were_stored() {
    let server = Server::start();
    let make = |body: Value| server.post(INSIGHTS, body).ok(201);
    let query = json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery"}});
    let one = make(json!({"name": "One", "query": query, "dashboards": [1],
                          "result": [{"label": "a", "data": [1, 2.0]}]}));
    make(json!({"name": "Without a query", "dashboards": [1], "result": [1]}));
    let two = make(json!({"derived_name": "Two", "query": query, "dashboards": [1]}));
    make(json!({"name": "Elsewhere", "query": query, "result": [1]}));
    let text = json!({"tiles": [{"text": {"body": "T"}, "layouts": {"sm": {"x": 0, "y": -1}}}]});
    let board = server.patch(&format!("{DASHBOARDS}1/"), text).ok(200);
    let expected = json!({"results": [
        {"id": board["tiles"][1]["id"],
         "insight": {"id": one["id"], "short_id": one["short_id"], "name": "One", "derived_name": null,
                     "result": [{"label": "a", "data": [1, 2.0]}]},
         "order": 1, "last_refresh": null, "is_cached": false},
        {"id": board["tiles"][3]["id"],
         "insight": {"id": two["id"], "short_id": two["short_id"], "name": null, "derived_name": "Two", "result": null},
         "order": 3, "last_refresh": null, "is_cached": false},
    ]});
    for query in [
        "",
        "?output_format=json",
        "?output_format=optimized&refresh=blocking",
    ] {
        let run = server.get(&format!("{RUN}{query}"));
        assert_eq!(
            (run.status, run.text),
            (200, expected.to_string()),
            "{query}"
        );
    }
    let listed = server.get(DASHBOARDS).ok(200);
    assert_eq!(
        listed["results"][0]["last_accessed_at"],
        Value::Null,
        "this is no access"
    );
}

#[test]
fn results_are_returned_as_they_are_stored() {
    let server = Server::start();
    let deep = format!("{}{}", "[".repeat(990), "]".repeat(990));
    let result = format!(
        "\"result\":{{\"b\":12345678901234567890123,\"a\":[1e+300,1e-07,2.0],\"c\":{deep}}}"
    );
    let body = format!("{{\"dashboards\":[1],\"query\":{{}},{result}}}");
    let insight = server.ask("POST", INSIGHTS).key("phx_ada");
    let insight = insight.body("application/json", body).send();
    assert!(insight.text.contains(&result), "{}", insight.text);
    let run = server.get(RUN);
    assert_eq!(run.status, 200);
    assert!(run.text.contains(&result), "{}", run.text);
}

#[test]
fn results_of_what_is_missing_deleted_or_elsewhere_are_not_found() {
    let server = Server::start();
    for id in ["999", "2", "x"] {
        let path = format!("{DASHBOARDS}{id}/run_insights/");
        server.get(&path).not_found("Not found.");
    }
    server
        .patch(&format!("{DASHBOARDS}1/"), json!({"deleted": true}))
        .ok(200);
    server.get(RUN).not_found("Not found.");
}

#[test]
fn results_need_the_scope_of_queries() {
    let server = Server::start();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        assert_eq!(
            server.ask(method, RUN).key("phx_ada").send().status,
            405,
            "{method}"
        );
    }
    let options = server.ask("OPTIONS", RUN).key("phx_ada").send();
    assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(options.ok(200)["name"], "Run insights");
    assert_eq!(server.ask("GET", RUN).send().status, 401);
}
