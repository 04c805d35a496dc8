//! The HTML around a page's data, and the files that it loads (`sharing.md` 6.5).

use serde_json::{Value, json};

use super::{INSIGHT, NOTEBOOK, RECORDING, embedded, look, share};
use crate::harness::Server;

#[test]
fn heads_tell_other_sites_of_insights_and_dashboards_only() {
    let server = Server::start();
    let named = json!({"name": "A <b>\"&'", "description": "x < y"});
    server.patch("/api/projects/1/insights/1", named).ok(200);
    let token = share(&server, INSIGHT);
    let page = look(&server, &format!("/shared/{token}?a=1&b=2"));
    let url = format!("{}/shared/{token}", server.url);
    for tag in [
        "<meta name=\"robots\" content=\"noindex\">".to_owned(),
        "<title>A &lt;b&gt;&quot;&amp;&#x27; • hoglet</title>".into(),
        "<meta property=\"og:title\" content=\"A &lt;b&gt;&quot;&amp;&#x27;\">".into(),
        "<meta property=\"og:type\" content=\"website\">".into(),
        "<meta property=\"og:description\" content=\"x &lt; y\">".into(),
        format!("<meta property=\"og:url\" content=\"{url}?a=1&amp;b=2\">"),
        "<meta name=\"twitter:card\" content=\"summary\">".into(),
    ] {
        assert!(page.text.contains(&tag), "{tag} in {}", page.text);
    }
    // There is no picture, so none is named.
    assert_eq!(look(&server, &format!("/shared/{token}.png")).status, 404);
    assert!(!page.text.contains("og:image"), "{}", page.text);
    assert!(!page.text.contains("<b>"));
    for path in [NOTEBOOK, RECORDING] {
        let token = share(&server, path);
        let page = look(&server, &format!("/shared/{token}"));
        assert!(
            page.text.contains("noindex") && !page.text.contains("og:"),
            "{}",
            page.text
        );
    }
}

#[test]
fn nothing_in_the_data_can_end_the_element_that_holds_it() {
    let server = Server::start();
    let evil = "</script><script>alert(1)</script>{data}{team}<!--";
    server
        .patch("/api/projects/1/insights/1", json!({"name": evil}))
        .ok(200);
    let token = share(&server, INSIGHT);
    let page = look(&server, &format!("/shared/{token}"));
    assert_eq!(page.text.matches("<script").count(), 2);
    assert_eq!(embedded(&page)["insight"]["name"], evil);
}

#[test]
fn a_reader_without_scripts_is_told_what_this_is() {
    let server = Server::start();
    server
        .patch(
            "/api/projects/1/insights/1",
            json!({"name": "A {data} <b>"}),
        )
        .ok(200);
    let page = look(&server, &format!("/shared/{}", share(&server, INSIGHT)));
    let told = "<noscript><h1>A {data} &lt;b&gt; • hoglet</h1><p>This page needs JavaScript, which is disabled in this \
                browser.</p></noscript>";
    assert!(page.text.contains(told), "{}", page.text);
}

#[test]
fn a_page_is_light_without_the_library_that_draws() {
    let server = Server::start();
    let page = look(&server, &format!("/shared/{}", share(&server, INSIGHT)));
    let files = ["viewer.js", "viewer.css", "icon.svg"];
    let loaded = files.map(|file| look(&server, &format!("/static/viewer/{file}")));
    assert!(loaded.iter().all(|file| file.status == 200));
    let bytes: usize = loaded.iter().map(|file| file.text.len()).sum();
    assert!(bytes + page.text.len() < 150_000, "{bytes}"); // not even packed
}

#[test]
fn a_page_names_at_once_all_that_it_will_load() {
    let server = Server::start();
    let (charts, formulas) = ("uPlot.esm.js", "temml.min.js");
    let html = |thing: &str, value: Value| {
        let object = thing.trim_end_matches("/sharing");
        server.patch(&format!("{object}/"), value).ok(200);
        look(&server, &format!("/shared/{}", share(&server, thing))).text
    };
    let plain = html(INSIGHT, json!({"result": null}));
    assert!(!plain.contains(charts) && !plain.contains(formulas));
    let drawn = html(
        INSIGHT,
        json!({"result": [{"label": "Visits", "data": [1, 2], "days": ["2026-11-01", "2026-11-02"]}]}),
    );
    assert!(drawn.contains(&format!(
        "<link rel=\"modulepreload\" href=\"/static/vendor/uplot-1.6.32/{charts}\">"
    )));
    let script = look(&server, "/static/viewer/viewer.js").text;
    assert!(
        !script.contains("\"./"),
        "it imports what is known only once it is here"
    );
    let written = |text: &str| {
        json!({"content": {"type": "doc", "content": [{"type": "ph-latex", "attrs": {"content": text}},
        {"type": "paragraph", "content": [{"type": "text", "text": "[\"formula\", {}]"}]}]}, "version": 0})
    };
    let formula = html(NOTEBOOK, written("x^2"));
    assert!(formula.contains(formulas), "{formula}");
}

#[test]
fn the_files_of_pages_come_with_the_binary() {
    let server = Server::start();
    for (file, kind) in [
        ("viewer.js", "text/javascript; charset=utf-8"),
        ("viewer.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let path = format!("/static/viewer/{file}");
        let answer = look(&server, &path);
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        let again = server
            .ask("GET", &path)
            .header("if-none-match", answer.header("etag"))
            .send();
        assert_eq!((again.status, &*again.text), (304, ""));
    }
    for file in [
        "page.html",
        "nothing.js",
        "dom.js", // part of viewer.js
        "..%2f..%2fdemo.json",
        "%2e%2e/demo.json",
    ] {
        assert_eq!(look(&server, &format!("/static/viewer/{file}")).status, 404);
    }
}
