//! The parameters of the list of insights (`resources.md` 1.5). Malformed values are errors; they are not ignored.

use crate::{
    domain::{Context, Error, Form, Result, boolean, date_filter, tags, text},
    model::{DashboardId, Json, Timestamp, UserId},
    store::insights::{InsightFilter, InsightOrder, InsightType, Moment},
};

/// The values of `insight`.
const TYPES: [(&str, InsightType); 8] = [
    ("TRENDS", InsightType::Node("TRENDS", "TrendsQuery")),
    ("FUNNELS", InsightType::Node("FUNNELS", "FunnelsQuery")),
    (
        "RETENTION",
        InsightType::Node("RETENTION", "RetentionQuery"),
    ),
    ("PATHS", InsightType::Node("PATHS", "PathsQuery")),
    (
        "STICKINESS",
        InsightType::Node("STICKINESS", "StickinessQuery"),
    ),
    (
        "LIFECYCLE",
        InsightType::Node("LIFECYCLE", "LifecycleQuery"),
    ),
    ("JSON", InsightType::Json),
    ("SQL", InsightType::Sql),
];

/// The parameters that limit each moment: its earliest and its latest date.
const DATES: [(Moment, &str, &str); 3] = [
    (Moment::Modified, "date_from", "date_to"),
    (Moment::Created, "created_date_from", "created_date_to"),
    (
        Moment::Viewed,
        "last_viewed_date_from",
        "last_viewed_date_to",
    ),
];

/// Reads the filter and the order from `query`. An empty parameter counts as not sent, except `user` and `favorited`, whose
/// values are ignored.
///
/// Errors: `Invalid` for a malformed list or date, and for an unknown type or order.
pub fn read(context: Context, query: &Form) -> Result<(InsightFilter, InsightOrder)> {
    let mut filter = InsightFilter {
        short_id: given(query, "short_id"),
        search: given(query, "search"),
        created_by: integers(query, "created_by")?
            .into_iter()
            .map(UserId)
            .collect(),
        user: query.raw("user").map(|_| context.user),
        favorited: query.raw("favorited").is_some(),
        saved: given(query, "saved").map(|text| boolean(&text.into()) == Some(true)),
        dashboards: dashboards(query)?,
        tags: tags::normal(&texts(query, "tags")?),
        kind: kind(query)?,
        after: Vec::new(),
        before: Vec::new(),
    };
    for (moment, from, to) in DATES {
        filter
            .after
            .extend(date(context, query, from)?.map(|at| (moment, at)));
        filter
            .before
            .extend(date(context, query, to)?.map(|at| (moment, at)));
    }
    let order = match given(query, "order") {
        None => InsightOrder::default(),
        Some(order) => InsightOrder::named(&order).ok_or_else(|| unknown("order", &order))?,
    };
    Ok((filter, order))
}

/// The dashboards of the parameters `dashboard`, one number, and `dashboards`, a list.
fn dashboards(query: &Form) -> Result<Vec<DashboardId>> {
    let mut numbers = integers(query, "dashboards")?;
    if given(query, "dashboard").is_some() {
        numbers.extend(query.field("dashboard").integer()?.value());
    }
    Ok(numbers.into_iter().map(DashboardId).collect())
}

/// The parameter `name`, if it was sent and is not empty.
fn given(query: &Form, name: &str) -> Option<String> {
    let text = query.raw(name)?.python_text();
    (!text.is_empty()).then_some(text)
}

fn kind(query: &Form) -> Result<Option<InsightType>> {
    let Some(text) = given(query, "insight") else {
        return Ok(None);
    };
    let found = TYPES.iter().find(|(name, _)| *name == text);
    found
        .map(|(_, kind)| Some(*kind))
        .ok_or_else(|| unknown("insight", &text))
}

fn unknown(name: &'static str, text: &str) -> Error {
    Error::field(
        name,
        "invalid_choice",
        format!("\"{text}\" is not a valid choice."),
    )
}

/// `all` means no limit.
fn date(context: Context, query: &Form, name: &'static str) -> Result<Option<Timestamp>> {
    let Some(text) = given(query, name).filter(|text| text != "all") else {
        return Ok(None);
    };
    let detail = "Enter a date such as 2025-04-23 or -7d.";
    let parsed = date_filter::parse(&text, context.now);
    parsed
        .map(Some)
        .ok_or_else(|| Error::field(name, "invalid_input", detail))
}

/// The items of a parameter that is a JSON array; empty if it was not sent.
fn items(query: &Form, name: &'static str) -> Result<Vec<Json>> {
    if given(query, name).is_none() {
        return Ok(Vec::new());
    }
    match query.field(name).nullable().json()?.value() {
        None => Ok(Vec::new()),
        Some(Json::List(items)) => Ok(items),
        Some(other) => {
            let detail = format!(
                "Expected a list of items but got type \"{}\".",
                other.kind()
            );
            Err(Error::field(name, "not_a_list", detail))
        }
    }
}

fn integers(query: &Form, name: &'static str) -> Result<Vec<i64>> {
    let integer = |(index, item): (usize, Json)| match item.python_text().parse() {
        Ok(number) => Ok(number),
        Err(_) => {
            let field = format!("{name}__{index}");
            Err(Error::field(
                field,
                "invalid_input",
                "A valid integer is required.",
            ))
        }
    };
    items(query, name)?
        .into_iter()
        .enumerate()
        .map(integer)
        .collect()
}

fn texts(query: &Form, name: &'static str) -> Result<Vec<String>> {
    let read =
        |(index, item): (usize, &Json)| text(format!("{name}__{index}").into(), item, true, None);
    items(query, name)?.iter().enumerate().map(read).collect()
}
