//! What a query string asks of the list of insights (`resources.md` 1.5). What cannot be understood is refused, not passed over.

use crate::{
    domain::{Context, Error, Form, Result, boolean, date_filter, tags, text},
    model::*,
    store::insights::{Filter, InsightType, Instant, Order},
};

/// What `insight` can be.
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

/// The parameters that name a date after which, and one before which, something happened.
const DATES: [(Instant, &str, &str); 3] = [
    (Instant::Modified, "date_from", "date_to"),
    (Instant::Created, "created_date_from", "created_date_to"),
    (
        Instant::Viewed,
        "last_viewed_date_from",
        "last_viewed_date_to",
    ),
];

/// Which insights to list, and in what order.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Which.
    pub filter: Filter,
    /// In what order.
    pub order: Order,
}

/// What `query` asks for. An empty parameter is as good as none, but for `user` and `favorited`, which only have to be there.
///
/// Errors: `Invalid` for a list that is none, a date, type or order that is unknown.
pub fn read(context: Context, query: &Form) -> Result<List> {
    let mut filter = Filter {
        short_id: given(query, "short_id"),
        search: given(query, "search"),
        created_by: integers(query, "created_by")?
            .into_iter()
            .map(UserId)
            .collect(),
        user: query.raw("user").map(|_| context.user),
        favorited: query.raw("favorited").is_some(),
        saved: given(query, "saved").map(|text| boolean(&text.into()) == Some(true)),
        dashboards: integers(query, "dashboards")?
            .into_iter()
            .map(DashboardId)
            .collect(),
        tags: tags::normal(&texts(query, "tags")?),
        asks: asked(query)?,
        after: Vec::new(),
        before: Vec::new(),
    };
    for (instant, from, to) in DATES {
        filter
            .after
            .extend(date(context, query, from)?.map(|at| (instant, at)));
        filter
            .before
            .extend(date(context, query, to)?.map(|at| (instant, at)));
    }
    let order = match given(query, "order") {
        None => Order::default(),
        Some(order) => Order::named(&order).ok_or_else(|| unknown("order", &order))?,
    };
    Ok(List { filter, order })
}

/// The parameter `name`, if it was sent and is not empty.
fn given(query: &Form, name: &str) -> Option<String> {
    let text = query.raw(name)?.python_text();
    (!text.is_empty()).then_some(text)
}

fn asked(query: &Form) -> Result<Option<InsightType>> {
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

/// `all` is the date before any other.
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

/// The items of a parameter that is a JSON array; none when it was not sent.
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
