//! The list of insights: filters, orders, pages (`resources.md` 1.5).

use serde_json::json;

use super::{INSIGHTS, names};
use crate::harness::Server;

/// A server whose project has eight insights, made one after the other by two people.
fn furnished() -> Server {
    let node = |kind: &str, source: &str| json!({"kind": kind, "source": {"kind": source}});
    Server::seeded(
        &json!({
            "users": [{"ref": "ada", "id": 1, "email": "ada@example.com"}, {"ref": "mel", "id": 2, "email": "mel@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"], ["mel", "member"]]}],
            "projects": [{"ref": "one", "org": "acme", "name": "One", "id": 1}, {"ref": "two", "org": "acme", "name": "Two", "id": 2}],
            "personal_api_keys": [{"ref": "A", "user": "ada", "scopes": ["*"], "value": "phx_ada"},
                                  {"ref": "M", "user": "mel", "scopes": ["*"], "value": "phx_mel"}],
            "dashboards": [{"ref": "d1", "project": "one", "id": 1, "name": "First"}, {"ref": "d2", "project": "one", "id": 2, "name": "Second"}],
            "insights": [
                {"project": "one", "id": 1, "short_id": "aaaaaaaa", "name": "trends", "created_by": "ada", "query": node("InsightVizNode", "TrendsQuery"),
                 "tags": ["x", "y"], "favorited": true, "order": 2},
                {"project": "one", "id": 2, "short_id": "bbbbbbbb", "name": "funnels", "created_by": "mel", "query": node("InsightVizNode", "FunnelsQuery"),
                 "tags": ["y"], "order": 1},
                {"project": "one", "id": 3, "short_id": "cccccccc", "name": "old retention", "created_by": "ada", "filters": {"insight": "RETENTION"}},
                {"project": "one", "id": 4, "short_id": "dddddddd", "name": "sql", "created_by": "mel", "query": node("DataVisualizationNode", "HogQLQuery"),
                 "saved": false, "description": "100% of ÄPFEL"},
                {"project": "one", "id": 5, "short_id": "eeeeeeee", "name": "events", "derived_name": "All_events", "query": node("DataTableNode", "EventsQuery"),
                 "saved": false},
                {"project": "one", "id": 6, "short_id": "ffffffff", "name": "gone", "deleted": true},
                {"project": "two", "id": 7, "short_id": "aaaaaaaa", "name": "elsewhere", "created_by": "ada", "favorited": true, "tags": ["x"]},
            ],
        }),
        &[],
    )
}

#[test]
fn a_list_is_narrowed_by_every_filter() {
    let server = furnished();
    server
        .patch(&format!("{INSIGHTS}1/"), json!({"dashboards": [1, 2]}))
        .ok(200);
    server
        .patch(
            &format!("{INSIGHTS}5/"),
            json!({"dashboards": [1], "saved": false}),
        )
        .ok(200);
    server.get(&format!("{INSIGHTS}3/")).ok(200);
    let all = ["funnels", "trends", "old retention", "sql", "events"];
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(&str, &[&str])] = &[
        ("",                               &all),
        ("short_id=bbbbbbbb",              &["funnels"]),
        ("short_id=zzz",                   &[]),
        ("short_id=",                      &all),
        ("search=TREN",                    &["trends"]),
        ("search=all_e",                   &["events"]),
        ("search=0%25",                    &["sql"]),
        ("search=%C3%A4pfel",              &["sql"]),
        ("search=x",                       &["trends"]),
        ("search=%25x",                    &[]),
        ("search=%00",                     &[]),
        ("search=nothing",                 &[]),
        ("search=",                        &all),
        ("created_by=[2]",                 &["funnels", "sql"]),
        ("created_by=[1,2]",               &["funnels", "trends", "old retention", "sql"]),
        ("created_by=[]",                  &all),
        ("created_by=[99]",                &[]),
        ("user=true",                      &["trends", "old retention"]),
        ("user=",                          &["trends", "old retention"]),
        ("favorited=true",                 &["trends"]),
        ("favorited=false",                &["trends"]),
        ("saved=true",                     &["funnels", "trends", "old retention", "events"]),
        ("saved=1",                        &["funnels", "trends", "old retention", "events"]),
        ("saved=false",                    &["sql", "events"]),
        ("dashboards=[1]",                 &["trends", "events"]),
        ("dashboards=[1,2]",               &["trends"]),
        ("dashboards=[1,99]",              &[]),
        ("dashboard=1",                    &["trends", "events"]),
        ("dashboard=2",                    &["trends"]),
        ("dashboard=99",                   &[]),
        ("dashboard=",                     &all),
        ("dashboard=1&dashboards=[2]",     &["trends"]),
        ("dashboards=[]",                  &all),
        ("tags=[%22x%22]",                 &["trends"]),
        ("tags=[%22x%22,%22Y%22]",         &["funnels", "trends"]),
        ("tags=[%22z%22]",                 &[]),
        ("insight=TRENDS",                 &["trends"]),
        ("insight=FUNNELS",                &["funnels"]),
        ("insight=RETENTION",              &["old retention"]),
        ("insight=SQL",                    &["sql"]),
        ("insight=JSON",                   &["events"]),
        ("insight=PATHS",                  &[]),
        ("date_from=-1d",                  &all),
        ("date_to=-1d",                    &[]),
        ("date_from=2001-02-03&date_to=2999-01-01T10:00:00Z", &all),
        ("date_from=2999-01-01",           &[]),
        ("created_date_from=-1m",          &all),
        ("created_date_from=-1dStart",     &all),
        ("created_date_to=-1q",            &[]),
        ("created_date_to=-2y",            &[]),
        ("last_viewed_date_from=-1h",      &["old retention"]),
        ("last_viewed_date_to=2999-01-01", &["old retention"]),
        ("last_viewed_date_to=-1w",        &[]),
        ("user=1&saved=1&tags=[%22y%22]&dashboards=[2]&favorited=1&insight=TRENDS&search=trend&created_by=[1]", &["trends"]),
        ("unknown=1&refresh=force_cache",  &all),
    ];
    for (query, expected) in rows {
        assert_eq!(names(&server, query), *expected, "{query}");
        assert_eq!(
            names(&server, &format!("{query}&basic=true")),
            *expected,
            "basic {query}"
        );
    }
}

