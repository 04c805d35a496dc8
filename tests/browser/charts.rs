//! What charts say: formats of the axis, comparison with the period before, funnels in each form, SQL results by their display,
//! and what is shown of a result or a setting that is not drawn.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    driver::Browser,
    harness::Server,
    viewer::{drawn, look},
};

/// An insight: its name, query and result, and what its page says, does not say and draws.
struct Chart {
    name: &'static str,
    query: Value,
    result: Value,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
    canvases: u64,
}

/// A chart of which nothing is excluded.
fn chart(
    name: &'static str,
    query: Value,
    result: Value,
    has: &'static [&'static str],
    canvases: u64,
) -> Chart {
    let lacks = &[];
    Chart {
        name,
        query,
        result,
        has,
        lacks,
        canvases,
    }
}

fn trends(settings: Value) -> Value {
    let source = json!({"kind": "TrendsQuery", "trendsFilter": settings});
    json!({"kind": "InsightVizNode", "source": source})
}

fn funnel(kind: &str) -> Value {
    let source = json!({"kind": "FunnelsQuery", "funnelsFilter": {"funnelVizType": kind}});
    json!({"kind": "InsightVizNode", "source": source})
}

fn sql(display: &str, settings: Value) -> Value {
    let source =
        json!({"kind": "HogQLQuery", "query": "select day, plant, sold, rate from orders"});
    json!({"kind": "DataVisualizationNode", "display": display, "chartSettings": settings, "source": source})
}

/// One value, as big as it comes.
fn number(settings: Value, value: Value) -> (Value, Value) {
    let mut settings = settings;
    settings["display"] = "BoldNumber".into();
    let result = json!([{"label": "All", "data": [], "aggregated_value": value}]);
    (trends(settings), result)
}

