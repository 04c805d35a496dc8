//! What a body may say of a dashboard, in the order in which the reference declares it, and what a query string asks of the list.

use crate::{
    domain::{Context, Error, Form, Result, tags},
    model::*,
    store::{
        Read,
        dashboards::{self as table, Filter},
    },
};

/// The most characters in a name.
const NAME_LENGTH: usize = 400;

/// Reads `form` into `dashboard`; what it leaves out stays. Errors: `Invalid` for the first field that breaks a rule.
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
    // These two are looked at once the fields have passed.
    if let Some(filters) = object(form, "filters", "Filters must be a dictionary")? {
        dashboard.filters = filters;
    }
    if let Some(variables) = object(form, "variables", "Variables must be a dictionary")? {
        dashboard.variables = variables;
    }
    Ok(())
}

/// An object; anything empty, also an empty object, says nothing.
fn object(form: &Form, name: &'static str, refusal: &'static str) -> Result<Option<JsonText>> {
    match form.field(name).nullable().json()?.value() {
        Some(value) if !value.is_truthy() => Ok(None),
        Some(value @ Json::Object(_)) => Ok(Some(JsonText::new(&value))),
        Some(_) => Err(Error::request(refusal)),
        None => Ok(None),
    }
}

/// The dashboard that a new one is to be like, if `form` names one. There are no templates here.
///
/// Errors: `Invalid` for one that the project has not, and for any template.
pub fn model(db: &Read, context: Context, form: &Form) -> Result<Option<DashboardId>> {
    let sent = |name| form.raw(name).filter(|value| value.is_truthy());
    let (template, model) = (sent("use_template"), sent("use_dashboard"));
    if template.is_some() && model.is_some() {
        return Err(Error::request(
            "`use_dashboard` and `use_template` cannot be used together",
        ));
    }
    let refused = |name| Error::field(name, "invalid_input", "Invalid value provided");
    if template.is_some() {
        return Err(refused("use_template"));
    }
    let Some(model) = model else {
        return Ok(None);
    };
    let id = model
        .python_text()
        .parse()
        .map_err(|_| refused("use_dashboard"))?;
    let found = table::find(db, context.project, id)?;
    Ok(Some(found.ok_or_else(|| refused("use_dashboard"))?.id))
}

/// What `query` asks of the list: `search`, `pinned`, repeated `tags`. Errors: `Invalid`.
pub fn filter_of(query: &Form) -> Result<Filter> {
    let search = query.field("search").nullable().text(None)?.value();
    let pinned = query.field("pinned").nullable().boolean()?.value();
    let tags = query.field("tags").optional().blank().texts(None)?;
    Ok(Filter {
        search,
        pinned,
        tags: tags::normal(&tags.value().unwrap_or_default()),
    })
}
