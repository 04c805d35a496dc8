//! Results and names that are hard to show: long, right to left, without points, huge, broken.

use serde_json::{Value, json};

use crate::{
    driver::Browser,
    exploring::{sharing, trends},
    harness::Server,
    viewer::{drawn, look},
};

const ARABIC: &str = "مبيعات ٢٠٢٦ (خام)";
const FAMILY: &str = "👩‍👩‍👧‍👦 family 🎉";

fn line(label: &str, days: &[&str], data: Value) -> Value {
    json!({"label": label, "days": days, "data": data, "count": 3})
}

/// Name, query, result, words on the page with all numbers open, and canvases.
type Case = (&'static str, Value, Value, Vec<String>, u64);

fn cases() -> Vec<Case> {
    let days = ["2026-11-01", "2026-11-02"];
    let long = "Wide ".repeat(600);
    let one_word = "W".repeat(3000);
    let clipped = format!("{}…", "W".repeat(120));
    let names = || {
        json!([
            line(&long, &days, json!([1, 2])),
            line(&one_word, &days, json!([2, 3])),
            line(ARABIC, &days, json!([3, 4])),
            line(FAMILY, &days, json!([4, 5]))
        ])
    };
    let totals = |display: &str| {
        let total = |label: &str, value: Value| json!({"label": label, "data": [], "aggregated_value": value});
        (
            trends(json!({"display": display})),
            json!([
                total(&one_word, json!(3)),
                total(ARABIC, json!(2)),
                total(FAMILY, json!("NaN")),
                total("", json!(0))
            ]),
        )
    };
    let funnel = json!([{"order": 0, "name": one_word, "count": 4}, {"order": 1, "name": ARABIC, "count": 0}, {"order": 2, "name": FAMILY, "count": null}]);
    let rows = json!([["2026-11-01", one_word, 3], [ARABIC, FAMILY, 5], [null, {"a": [1]}, -0.0]]);
    let sql = |display: &str| json!({"kind": "DataVisualizationNode", "display": display, "source": {"kind": "HogQLQuery", "query": "select a, b, c from d"}});
    let text = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let of_names = || vec![clipped.clone(), ARABIC.into(), FAMILY.into()];
    let empty = || text(&["There is no data yet."]);
    let (pie, parts) = totals("ActionsPie");
    let (number, one) = totals("BoldNumber");
    let plain = || trends(json!({}));
    vec![
        ("Names of lines", plain(), names(), of_names(), 1),
        (
            "Names of bars",
            trends(json!({"display": "ActionsBar"})),
            names(),
            of_names(),
            1,
        ),
        ("Names of totals", pie, parts, of_names(), 0),
        ("A name of a number", number, one, of_names(), 0),
        (
            "Names of steps",
            json!({"kind": "FunnelsQuery"}),
            funnel,
            of_names(),
            0,
        ),
        (
            "Names in rows",
            sql("ActionsTable"),
            rows.clone(),
            vec![
                format!("{}…", "W".repeat(300)),
                ARABIC.into(),
                "{\"a\":[1]}".into(),
            ],
            0,
        ),
        (
            "Names on an axis",
            sql("ActionsLineGraph"),
            rows,
            vec![ARABIC.into()],
            1,
        ),
        (
            "No numbers",
            plain(),
            json!([
                line("A", &days, json!(["NaN", "Infinity"])),
                line("B", &days, json!([{"a": 1}, [2]]))
            ]),
            text(&["A\t–\t–", "B\t–\t–"]),
            1,
        ),
        (
            "Only gaps",
            trends(json!({"display": "ActionsBar"})),
            json!([line("A", &days, json!([null, null]))]),
            text(&["A\t–\t–"]),
            1,
        ),
        (
            "Only zero",
            plain(),
            json!([line("A", &days, json!([0, 0]))]),
            text(&["A\t0\t0"]),
            1,
        ),
        (
            "Huge",
            plain(),
            json!([line("A", &days, json!([1e300, -1e300]))]),
            text(&["A\t1,000"]),
            1,
        ),
        (
            "Tiny",
            plain(),
            json!([line("A", &days, json!([1e-300, 2e-300]))]),
            text(&["A\t0.000"]),
            1,
        ),
        (
            "Huge and logarithmic",
            trends(json!({"yAxisScaleType": "log10"})),
            json!([line("A", &days, json!([1e-12, 1e12]))]),
            text(&["A"]),
            1,
        ),
        (
            "Below zero and logarithmic",
            trends(json!({"yAxisScaleType": "log10"})),
            json!([line("A", &days, json!([-1, 0]))]),
            text(&["lacks (2)"]),
            1,
        ),
        (
            "Before 1970",
            plain(),
            json!([
                line("A", &["1965-12-31", "1966-01-01"], json!([1, 2])),
                line("B", &["0050-01-01", "0050-01-02"], json!([1, 2]))
            ]),
            text(&["Dec 31, 1965", "Jan 1, 1966"]),
            1,
        ),
        (
            "Nineteen centuries ago",
            plain(),
            json!([line("A", &["0050-01-01", "2026-01-01"], json!([1, 2]))]),
            text(&["Jan 1, 50\tJan 1, 2026"]),
            1,
        ),
        (
            "No such day",
            plain(),
            json!([line(
                "A",
                &["2026-02-31T00:00:00Z", "2026-99-99"],
                json!([1, 2])
            )]),
            text(&["2026-99-99"]),
            1,
        ),
        (
            "Fewer labels",
            plain(),
            json!([line("A", &["2026-11-01"], json!([1, 2, 3]))]),
            text(&["Nov 1\t–\t–"]),
            1,
        ),
        (
            "Other lengths",
            trends(json!({"display": "ActionsAreaGraph"})),
            json!([
                line("A", &days, json!([1, 2])),
                line("B", &days, json!([5]))
            ]),
            text(&["B\t5\t–"]),
            1,
        ),
        (
            "One point",
            plain(),
            json!([line("A", &["2026-11-01"], json!([7]))]),
            text(&["Nov 1", "7"]),
            1,
        ),
        (
            "No points",
            plain(),
            json!([line("A", &[], json!([]))]),
            text(&["A", "3"]),
            0,
        ),
        ("Nothing", plain(), json!([]), empty(), 0),
        (
            "Nothing inside",
            plain(),
            json!({"results": []}),
            empty(),
            0,
        ),
        (
            "An empty object",
            plain(),
            json!({}),
            text(&["{}", "Not shown here"]),
            0,
        ),
        ("No rows", sql("ActionsTable"), json!([[]]), text(&[""]), 0),
        (
            "No steps",
            json!({"kind": "FunnelsQuery"}),
            json!([[]]),
            text(&[""]),
            0,
        ),
        (
            "No bins",
            json!({"kind": "FunnelsQuery"}),
            json!({"bins": []}),
            text(&["No one has reached"]),
            0,
        ),
        (
            "Odd bins",
            json!({"kind": "FunnelsQuery"}),
            json!({"bins": [null, ["x", 1], [5, 2]]}),
            text(&["5s"]),
            1,
        ),
        (
            "No cohort",
            json!({"kind": "RetentionQuery"}),
            json!([{"date": null, "values": []}, {"label": "Week 1", "values": [null, {"count": null}]}]),
            text(&["Week 1"]),
            0,
        ),
        (
            "A list of null",
            plain(),
            json!([null, {"label": "A", "data": [1]}]),
            text(&["A"]),
            0,
        ),
        (
            "A null among series",
            plain(),
            json!([line("A", &days, json!([1, 2])), null]),
            text(&["A"]),
            0,
        ),
        (
            "Mixed",
            plain(),
            json!([line("A", &days, json!([1, 2])), 5, "x"]),
            text(&["Not shown here"]),
            0,
        ),
    ]
}

#[test]
fn nothing_breaks_a_page() {
    let cases = cases();
    let insights: Vec<_> = cases
        .iter()
        .map(|(name, query, result, ..)| (*name, query.clone(), result.clone()))
        .collect();
    let (server, browser) = (sharing(&insights), Browser::start());
    let mut faults = Vec::new();
    for (index, (name, _, _, words, canvases)) in cases.iter().enumerate() {
        browser.open(&format!("{}/shared/chart{index}", server.url));
        drawn(&browser);
        browser.wait_for(
            "for (const one of document.querySelectorAll('.figures')) one.open = true;
             await new Promise((done) => setTimeout(done, 50));",
        );
        let seen = browser.run("return [document.querySelector('article').innerText, document.querySelectorAll('.chart canvas').length, document.documentElement.scrollWidth - document.documentElement.clientWidth]", json!([]));
        let page = seen[0].as_str().unwrap();
        let lacks: Vec<_> = words.iter().filter(|part| !page.contains(*part)).collect();
        if !lacks.is_empty() || seen[1] != *canvases || seen[2].as_i64() > Some(0) {
            let page: String = page.chars().take(500).collect();
            faults.push(format!(
                "{name}: {lacks:?}, {} canvases, {} too wide\n{page}",
                seen[1], seen[2]
            ));
        }
        browser.assert_quiet();
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn nasty_dashboards_can_be_read_in_both_themes_and_on_a_phone() {
    let insights: Vec<_> = cases().iter().take(9).enumerate().map(|(index, (name, query, result, ..))| {
        let name = if index == 0 { "W".repeat(400) } else if index == 1 { ARABIC.repeat(5) } else { (*name).into() };
        json!({"ref": format!("i{index}"), "project": "p", "name": name, "query": query, "result": result, "dashboards": ["board"]})
    }).collect();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Charts", "id": 1}],
        "dashboards": [{"ref": "board", "project": "p", "name": "W".repeat(400)}],
        "insights": insights,
        "sharing_configurations": [{"ref": "s", "project": "p", "dashboard": "board", "access_token": "board"}],
    });
    let (server, browser) = (Server::seeded(&seed, &[]), Browser::start());
    look(&server, &browser, "nasty", "shared/board", "Only gaps");
}