fn formats() -> Vec<Chart> {
    let format = |format: &str| json!({"aggregationAxisFormat": format});
    let with = |mut settings: Value, key: &str, value: Value| {
        settings[key] = value;
        settings
    };
    let numbers: Vec<(&'static str, Value, Value, &'static [&'static str])> = vec![
        (
            "Percentage",
            format("percentage"),
            json!(45.678),
            &["45.68%"],
        ),
        (
            "Scaled percentage",
            format("percentage_scaled"),
            json!(0.4567),
            &["45.67%"],
        ),
        (
            "Scaled percentage, places",
            with(format("percentage_scaled"), "decimalPlaces", json!(0)),
            json!(0.4567),
            &["46%"],
        ),
        ("Duration", format("duration"), json!(132), &["2m 12s"]),
        ("Hours", format("duration"), json!(3660), &["1h 1m"]),
        ("Days", format("duration"), json!(183_600), &["2d 3h"]),
        ("Rounded up", format("duration"), json!(59.97), &["1m"]),
        (
            "Milliseconds",
            format("duration_ms"),
            json!(132_000),
            &["2m 12s"],
        ),
        (
            "Few milliseconds",
            format("duration_ms"),
            json!(250),
            &["250ms"],
        ),
        ("Seconds", format("duration_ms"), json!(1500), &["1.5s"]),
        (
            "Currency",
            with(format("currency"), "aggregationAxisPrefix", json!("!")),
            json!(1234.5),
            &["$1,234.50"],
        ),
        ("Short", format("short"), json!(1_234_567), &["1.23M"]),
        (
            "Around",
            json!({"aggregationAxisPrefix": "~", "aggregationAxisPostfix": " km"}),
            json!(1234.5),
            &["~1,234.5 km"],
        ),
        ("Places", json!({"decimalPlaces": 1}), json!(1.25), &["1.3"]),
        (
            "More places",
            json!({"decimalPlaces": 4, "minDecimalPlaces": 3}),
            json!(1.5),
            &["1.500"],
        ),
        ("Tiny", json!({}), json!(0.000_412), &["0.00041"]),
        (
            "Nothing",
            json!({"aggregationAxisPrefix": "~"}),
            Value::Null,
            &["–"],
        ),
    ];
    let numbers = numbers.into_iter().map(|(name, settings, value, has)| {
        let (query, result) = number(settings, value);
        chart(name, query, result, has, 0)
    });
    let days = ["2026-11-01", "2026-11-02", "2026-11-03"];
    let line = chart(
        "Line of durations",
        trends(format("duration")),
        json!([{"label": "Visit", "days": days, "data": [90, null, 5400], "count": 5490}]),
        &["1m 30s", "1h 30m", "1h 31m 30s", "–"],
        1,
    );
    let old = Chart {
        name: "Old filters",
        query: Value::Null,
        result: json!([{"label": "Visit", "days": days, "data": [1, 2, 3], "count": 6}]),
        has: &["2%", "6%"],
        lacks: &[],
        canvases: 1,
    };
    numbers.chain([line, old]).collect()
}

fn compared() -> Vec<Chart> {
    let period = |which: &str, order: u8, days: Value, data: Value, total: f64| {
        json!({"label": "$pageview", "action": {"id": "$pageview", "order": order}, "days": days, "data": data, "count": total,
               "aggregated_value": total, "compare": true, "compare_label": which})
    };
    let now = json!(["2026-11-04", "2026-11-05", "2026-11-06"]);
    let then = json!(["2026-11-01", "2026-11-02", "2026-11-03"]);
    let both = || {
        json!([
            period("current", 0, now.clone(), json!([1, 2, 3]), 6.0),
            period("previous", 0, then.clone(), json!([3, 4, 5]), 12.0),
        ])
    };
    let names: &[&str] = &[
        "$pageview – current (Nov 4 – Nov 6)",
        "$pageview – previous (Nov 1 – Nov 3)",
    ];
    let drawing = |name, display: &str, canvases| {
        chart(
            name,
            trends(json!({"display": display})),
            both(),
            names,
            canvases,
        )
    };
    let (number, _) = number(json!({}), json!(1));
    let longer = json!([
        period(
            "previous",
            0,
            json!(["2026-10-01", "2026-10-02", "2026-10-03"]),
            json!([3, 4, 5]),
            12.0
        ),
        period(
            "current",
            0,
            json!(["2026-11-01", "2026-11-02"]),
            json!([1, 2]),
            3.0
        ),
    ]);
    vec![
        drawing("Compared lines", "ActionsLineGraph", 1),
        drawing("Compared bars", "ActionsBar", 1),
        drawing("Compared bars beside", "ActionsUnstackedBar", 1),
        drawing("Compared areas", "ActionsAreaGraph", 1),
        drawing("Compared totals", "ActionsBarValue", 0),
        drawing("Compared table", "ActionsTable", 0),
        chart(
            "Compared number",
            number.clone(),
            both(),
            &["6", "Down 50%; previous: 12"],
            0,
        ),
        chart(
            "Previous first and longer",
            trends(json!({})),
            longer,
            &[
                "current (Nov 1 – Nov 2)",
                "previous (Oct 1 – Oct 3)",
                "Series\tNov 1\tNov 2\t–\tTotal",
            ],
            1,
        ),
        chart(
            "From zero",
            number,
            json!([
                period("current", 0, now.clone(), json!([]), 6.0),
                period("previous", 0, then.clone(), json!([]), 0.0),
            ]),
            &["Up from zero; previous: 0"],
            0,
        ),
    ]
}

fn funnels() -> Vec<Chart> {
    let days = ["2026-11-01", "2026-11-02"];
    let rates = |breakdown: Value, data: Value| json!({"count": 2, "data": data, "days": days, "breakdown_value": breakdown});
    vec![
        Chart {
            lacks: &["1. Step", "Total"],
            ..chart(
                "Rates",
                funnel("trends"),
                json!([rates(Value::Null, json!([10, 20.5]))]),
                &["Conversion rate", "20.5%", "Nov 2"],
                1,
            )
        },
        chart(
            "Rates by browser",
            funnel("trends"),
            json!([
                rates(json!(["Chrome"]), json!([10, 20.5])),
                rates(json!("Safari"), json!([null, 7]))
            ]),
            &["Chrome", "Safari", "7%", "–"],
            1,
        ),
        chart(
            "The rate of one day",
            funnel("trends"),
            json!([{"count": 2, "data": [20.5], "days": ["2026-11-01"]}]),
            &["20.5%"],
            1,
        ),
        chart(
            "Times",
            funnel("time_to_convert"),
            json!({"bins": [[0, 3], [60, 8], [120, 0], [180, 1]], "average_conversion_time": 75.5}),
            &["1m 16s", "on average", "1m – 2m", "66.7%", "3m – 4m"],
            1,
        ),
        chart(
            "Times in an envelope",
            funnel("time_to_convert"),
            json!({"results": {"bins": [[30, 2]], "average_conversion_time": null}}),
            &["30s", "100%"],
            1,
        ),
        chart(
            "No times",
            funnel("time_to_convert"),
            json!({"bins": [[0, 0], [1, 0]], "average_conversion_time": null}),
            &["No one has reached the last step yet."],
            0,
        ),
        chart(
            "Steps by browser",
            funnel("steps"),
            json!([
                [{"order": 0, "name": "visit", "count": 4, "breakdown_value": ["Chrome"]}, {"order": 1, "name": "buy", "count": 1, "breakdown_value": ["Chrome"]}],
                [{"order": 0, "name": "visit", "count": 2, "breakdown_value": ["Safari"]}, {"order": 1, "name": "buy", "count": 1, "breakdown_value": ["Safari"]}],
            ]),
            &["Chrome", "1 · 25%", "Safari", "1 · 50%"],
            0,
        ),
    ]
}

fn queries() -> Vec<Chart> {
    let rows = || {
        json!([
            ["2026-11-01", "Fern", 3, 10],
            ["2026-11-01", "Palm", 5, 20],
            ["2026-11-02", "Fern", 4, 30]
        ])
    };
    let one =
        |display: &str, result: Value, settings: Value| json!([sql(display, settings), result]);
    let of = |name, display: &str, result: Value, settings: Value, has, canvases| {
        let both = one(display, result, settings);
        chart(name, both[0].clone(), both[1].clone(), has, canvases)
    };
    let picked = || {
        json!({"xAxis": {"column": "day"}, "seriesBreakdownColumn": "plant", "yAxis": [{"column": "sold",
        "settings": {"formatting": {"suffix": " pots"}, "display": {"label": "Sold"}}}]})
    };
    let rate = json!({"yAxis": [{"column": "rate", "settings": {"formatting": {"style": "percent", "decimalPlaces": 1, "prefix": "≈"}}}]});
    vec![
        Chart {
            lacks: &["rate", "sold"],
            ..of(
                "A number",
                "BoldNumber",
                json!([[1_234_567]]),
                json!({}),
                &["1,234,567"],
                0,
            )
        },
        of(
            "A number of several",
            "BoldNumber",
            rows(),
            rate.clone(),
            &["≈10%", "rate", "2026-11-02\tFern"],
            0,
        ),
        of(
            "A word",
            "BoldNumber",
            json!([["Fern"]]),
            json!({}),
            &["Fern"],
            0,
        ),
        of(
            "Picked",
            "ActionsLineGraph",
            rows(),
            picked(),
            &["Fern", "Palm", "Nov 2", "5 pots", "–"],
            1,
        ),
        of(
            "Guessed",
            "ActionsBar",
            json!([["2026-11-01", "Fern", 3, "10.5"]]),
            json!({}),
            &["sold", "rate", "10.5", "plant, which is no number"],
            1,
        ),
        of(
            "Numbers only",
            "ActionsLineGraph",
            json!([[1, 10], [2, 30]]),
            json!({}),
            &["Column 2", "30"],
            1,
        ),
        of(
            "Stacked",
            "ActionsStackedBar",
            rows(),
            picked(),
            &["Fern", "Palm"],
            1,
        ),
        of(
            "Area",
            "ActionsAreaGraph",
            rows(),
            picked(),
            &["Fern", "Palm"],
            1,
        ),
        of(
            "Two rows at one point",
            "ActionsLineGraph",
            json!([["2026-11-01", "Fern", 3, 10], ["2026-11-01", "Fern", 4, 30]]),
            picked(),
            &["Not shown here: earlier rows of the same point (1)."],
            1,
        ),
        of(
            "An area of one point",
            "ActionsAreaGraph",
            json!([["2026-11-01", "Fern", 3, 10], ["2026-11-01", "Palm", 5, 20]]),
            picked(),
            &["Fern", "Palm"],
            1,
        ),
        of(
            "Pie",
            "ActionsPie",
            rows(),
            picked(),
            &["Nov 1, Palm", "5 pots"],
            0,
        ),
        of(
            "Words only",
            "ActionsLineGraph",
            json!([["a", "b"]]),
            json!({}),
            &["no column holds numbers", "a\tb"],
            0,
        ),
        of(
            "Table",
            "ActionsTable",
            rows(),
            json!({}),
            &["day\tplant\tsold\trate"],
            0,
        ),
        of(
            "Log",
            "ActionsLineGraph",
            rows(),
            json!({"leftYAxisSettings": {"scale": "logarithmic"}, "goalLines": [{"label": "Enough", "value": 1}], "showTrendLines": true}),
            &[
                "Goal: Enough, 1",
                "Not shown here: trend lines, plant, which is no number.",
            ],
            1,
        ),
        of(
            "Heat",
            "TwoDimensionalHeatmap",
            rows(),
            json!({}),
            &["day\tplant", "Not shown here: heat map."],
            0,
        ),
    ]
}

/// Results and settings that are not drawn, and results that need no query to be.
fn others() -> Vec<Chart> {
    let days = ["2026-11-01", "2026-11-02"];
    let series = || json!([{"label": "Visit", "days": days, "data": [1, 2], "count": 3}]);
    vec![
        chart(
            "Settings",
            trends(json!({"showTrendLines": true, "showPercentStackView": true})),
            series(),
            &["Not shown here: parts in percent, trend lines."],
            1,
        ),
        Chart {
            lacks: &["Not shown here"],
            ..chart(
                "Settings that are off",
                trends(
                    json!({"goalLines": [], "showPercentStackView": false, "yAxisScaleType": "linear"}),
                ),
                series(),
                &["Visit"],
                1,
            )
        },
        chart(
            "Box plot",
            trends(json!({"display": "BoxPlot"})),
            series(),
            &["Visit\t1\t2\t3", "Not shown here: box plot."],
            0,
        ),
        chart(
            "A display of tomorrow",
            trends(json!({"display": "Hologram"})),
            series(),
            &["Not shown here: Hologram."],
            0,
        ),
        chart(
            "Paths",
            json!({"kind": "PathsQuery"}),
            json!([{"source": "1_/a", "target": "2_/b", "value": 3, "average_conversion_time": 61_000}]),
            &[
                "Step\tFrom\tTo\tPeople\tAverage time",
                "1\t/a\t/b\t3\t1m 1s",
                "Not shown here: the diagram of the paths.",
            ],
            0,
        ),
        chart(
            "An unknown form",
            json!({"kind": "NewQuery"}),
            json!({"odd": [1, {"a": null}], "even": 2}),
            &["Not shown here: a chart, because", "odd\t[1,{\"a\":null}]"],
            0,
        ),
        chart(
            "A number in text",
            trends(json!({})),
            json!([{"label": "Visit", "days": days, "data": ["1.5", "x"], "count": 3}]),
            &["Visit\t1.5\t–\t3"],
            1,
        ),
        chart(
            BELOW_ZERO,
            trends(json!({"display": "ActionsBarValue"})),
            json!([{"label": "Gain", "data": [], "aggregated_value": 30}, {"label": "Loss", "data": [], "aggregated_value": "-10"}]),
            &["Gain", "30", "Loss", "-10"],
            0,
        ),
        chart(
            "A part of a sum in text",
            trends(json!({"display": "ActionsPie"})),
            json!([{"label": "Fern", "data": [], "aggregated_value": "3"}, {"label": "Palm", "data": [], "aggregated_value": "1"}]),
            &["75%", "25%"],
            0,
        ),
        chart(
            "Areas below zero",
            trends(json!({"display": "ActionsAreaGraph"})),
            json!([{"label": "Visit", "days": days, "data": [-1, 2], "count": 1}]),
            &["Visit\t-1\t2\t1"],
            1,
        ),
    ]
}

/// The words on the page, how many canvases there are, and how few pixels one of them has in a colour, since axes are grey.
const SEEN: &str = "
const coloured = (canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const parts = [data[at], data[at + 1], data[at + 2]];
    if (data[at + 3] > 128 && Math.max(...parts) - Math.min(...parts) > 60) count += 1;
  }
  return count;
};
const canvases = [...document.querySelectorAll('.chart canvas')];
return [document.body.innerText, canvases.length, Math.min(1e9, ...canvases.map(coloured))];";