#[test]
fn a_filter_that_says_nothing_is_refused() {
    let server = furnished();
    let json = "Value must be valid JSON.";
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(&str, &str, &str, &'static str)] = &[
        ("created_by=ada",        "invalid_input",  json,                                                "created_by"),
        ("created_by=5",          "not_a_list",     "Expected a list of items but got type \"int\".",    "created_by"),
        ("created_by=[%22x%22]",  "invalid_input",  "A valid integer is required.",                      "created_by__0"),
        ("tags=[",                "invalid_input",  json,                                                "tags"),
        ("tags=[1,{}]",           "invalid_input",  "Not a valid string.",                               "tags__1"),
        ("dashboards={}",         "not_a_list",     "Expected a list of items but got type \"dict\".",   "dashboards"),
        ("dashboard=x",           "invalid_input",  "A valid integer is required.",                      "dashboard"),
        ("dashboards=[1.5]",      "invalid_input",  "A valid integer is required.",                      "dashboards__0"),
        ("insight=PIES",          "invalid_choice", "\"PIES\" is not a valid choice.",                   "insight"),
        ("order=shape",           "invalid_choice", "\"shape\" is not a valid choice.",                  "order"),
        ("date_from=soon",        "invalid_input",  "Enter a date such as 2025-04-23 or -7d.",           "date_from"),
        ("created_date_to=-7",    "invalid_input",  "Enter a date such as 2025-04-23 or -7d.",           "created_date_to"),
        ("date_to=-99999999999d", "invalid_input",  "Enter a date such as 2025-04-23 or -7d.",           "date_to"),
    ];
    for (query, code, detail, attr) in rows {
        server
            .get(&format!("{INSIGHTS}?{query}"))
            .invalid(code, detail, *attr);
    }
}

#[test]
fn a_list_is_ordered_by_any_field() {
    let server = furnished();
    server.get(&format!("{INSIGHTS}4/")).ok(200);
    server.get(&format!("{INSIGHTS}2/")).ok(200);
    server
        .patch(&format!("{INSIGHTS}3/"), json!({"description": "d"}))
        .ok(200);
    let made = ["trends", "funnels", "old retention", "sql", "events"];
    let reverse = |names: &[&str]| {
        names
            .iter()
            .rev()
            .map(|name| name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&server, "order=id"), made);
    assert_eq!(names(&server, "order=-id"), reverse(&made));
    let by_name = ["events", "funnels", "old retention", "sql", "trends"];
    assert_eq!(names(&server, "order=name"), by_name);
    assert_eq!(names(&server, "order=-name"), reverse(&by_name));
    assert_eq!(
        names(&server, "order=-last_modified_at")[0],
        "old retention"
    );
    assert_eq!(names(&server, "order=updated_at")[4], "old retention");
    assert_eq!(
        names(&server, "order=-last_viewed_at")[..2],
        ["funnels", "sql"]
    );
    assert_eq!(
        names(&server, "order=last_viewed_at")[3..],
        ["sql", "funnels"]
    );
    for field in [
        "short_id",
        "derived_name",
        "description",
        "order",
        "created_at",
        "favorited",
        "saved",
        "created_by",
        "last_modified_by",
    ] {
        assert_eq!(
            names(&server, &format!("order={field}")).len(),
            5,
            "{field}"
        );
        assert_eq!(
            names(&server, &format!("order=-{field}")).len(),
            5,
            "{field}"
        );
    }
}

#[test]
fn a_list_comes_in_pages() {
    let server = furnished();
    let page = server
        .get(&format!("{INSIGHTS}?limit=2&offset=2&order=id"))
        .ok(200);
    let link = |query: &str| format!("{}{INSIGHTS}?{query}", server.url);
    assert_eq!(
        (&page["count"], &page["next"]),
        (&json!(5), &json!(link("limit=2&offset=4&order=id")))
    );
    assert_eq!(page["previous"], link("limit=2&order=id"));
    let ids: Vec<_> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|insight| insight["id"].clone())
        .collect();
    assert_eq!(ids, [3, 4]);
    assert_eq!(server.get("/api/projects/2/insights").ok(200)["count"], 1);
}
