//! Something of every kind that a public page can show.

use serde_json::{Value, json};

use crate::harness::Server;

/// A server with a dashboard of every drawing, at `/shared/board`, a notebook of every node, at `/shared/notebook`, and a
/// funnel with all that its share can show, at `/shared/funnel`.
pub fn gallery() -> Server {
    let drawings = drawings();
    let insights: Vec<_> = drawings.iter().enumerate().map(|(index, (name, query, result))| {
        json!({"ref": format!("i{index}"), "project": "p", "short_id": format!("drawing{index}"), "name": name, "query": query,
               "result": result, "dashboards": ["board"]})
    }).collect();
    Server::seeded(
        &json!({
            "users": [{"ref": "u", "email": "u@example.com", "first_name": "Una"}],
            "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "Gallery", "id": 1}],
            "personal_api_keys": [{"ref": "k", "user": "u", "scopes": ["*"], "value": "phx_demo"}],
            "dashboards": [{"ref": "board", "project": "p", "name": "Every drawing", "description": "With *words* about it."}],
            "insights": insights,
            "notebooks": [{"ref": "n", "project": "p", "created_by": "u", "short_id": "every", "title": "Every node", "content": content()}],
            "session_recordings": [{"ref": "r", "project": "p", "id": "seen", "start_time": "2026-11-01T10:00:00Z",
                "end_time": "2026-11-01T10:01:00Z", "console_log_count": 3}],
            "sharing_configurations": [
                {"ref": "s1", "project": "p", "dashboard": "board", "access_token": "board"},
                {"ref": "s2", "project": "p", "notebook": "n", "access_token": "notebook"},
                {"ref": "s3", "project": "p", "insight": "i8", "access_token": "funnel",
                 "settings": {"detailed": true, "legend": true, "whitelabel": true}},
            ],
        }),
        &[],
    )
}

/// Names, queries and results.
fn drawings() -> Vec<(&'static str, Value, Value)> {
    let days: Vec<_> = (1..=30).map(|day| format!("2026-10-{day:02}")).collect();
    let wave = |size: f64, phase: f64| -> Vec<_> {
        (0..30)
            .map(|day| (size * (1.5 + (f64::from(day) / 4.0 + phase).sin())).round())
            .collect()
    };
    let series = |label: &str, data: Value| json!({"label": label, "days": days, "data": data, "count": 1234});
    let trends = |display: &str| json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "trendsFilter": {"display": display}}});
    let two = || {
        json!([
            series("Web", json!(wave(400.0, 0.0))),
            series("App", json!(wave(250.0, 2.0)))
        ])
    };
    let weeks = |label: &str, data: Value| json!({"label": label, "labels": ["1-Oct-2026", "8-Oct-2026", "15-Oct-2026"], "data": data});
    let shares = || json!([{"label": "Monstera", "data": [], "aggregated_value": 420}, {"label": "Fern", "data": [], "aggregated_value": 180.5}]);
    vec![
        ("Lines", trends("ActionsLineGraph"), two()),
        (
            "One line",
            trends("ActionsLineGraph"),
            json!([series("Orders", json!(wave(12_000.0, 1.0)))]),
        ),
        ("Area", trends("ActionsAreaGraph"), two()),
        (
            "Piled bars",
            trends("ActionsBar"),
            json!([
                weeks("New", json!([3, 5, 4])),
                weeks("Old", json!([2, 6, 7]))
            ]),
        ),
        (
            "Bars beside each other",
            trends("ActionsUnstackedBar"),
            json!([
                weeks("New", json!([3, 5, 4])),
                weeks("Old", json!([2, 6, 7]))
            ]),
        ),
        (
            "Lifecycle",
            json!({"kind": "LifecycleQuery"}),
            json!([
                weeks("new", json!([30, 25, 40])),
                weeks("returning", json!([10, 15, 9])),
                weeks("dormant", json!([-12, -20, -8]))
            ]),
        ),
        ("Shares of a whole", trends("ActionsPie"), shares()),
        ("Totals", trends("ActionsBarValue"), shares()),
        (
            "Funnel",
            json!({"kind": "FunnelsQuery"}),
            json!([
            {"order": 0, "name": "basket", "count": 400, "average_conversion_time": null, "median_conversion_time": null},
            {"order": 1, "name": "order", "count": 100, "average_conversion_time": 310.0, "median_conversion_time": 200.0}]),
        ),
        (
            "Retention",
            json!({"kind": "RetentionQuery"}),
            json!([
            {"date": "2026-10-05T00:00:00Z", "label": "Week 0", "values": [{"count": 80, "label": "Week 0"}, {"count": 40, "label": "Week 1"}, {"count": 22, "label": "Week 2"}]},
            {"date": "2026-10-12T00:00:00Z", "label": "Week 1", "values": [{"count": 60, "label": "Week 0"}, {"count": 33, "label": "Week 1"}]}]),
        ),
        (
            "A number",
            trends("BoldNumber"),
            json!([{"label": "Orders", "data": [], "aggregated_value": 98_765}]),
        ),
        (
            "A table",
            json!({"kind": "DataTableNode", "source": {"kind": "HogQLQuery", "query": "select plant, sold from orders"}}),
            json!([["Monstera", 12], ["Fern", 3]]),
        ),
        ("Nothing counted", trends("ActionsLineGraph"), json!([])),
        (
            "Only a question",
            json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "interval": "week", "dateRange": {"date_from": "-90d"},
            "series": [{"kind": "EventsNode", "event": "order placed", "math": "sum", "math_property": "order_value"}],
            "breakdownFilter": {"breakdown": "$browser"}, "properties": [{"key": "plan", "operator": "is_not", "value": ["none"]}]}}),
            Value::Null,
        ),
        (
            "An unknown shape",
            json!({"kind": "PathsQuery"}),
            json!({"odd": {"shape": [1, {"a": null}]}}),
        ),
    ]
}