/// The name of a chart whose bars are looked at.
const BELOW_ZERO: &str = "Bars below zero";

/// Where each horizontal bar starts, and its length.
const BARS: &str = "return [...document.querySelectorAll('.row-bar .bar')].map((bar) => [bar.getAttribute('x'), bar.getAttribute('width')]);";

/// Breakdowns in words, and years where they are needed.
fn labels() -> Vec<Chart> {
    let days = ["2025-12-31", "2026-01-01"];
    let part = |label: &str, value: Value| json!({"label": label, "breakdown_value": value, "days": days, "data": [1, 2], "count": 3});
    let by = |properties: Value| {
        let breakdowns: Vec<_> = properties
            .as_array()
            .unwrap()
            .iter()
            .map(|one| json!({"property": one}))
            .collect();
        json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "breakdownFilter": {"breakdowns": breakdowns}}})
    };
    let cohort = |value: Value| json!({"date": "2026-10-05T00:00:00Z", "label": "Week 0", "breakdown_value": value, "values": [{"count": 4, "label": "Week 0"}]});
    let rest = "$$_posthog_breakdown_other_$$";
    let none = "$$_posthog_breakdown_null_$$";
    let of_rows = json!([["2025-11-01", none, 3, 10], ["2026-11-01", rest, 5, 20]]);
    let split = json!({"xAxis": {"column": "day"}, "seriesBreakdownColumn": "plant", "yAxis": [{"column": "sold"}]});
    vec![
        Chart {
            lacks: &["posthog_breakdown"],
            ..chart(
                "The rest and none",
                by(json!(["plan"])),
                json!([
                    part(&format!("Visit - {rest}"), json!(rest)),
                    part(none, json!([none])),
                    part("Visit", json!("pro"))
                ]),
                &[
                    "Visit - Other",
                    "None",
                    "Visit – pro",
                    "Dec 31, 2025",
                    "Jan 1, 2026",
                ],
                1,
            )
        },
        Chart {
            lacks: &["::"],
            ..chart(
                "Two at once",
                by(json!(["os", "$geoip_country_code"])),
                json!([part("Visit - iOS::DE", json!(["iOS", "DE"]))]),
                &["Visit - iOS, Germany"],
                1,
            )
        },
        chart(
            "No country",
            by(json!(["$geoip_country_code"])),
            json!([part("x?", json!("x?"))]),
            &["x?"],
            1,
        ),
        chart(
            "Cohorts by plan",
            json!({"kind": "RetentionQuery"}),
            json!([cohort(json!("pro")), cohort(json!(none))]),
            &["pro, Oct 5", "None, Oct 5"],
            0,
        ),
        chart(
            "Seconds after midnight",
            trends(json!({})),
            json!([{"label": "Visit", "days": ["2026-11-01 00:00:00", "2026-11-01 00:00:30"], "data": [1, 2], "count": 3}]),
            &["Nov 1, 2026\t2026-11-01 00:00:30"],
            1,
        ),
        Chart {
            lacks: &["posthog_breakdown"],
            ..chart(
                "Years in rows",
                sql("ActionsLineGraph", split),
                of_rows,
                &["Nov 1, 2025", "Nov 1, 2026", "None", "Other"],
                1,
            )
        },
    ]
}

