//! The parameters of the list of notebooks.

use uuid::Uuid;

use super::contains;
use crate::{
    domain::{Context, Error, Form, Result, date_filter},
    model::JsonText,
    store::notebooks::{NotebookFilter, NotebookOrder},
};

/// Reads the filter and the order from `query`. An empty parameter counts as not sent, except `user`.
///
/// Errors: `Invalid` for a malformed UUID or date, or an unknown order.
pub fn filter(query: &Form, context: Context) -> Result<(NotebookFilter, NotebookOrder)> {
    let sent = |name| {
        query
            .field(name)
            .nullable()
            .text(None)
            .map(|field| field.value())
    };
    let filter = NotebookFilter {
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

fn order(name: Option<String>) -> Result<NotebookOrder> {
    let Some(name) = name else {
        return Ok(NotebookOrder::default());
    };
    let unknown = || {
        Error::field(
            "order",
            "invalid_input",
            format!("Cannot order by '{name}'."),
        )
    };
    NotebookOrder::named(&name).ok_or_else(unknown)
}

fn uuid(text: String) -> Result<Uuid> {
    text.parse()
        .map_err(|_| Error::request(format!("“{text}” is not a valid UUID.")))
}
