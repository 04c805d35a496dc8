//! The fields of an insight in a request body, in the order in which the reference declares them (`resources.md` 1.3).

use std::ops::RangeInclusive;

use crate::{
    domain::{Error, Field, Form, Result, pk, tags},
    model::{DashboardId, Insight, Json, JsonText, ProjectId},
    store::{Read, dashboards as dashboard_table},
};

/// The maximum number of characters in a name or a description.
const TEXT_LENGTH: usize = 400;

/// The values that `order` can have.
const ORDERS: RangeInclusive<i64> = -2_147_483_648..=2_147_483_647;

/// Updates `insight` with the fields of `form`. An insight does not hold its dashboards, so `dashboards` reads that field when
/// its turn comes, and its result is returned. Errors: `Invalid` for the first field that breaks a rule.
pub fn read<D>(
    insight: &mut Insight,
    form: &Form,
    dashboards: impl FnOnce(&Form) -> Result<D>,
) -> Result<D> {
    insight.name = text(form, "name")?.or_keep(insight.name.take());
    insight.derived_name = text(form, "derived_name")?.or_keep(insight.derived_name.take());
    if let Some(filters) = filters(form)? {
        insight.filters = filters;
    }
    insight.query = query(form)?.or_keep(insight.query.take());
    insight.order = order(form)?.or_keep(insight.order);
    insight.deleted = form.field("deleted").boolean_or(insight.deleted)?;
    let dashboards = dashboards(form)?;
    insight.result = result(form)?.or_keep(insight.result.take());
    insight.description = text(form, "description")?.or_keep(insight.description.take());
    insight.favorited = form.field("favorited").boolean_or(insight.favorited)?;
    insight.saved = form.field("saved").boolean_or(insight.saved)?;
    if let Some(tags) = tags::read(form)?.not_null("tags")? {
        insight.tags = tags;
    }
    Ok(dashboards)
}

fn text(form: &Form, name: &'static str) -> Result<Field<String>> {
    form.field(name).nullable().blank().text(TEXT_LENGTH)
}

fn filters(form: &Form) -> Result<Option<JsonText>> {
    match form.field("filters").json()?.not_null("filters")? {
        None => Ok(None),
        Some(value @ Json::Object(_)) => Ok(Some(JsonText::new(&value))),
        Some(other) => {
            let kind = other.kind();
            let detail = format!("Expected a dictionary of items but got type \"{kind}\".");
            Err(Error::field("filters", "not_a_dict", detail))
        }
    }
}

/// The service validates queries against a schema; hoglet accepts any object.
fn query(form: &Form) -> Result<Field<JsonText>> {
    match form.field("query").nullable().json()? {
        Field::Value(value @ Json::Object(_)) => Ok(Field::Value(JsonText::new(&value))),
        Field::Value(_) => {
            let detail = "Query must be a valid JSON object";
            Err(Error::field("query", "invalid_input", detail))
        }
        Field::Null => Ok(Field::Null),
        Field::Absent => Ok(Field::Absent),
    }
}

/// An extension: the service computes results, in hoglet clients store them.
fn result(form: &Form) -> Result<Field<JsonText>> {
    match form.field("result").nullable().json()? {
        Field::Value(value @ (Json::Object(_) | Json::List(_))) => {
            Ok(Field::Value(JsonText::new(&value)))
        }
        Field::Value(_) => {
            let detail = "Result must be a JSON array or object";
            Err(Error::field("result", "invalid_input", detail))
        }
        Field::Null => Ok(Field::Null),
        Field::Absent => Ok(Field::Absent),
    }
}

fn order(form: &Form) -> Result<Field<i64>> {
    form.field("order").nullable().integer_in(ORDERS)
}

/// Reads `dashboards`: the complete set of dashboards that the insight shall be on. Errors: `Invalid` for the first id that
/// is malformed or that the project does not have.
pub fn dashboards(db: &Read, project: ProjectId, form: &Form) -> Result<Option<Vec<DashboardId>>> {
    let Some(items) = form.field("dashboards").list()?.not_null("dashboards")? else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for item in items {
        let id = DashboardId(pk("dashboards", &item)?);
        let present = dashboard_table::find(db, project, id)?;
        let unknown = || Error::no_row("dashboards", item.python_text());
        found.push(present.ok_or_else(unknown)?.id);
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}