/// What the display settings of trends, retention and lifecycle show.
fn settings() -> Vec<Chart> {
    let days = ["2026-11-01", "2026-11-02"];
    let one =
        |label: &str, data: Value| json!({"label": label, "days": days, "data": data, "count": 3});
    let two = || json!([one("Web", json!([1, 3])), one("App", json!([3, 1]))]);
    let below = || json!([one("Web", json!([-1, 3])), one("App", json!([3, 1]))]);
    let country = |code: &str, value: f64| json!({"label": format!("Visit - {code}"), "breakdown_value": code, "data": [], "aggregated_value": value});
    let status = |status: &str, data: Value| json!({"label": format!("Visit - {status}"), "status": status, "days": days, "data": data, "count": 3});
    let counts = |counts: [u32; 3]| json!(counts.map(|count| json!({"count": count})));
    let cohort =
        json!({"date": "2026-10-05T00:00:00Z", "label": "Week 0", "values": counts([80, 40, 10])});
    let small =
        json!({"date": "2026-10-06T00:00:00Z", "label": "Week 1", "values": counts([20, 4, 2])});
    let empty =
        json!({"date": "2026-10-07T00:00:00Z", "label": "Week 2", "values": counts([0, 0, 0])});
    let split = |mut cohort: Value, plan: &str| {
        cohort["breakdown_value"] = plan.into();
        cohort
    };
    let retention = |settings: Value| json!({"kind": "InsightVizNode", "source": {"kind": "RetentionQuery", "retentionFilter": settings}});
    let lifecycle =
        |settings: Value| json!({"kind": "LifecycleQuery", "lifecycleFilter": settings});
    let goals = json!([{"label": "Enough", "value": 4}, {"label": "Reached", "value": 2, "displayIfCrossed": false}, {"label": "Odd", "value": null}]);
    vec![
        Chart {
            lacks: &["Not shown"],
            ..chart(
                "Parts in percent",
                trends(json!({"display": "ActionsBar", "showPercentStackView": true})),
                two(),
                &["Web", "App"],
                1,
            )
        },
        chart(
            "Parts in percent below zero",
            trends(json!({"display": "ActionsBar", "showPercentStackView": true})),
            below(),
            &["Not shown here: parts in percent."],
            1,
        ),
        chart(
            "Parts in percent of areas below zero",
            trends(json!({"display": "ActionsAreaGraph", "showPercentStackView": true})),
            below(),
            &["Not shown here: parts in percent, areas, because some values are below zero."],
            1,
        ),
        Chart {
            lacks: &["Reached", "Odd", "Not shown"],
            ..chart(
                "Goals",
                trends(json!({"goalLines": goals})),
                two(),
                &["Goal: Enough, 4"],
                1,
            )
        },
        Chart {
            lacks: &["Not shown"],
            ..chart(
                "Logarithmic",
                trends(json!({"yAxisScaleType": "log10"})),
                two(),
                &["Web"],
                1,
            )
        },
        chart(
            "Logarithmic with zero",
            trends(json!({"yAxisScaleType": "log10"})),
            json!([one("Web", json!([0, 1000])), one("App", json!([-5, 1]))]),
            &["Not shown here: values of zero and less, which a logarithmic axis lacks (2)."],
            1,
        ),
        chart(
            "Logarithmic parts in percent",
            trends(
                json!({"yAxisScaleType": "log10", "display": "ActionsBar", "showPercentStackView": true}),
            ),
            two(),
            &["Not shown here: logarithmic axis."],
            1,
        ),
        chart(
            "Logarithmic bars with zero",
            trends(
                json!({"yAxisScaleType": "log10", "display": "ActionsBar", "goalLines": [{"label": "None", "value": 0}]}),
            ),
            json!([one("Web", json!([0, 1000])), one("App", json!([-5, null]))]),
            &[
                "Not shown here: values of zero and less, which a logarithmic axis lacks (2), goals of zero and less (1).",
            ],
            1,
        ),
        Chart {
            lacks: &["Visit - US"],
            ..chart(
                "World map",
                trends(json!({"display": "WorldMap"})),
                json!([
                    country("DE", 3.0),
                    country("US", 1200.5),
                    country("ZZZ", 1.0)
                ]),
                &[
                    "Country\tValue\nUnited States\t1,200.5\nGermany\t3\nZZZ\t1",
                    "Not shown here: the map.",
                ],
                0,
            )
        },
        chart(
            "World map of rows",
            sql("WorldMap", json!({})),
            json!([["2026-11-01", "DE", 3, 1], ["2026-11-01", "FR", 5, 1]]),
            &[
                "France\t5\t1\n2026-11-01\tGermany\t3\t1",
                "Not shown here: the map.",
            ],
            0,
        ),
        chart(
            "Retention",
            retention(json!({})),
            json!([cohort.clone()]),
            &["Mean\t80\t100%\t50%\t13%\nOct 5\t80\t100%\t50%\t13%"],
            0,
        ),
        chart(
            "Retention, simple mean",
            retention(json!({"meanRetentionCalculation": "simple"})),
            json!([cohort.clone(), small.clone(), empty.clone()]),
            &["Size\t0\t1\t2\nMean\t100\t100%\t35%\t11%\nOct 5"],
            0,
        ),
        chart(
            "Retention, weighted mean",
            retention(json!({"meanRetentionCalculation": "weighted"})),
            json!([cohort.clone(), small.clone(), empty.clone()]),
            &["Weighted mean\t100\t100%\t44%\t12%\nOct 5"],
            0,
        ),
        Chart {
            lacks: &["ean"],
            ..chart(
                "Retention, no average",
                retention(json!({"meanRetentionCalculation": "none"})),
                json!([cohort.clone(), small.clone()]),
                &["Oct 5\t80\t100%", "Oct 6\t20\t100%"],
                0,
            )
        },
        chart(
            "Retention by plan",
            retention(json!({})),
            json!([
                split(cohort.clone(), "free"),
                split(small.clone(), "free"),
                split(small, "pro")
            ]),
            &[
                "free, Mean\t100\t100%\t35%\t11%\nfree, Oct 5",
                "pro, Mean\t20\t100%\t20%\t10%\npro, Oct 6",
            ],
            0,
        ),
        Chart {
            lacks: &["0%\t0%"],
            ..chart(
                "Retention of periods to come",
                retention(json!({})),
                json!([{"date": format!("{}T00:00:00Z", OffsetDateTime::now_utc().date()), "values": counts([8, 0, 0])}, cohort.clone()]),
                &[
                    "8\t100%\t\t",
                    "Mean\t88\t100%\t50%\t13%",
                    "Pale periods were not over",
                ],
                0,
            )
        },
        chart(
            "Retention of the period before",
            retention(json!({"retentionReference": "previous", "display": "ActionsLineGraph"})),
            json!([cohort]),
            &[
                "Oct 5\t80\t100%\t50%\t25%",
                "Percent of the period before.",
                "Not shown here: the chart.",
            ],
            0,
        ),
        Chart {
            lacks: &["dormant"],
            ..chart(
                "Lifecycle of some",
                lifecycle(json!({"toggledLifecycles": ["new", "returning"]})),
                json!([
                    status("new", json!([3, 1])),
                    status("returning", json!([1, 2])),
                    status("dormant", json!([-2, -1]))
                ]),
                &["Visit - new", "Visit - returning"],
                1,
            )
        },
        chart(
            "Stickiness",
            json!({"kind": "StickinessQuery", "stickinessFilter": {"display": "ActionsBar"}}),
            json!([{"label": "Visit", "labels": ["1 day", "2 days"], "days": [1, 2], "data": [30, 12], "count": 42}]),
            &["Series\t1 day\t2 days\tTotal\nVisit\t30\t12\t42"],
            1,
        ),
        chart(
            "Rates with a goal",
            json!({"kind": "FunnelsQuery", "funnelsFilter": {"funnelVizType": "trends", "goalLines": [{"label": "Target", "value": 15}], "showTrendLines": true}}),
            json!([{"count": 2, "data": [10, 20.5], "days": days}]),
            &["Goal: Target, 15%", "Not shown here: trend lines."],
            1,
        ),
    ]
}