/// A document with every node and mark.
fn content() -> Value {
    let text = |text: &str| json!({"type": "text", "text": text});
    let mark = |kind: &str| json!({"type": "text", "text": kind, "marks": [{"type": kind}]});
    let p = |nodes: Value| json!({"type": "paragraph", "content": nodes});
    let item = |nodes: Value| json!({"type": "listItem", "content": nodes});
    let cell = |kind: &str, words: &str| json!({"type": kind, "attrs": {"colspan": 1}, "content": [p(json!([text(words)]))]});
    let task = |checked: bool, words: &str| json!({"type": "taskItem", "attrs": {"checked": checked}, "content": [p(json!([text(words)]))]});
    let link = |href: &str| json!({"type": "text", "text": href, "marks": [{"type": "link", "attrs": {"href": href}}]});
    let list = |kind: &str, items: Value| json!({"type": kind, "content": items});
    let pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let saved = |id: &str| json!({"type": "ph-query", "attrs": {"nodeId": id, "query": {"kind": "SavedInsightNode", "shortId": id}}});
    json!({"type": "doc", "content": [
        {"type": "heading", "attrs": {"level": 1}, "content": [text("Every node")]},
        {"type": "heading", "attrs": {"level": 2}, "content": [text("Words")]},
        p(json!([mark("bold"), text(", "), mark("italic"), text(", "), mark("underline"), text(", "), mark("strike"), text(", "), mark("code"), text(", "), mark("highlight")])),
        p(json!([link("https://example.com/a"), text(" "), link("mailto:a@example.com"), text(" "), link("javascript:alert(1)")])),
        {"type": "heading", "attrs": {"level": 2}, "content": [text("Lists")]},
        list("bulletList", json!([item(json!([p(json!([text("Outer")])), list("orderedList", json!([item(json!([p(json!([text("Inner")]))]))]))]))])),
        list("taskList", json!([task(true, "Watered"), task(false, "Repotted")])),
        {"type": "blockquote", "content": [p(json!([text("Quoted words.")]))]},
        {"type": "codeBlock", "attrs": {"language": "sql"}, "content": [text("select *\nfrom plants")]},
        {"type": "horizontalRule"},
        {"type": "heading", "attrs": {"level": 2}, "content": [text("A table")]},
        {"type": "table", "content": [
            {"type": "tableRow", "content": [cell("tableHeader", "Plant"), cell("tableHeader", "Light")]},
            {"type": "tableRow", "content": [cell("tableCell", "Fern"), cell("tableCell", "Low")]}]},
        {"type": "ph-image", "attrs": {"src": pixel, "alt": "A dot"}},
        {"type": "ph-image", "attrs": {"src": "https://pictures.example/fern.png", "alt": "A fern"}},
        {"type": "ph-latex", "attrs": {"content": "\\frac{a}{b} < c"}},
        {"type": "ph-embed", "attrs": {"src": "https://video.example/1", "title": "A film"}},
        {"type": "ph-person", "attrs": {"id": "secret-person"}},
        saved("drawing0"), saved("gone"),
        {"type": "ph-query", "attrs": {"nodeId": "q", "title": "Asked here", "query": {"kind": "HogQLQuery", "query": "select 1"}}},
        {"type": "ph-markdown-notebook", "attrs": {"nodeId": "m", "markdown":
            "## In Markdown\n\n- one\n  - two\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n```\n<Query query={{\"kind\":\"SavedInsightNode\",\"shortId\":\"drawing1\"}} />\n```\n\n<Query nodeId=\"m1\" query={{\"kind\": \"SavedInsightNode\", \"shortId\": \"drawing10\"}} />\n\n<Latex content=\"e=mc^2\" />\n\n![Far](https://far.example/x.png)"}},
    ]})
}
