//! What a list of notebooks is asked for, read from its query string.

use uuid::Uuid;

use super::contains;
use crate::{
    domain::{Context, Error, Form, Result, date_filter},
    model::*,
    store::notebooks::{Filter, Order},
};

/// The filter and the order that `query` names; a parameter without a value counts as not sent, except `user`.
///
/// Errors: `Invalid` for what is no uuid, no date, or no order.
pub fn filter(query: &Form, context: Context) -> Result<(Filter, Order)> {
    let sent = |name| {
        query
            .field(name)
            .nullable()
            .text(None)
            .map(|field| field.value())
    };
    let filter = Filter {
        short_id: sent("short_id")?,
        user: query.raw("user").map(|_| context.user),
        created_by: sent("created_by")?.map(uuid).transpose()?,
        last_modified_by: sent("last_modified_by")?.map(uuid).transpose()?,
        after: date_filter::read(query, "date_from", context.now)?,
        before: date_filter::read(query, "date_to", context.now)?,
        search: sent("search")?,
        contains: sent("contains")?.map(|text| JsonText::new(&contains::parse(&text))),
    };
    Ok((filter, order(sent("order")?)?))
}

fn order(name: Option<String>) -> Result<Order> {
    let Some(name) = name else {
        return Ok(Order::default());
    };
    let unknown = || {
        Error::field(
            "order",
            "invalid_input",
            format!("Cannot order by '{name}'."),
        )
    };
    Order::named(&name).ok_or_else(unknown)
}

fn uuid(text: String) -> Result<Uuid> {
    text.parse()
        .map_err(|_| Error::request(format!("“{text}” is not a valid UUID.")))
}
