//! Markup, script links and template syntax in whatever people and programs send are shown as text on every page.

use serde_json::{Value, json};

use crate::{driver::Browser, harness::Server};

/// Texts that set `window.__owned` or break out of their context if they are not escaped.
const PAYLOADS: [&str; 22] = [
    "<script>window.__owned=1</script>",
    "<img src=x onerror=window.__owned=1>",
    "\"><svg/onload=window.__owned=1>",
    "' onmouseover='window.__owned=1' autofocus onfocus='window.__owned=1",
    "</script><script>window.__owned=1</script>",
    "</textarea></title></style>--><script>window.__owned=1</script><!--",
    "<iframe srcdoc=\"<script>parent.__owned=1</script>\">",
    "<base href=\"https://evil.example/\"><meta http-equiv=refresh content=\"0;url=javascript:window.__owned=1\">",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.__owned=1>",
    "<![CDATA[<script>window.__owned=1</script>]]>",
    "[x](javascript:window.__owned=1) ![x](javascript:window.__owned=1) <javascript:window.__owned=1>",
    "javascript:window.__owned=1",
    "java\tscript:window.__owned=1",
    " \u{1}JaVaScRiPt:window.__owned=1",
    "java&#115;cript&colon;window.__owned=1",
    "data:text/html,<script>opener.__owned=1</script>",
    "vbscript:msgbox(1)",
    "{{constructor.constructor('window.__owned=1')()}} ${window.__owned=1} <%= window.__owned=1 %> {title}{data}{team}",
    "a\u{2028}window.__owned=1\u{2029}b",
    "\u{202e}drawkcab\u{202c} \u{200b}\u{feff}",
    "__proto__ constructor toString %00 \\u0000 %3Cscript%3E",
    "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
];

/// `value` with every `$` replaced by `evil`, including in keys.
fn laced(value: &Value, evil: &str) -> Value {
    match value {
        Value::String(text) => text.replace('$', evil).into(),
        Value::Array(items) => items.iter().map(|item| laced(item, evil)).collect(),
        Value::Object(members) => {
            let pair =
                |(name, item): (&String, &Value)| (name.replace('$', evil), laced(item, evil));
            Value::Object(members.iter().map(pair).collect())
        }
        other => other.clone(),
    }
}

/// A document in which every kind of node, mark and attribute holds a `$`.
fn content() -> Value {
    let marks = [
        "bold",
        "italic",
        "underline",
        "strike",
        "code",
        "highlight",
        "textStyle",
        "$",
    ]
    .map(|kind| json!({"type": kind, "attrs": {"style": "$", "color": "$"}}));
    let linked = json!({"type": "text", "text": "$", "marks": [{"type": "link", "attrs": {"href": "$", "target": "$", "class": "$"}}]});
    let words = json!([{"type": "text", "text": "$", "marks": marks}, linked]);
    let containers = [
        "paragraph",
        "heading",
        "blockquote",
        "codeBlock",
        "listItem",
        "taskItem",
        "tableCell",
        "tableHeader",
        "$",
    ];
    let mut nodes: Vec<_> = containers.iter().map(|kind| json!({"type": kind, "attrs": {"level": "$", "language": "$", "colspan": "$", "start": "$", "class": "$"}, "content": words})).collect();
    for kind in [
        "ph-image",
        "ph-embed",
        "ph-latex",
        "ph-query",
        "ph-$",
        "image",
        "ph-person",
        "ph-mention",
    ] {
        nodes.push(json!({"type": kind, "attrs": {"src": "$", "href": "$", "alt": "$", "title": "$", "content": "$", "nodeId": "$",
            "query": {"kind": "HogQLQuery", "query": "$", "$": "$"}}}));
    }
    nodes.push(json!({"type": "ph-query", "attrs": {"nodeId": "x", "query": {"kind": "SavedInsightNode", "shortId": "$"}}}));
    nodes.push(json!({"type": "ph-markdown-notebook", "attrs": {"markdown": "# $\n\n$\n\n- $\n- [ ] $\n\n| $ | a |\n|--|--|\n| $ | b |\n\n> $\n\n```$\n$\n```\n\n[$]($)\n\n![$]($)\n\n<Image src=\"$\" alt=\"$\" />\n\n<Embed src=\"$\" title=\"$\" />"}}));
    json!({"type": "doc", "content": nodes})
}