#[test]
fn charts_say_what_their_results_and_settings_mean() {
    let charts: Vec<_> = [
        formats(),
        compared(),
        funnels(),
        queries(),
        labels(),
        settings(),
        others(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (server, browser) = (Server::seeded(&seed(&charts), &[]), Browser::start());
    let mut faults = Vec::new();
    for (index, chart) in charts.iter().enumerate() {
        browser.open(&format!("{}/shared/chart{index}", server.url));
        drawn(&browser);
        let seen = browser.run(SEEN, json!([]));
        let words = seen[0].as_str().unwrap();
        if chart.name == BELOW_ZERO {
            let bars = browser.run(BARS, json!([]));
            assert_eq!(bars, json!([["25", "75"], ["0", "25"]]));
        }
        let mut wrong: Vec<_> = chart
            .has
            .iter()
            .filter(|part| !words.contains(**part))
            .collect();
        wrong.extend(chart.lacks.iter().filter(|part| words.contains(**part)));
        // The least that any of these draws is two points.
        let is_drawn = seen[2].as_u64() > Some(20);
        if !wrong.is_empty() || seen[1] != chart.canvases || !is_drawn {
            faults.push(format!(
                "{}: {wrong:?}, {} canvases, {} coloured pixels\n{words}",
                chart.name, seen[1], seen[2]
            ));
        }
        browser.assert_quiet();
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    look(
        &server,
        &browser,
        "every-chart",
        "shared/board",
        "Areas below zero",
    );
}

/// A server's data with a share `chart0`, `chart1`, … for each of `charts`, and a dashboard with all, `board`.
fn seed(charts: &[Chart]) -> Value {
    let insights: Vec<_> = charts.iter().enumerate().map(|(index, chart)| {
        let filters = json!({"insight": "TRENDS", "aggregation_axis_format": "percentage", "display": "ActionsLineGraph"});
        let filters = if chart.query.is_null() { filters } else { json!({}) };
        json!({"ref": format!("i{index}"), "project": "p", "name": chart.name, "query": chart.query, "filters": filters, "result": chart.result, "dashboards": ["board"]})
    }).collect();
    let mut shares: Vec<_> = (0..charts.len()).map(|index| {
        json!({"ref": format!("s{index}"), "project": "p", "insight": format!("i{index}"), "access_token": format!("chart{index}"),
               "settings": {"detailed": true, "legend": true, "whitelabel": true, "noHeader": true, "hideExtraDetails": true}})
    }).collect();
    shares.push(json!({"ref": "s", "project": "p", "dashboard": "board", "access_token": "board"}));
    json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Charts", "id": 1}],
        "dashboards": [{"ref": "board", "project": "p", "name": "Every chart"}],
        "insights": insights,
        "sharing_configurations": shares,
    })
}
