//! The fields of a dashboard in a request body, in the order in which the reference declares them, and the filters of its list.

use crate::{
    domain::{Context, Error, Form, Result, tags},
    model::{Dashboard, DashboardId, Json, JsonText},
    store::{
        Read,
        dashboards::{self as table, DashboardFilter},
    },
};

/// The maximum number of characters in a name.
const NAME_LENGTH: usize = 400;

/// Updates `dashboard` with the fields of `form`. Errors: `Invalid` for the first field that breaks a rule.
pub fn read(dashboard: &mut Dashboard, form: &Form) -> Result<()> {
    let name = form.field("name").nullable().blank().text(NAME_LENGTH)?;
    dashboard.name = name.or_keep(dashboard.name.take());
    let description = form.field("description").blank().text(None)?;
    if let Some(description) = description.not_null("description")? {
        dashboard.description = description;
    }
    dashboard.pinned = form.field("pinned").boolean_or(dashboard.pinned)?;
    dashboard.deleted = form.field("deleted").boolean_or(dashboard.deleted)?;
    let level = form
        .field("restriction_level")
        .optional()
        .choice(&["21", "37"])?;
    if let Some(level) = level.not_null("restriction_level")? {
        dashboard.restriction_level = if level == "37" { 37 } else { 21 };
    }
    if let Some(tags) = tags::read(form)?.not_null("tags")? {
        dashboard.tags = tags;
    }
    // The reference checks these two after all other fields.
    if let Some(filters) = object(form, "filters", "Filters must be a dictionary")? {
        dashboard.filters = filters;
    }
    if let Some(variables) = object(form, "variables", "Variables must be a dictionary")? {
        dashboard.variables = variables;
    }
    Ok(())
}

/// Reads an object. Empty values, also an empty object, count as not sent.
fn object(form: &Form, name: &'static str, refusal: &'static str) -> Result<Option<JsonText>> {
    match form.field(name).nullable().json()?.value() {
        Some(value) if !value.is_truthy() => Ok(None),
        Some(value @ Json::Object(_)) => Ok(Some(JsonText::new(&value))),
        Some(_) => Err(Error::request(refusal)),
        None => Ok(None),
    }
}

/// Reads `use_dashboard`, the dashboard whose tiles a new one copies. hoglet has no templates.
///
/// Errors: `Invalid` if the project has no such dashboard, and for any template.
pub fn copied(db: &Read, context: Context, form: &Form) -> Result<Option<DashboardId>> {
    let sent = |name| form.raw(name).filter(|value| value.is_truthy());
    let (template, original) = (sent("use_template"), sent("use_dashboard"));
    if template.is_some() && original.is_some() {
        return Err(Error::request(
            "`use_dashboard` and `use_template` cannot be used together",
        ));
    }
    let refused = |name| Error::field(name, "invalid_input", "Invalid value provided");
    if template.is_some() {
        return Err(refused("use_template"));
    }
    let Some(original) = original else {
        return Ok(None);
    };
    let id = original
        .python_text()
        .parse()
        .map_err(|_| refused("use_dashboard"))?;
    let found = table::find(db, context.project, id)?;
    Ok(Some(found.ok_or_else(|| refused("use_dashboard"))?.id))
}

/// Reads `search`, `pinned` and repeated `tags` of the list's query string. Errors: `Invalid`.
pub fn filter(query: &Form) -> Result<DashboardFilter> {
    let search = query.field("search").nullable().text(None)?.value();
    let pinned = query.field("pinned").nullable().boolean()?.value();
    let tags = query.field("tags").optional().blank().texts(None)?;
    Ok(DashboardFilter {
        search,
        pinned,
        tags: tags::normal(&tags.value().unwrap_or_default()),
    })
}