/// Puts `evil` into everything that a visitor, a client or a user can write. Returns the token of the notebook.
fn poison(server: &Server, evil: &str) -> String {
    let send = |method: &str, path: &str, body: Value| {
        let path = format!("/api/projects/1/{path}");
        server
            .ask(method, &path)
            .key("phx_demo")
            .json(laced(&body, evil))
            .send()
    };
    let query = json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "series": [{"event": "$", "math": "$", "custom_name": "$"}],
        "dateRange": {"date_from": "$"}, "properties": [{"key": "$", "operator": "$", "value": ["$"]}], "breakdownFilter": {"breakdown": "$"}}});
    let results = [
        json!([["$", {"$": "$"}]]),
        json!([{"label": "$", "labels": ["$", "$"], "data": [1, 2], "breakdown_value": "$", "count": "$"}]),
        json!([{"order": 0, "name": "$", "count": 3}, {"order": 1, "custom_name": "$", "count": 1}]),
        json!([{"date": "$", "label": "$", "values": [{"count": 1, "label": "$"}]}]),
        json!({"columns": ["$"], "results": [["$"]]}),
        Value::Null,
    ];
    let content = content();
    let cut = |most: usize| evil.chars().take(most).collect::<String>();
    let insights: Vec<_> = results.into_iter().map(|result| {
        let insight = json!({"name": "$", "description": "$", "query": query, "result": result, "tags": ["$"], "dashboards": [1]});
        let body = send("POST", "insights", insight).ok(201);
        body["id"].clone()
    }).collect();
    send(
        "PATCH",
        "dashboards/1",
        json!({"name": "$", "description": "$", "tags": ["$"]}),
    )
    .ok(200);
    let notebook = send(
        "POST",
        "notebooks",
        json!({"title": "$", "content": content, "text_content": "$"}),
    )
    .ok(201);
    let path = format!(
        "notebooks/{}/sharing",
        notebook["short_id"].as_str().unwrap()
    );
    let token = send("PATCH", &path, json!({"enabled": true})).ok(200)["access_token"].clone();
    let lock = format!("insights/{}/sharing", insights[0]);
    send(
        "PATCH",
        &lock,
        json!({"enabled": true, "password_required": true, "settings": {"$": "$", "legend": true}}),
    )
    .ok(200);
    send(
        "POST",
        &format!("{lock}/passwords"),
        json!({"note": cut(100)}),
    );
    send(
        "POST",
        "project_secret_api_keys",
        json!({"label": cut(40), "scopes": ["feature_flag:read"]}),
    );
    let events = json!({"api_key": "phc_demo", "batch": [{"event": "$", "distinct_id": "$", "properties": {"$": "$", "$set": {"$": "$"}, "$session_id": "$"}}]});
    server
        .ask("POST", "/batch/")
        .json(laced(&events, evil))
        .send();
    let definition = server
        .ask("GET", "/api/projects/1/property_definitions/?limit=1")
        .key("phx_demo")
        .send()
        .body["results"][0]["id"]
        .clone();
    let change = json!({"description": "$", "tags": ["$"]});
    send(
        "PATCH",
        &format!("property_definitions/{}", definition.as_str().unwrap()),
        change,
    );
    token.as_str().unwrap().to_owned()
}

/// Checks that no script ran, nothing was blocked or logged, and nothing was loaded from or links to another place.
#[track_caller]
fn is_harmless(browser: &Browser, place: &str) {
    assert_eq!(
        browser.run("return window.__owned ?? null", json!([])),
        Value::Null,
        "{place}"
    );
    let dangerous = "return [...document.querySelectorAll('*')].flatMap((it) => [...it.attributes]
        .filter(({ name, value }) => /^on|^srcdoc$/.test(name) || (/^(href|src|action|formaction)$/.test(name) && !/^(https?:|mailto:|data:image|[/#.]|[\\w-]+\\.(js|css|svg|html)$|$)/.test(value)))
        .map(({ name, value }) => `${it.tagName} ${name}=${value}`))";
    assert_eq!(browser.run(dangerous, json!([])), json!([]), "{place}");
    let elsewhere = "return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:'))";
    assert_eq!(browser.run(elsewhere, json!([])), json!([]), "{place}");
    browser.assert_quiet();
}

#[test]
fn whatever_people_write_is_shown_as_text_on_every_page() {
    let seed: Value = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let server = Server::seeded(&seed, &[]);
    let shared = json!({"enabled": true});
    let board = server
        .ask("PATCH", "/api/projects/1/dashboards/1/sharing")
        .key("phx_demo")
        .json(shared)
        .send()
        .ok(200);
    let board = board["access_token"].as_str().unwrap().to_owned();
    let tokens: Vec<_> = PAYLOADS.iter().map(|evil| poison(&server, evil)).collect();

    let browser = Browser::start();
    for (evil, token) in PAYLOADS.iter().zip(&tokens) {
        browser.open(&format!("{}/shared/{token}", server.url));
        browser.read("Shared with hoglet");
        let first = evil.split_whitespace().next().unwrap();
        browser.read(first);
        is_harmless(&browser, &format!("notebook of {evil}"));
    }
    for path in [format!("shared/{board}"), format!("embedded/{board}")] {
        browser.open(&format!("{}/{path}", server.url));
        browser.read("wwwwwwwwwwww");
        is_harmless(&browser, &path);
    }
    let encoded = "%3Cimg%20src%3Dx%20onerror%3D%22window.__owned%3D1%22%3E";
    for path in [
        format!("shared/demo-baskets?theme={encoded}&force_type={encoded}&x={encoded}"),
        format!("shared/{board}?{encoded}={encoded}&force_type={encoded}"),
        "docs/api".into(),
        format!("docs/#{encoded}"),
    ] {
        browser.open(&format!("{}/{path}", server.url));
        is_harmless(&browser, &path);
    }
    browser.open(&format!("{}/shared/{encoded}", server.url));
    browser.read("Page not found");
    browser.log(); // discards the logged 404
    is_harmless(&browser, "not found");

    let log = server.log();
    let link = log
        .lines()
        .find(|line| line.contains("/admin/login?token="));
    browser.open(link.unwrap().trim());
    browser.see("heading", "Shares");
    for section in [
        "shares",
        "keys",
        "properties",
        "activity",
        "project",
        encoded,
    ] {
        browser.open(&format!("{}/admin/#/projects/1/{section}", server.url));
        browser.wait_for("await new Promise((done) => setTimeout(done, 300))");
        is_harmless(&browser, section);
    }
}
