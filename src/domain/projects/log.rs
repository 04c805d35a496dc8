//! Entries about projects in the activity log.
//!
//! The service keeps the name and the description of a project apart from its other settings, in a "team", and logs both: a new
//! name is in two entries.

use serde_json::json;

use crate::{
    domain::{Context, Result, activity},
    model::Project,
    store::Write,
};

/// Records that `after` was created (`before` is `None`), or what changed since `before`.
pub fn record(
    db: &Write,
    context: Context,
    before: Option<&Project>,
    after: &Project,
) -> Result<()> {
    let subject = |scope| activity::Subject {
        scope,
        item: after.id.to_string(),
        name: Some(&after.name),
        short_id: None,
    };
    let team = (before.map(team), team(after));
    activity::record_change(db, context, subject("Team"), team.0, team.1)?;
    let project = (before.map(project), project(after));
    activity::record_change(db, context, subject("Project"), project.0, project.1)
}

fn project(project: &Project) -> activity::LoggedFields<2> {
    [
        ("name", json!(project.name)),
        (
            "product_description",
            json!(project.settings.product_description),
        ),
    ]
}

fn team(project: &Project) -> activity::LoggedFields<15> {
    let settings = &project.settings;
    [
        ("name", json!(project.name)),
        ("app_urls", json!(settings.app_urls)),
        ("anonymize_ips", json!(settings.anonymize_ips)),
        (
            "completed_snippet_onboarding",
            json!(settings.completed_snippet_onboarding),
        ),
        ("test_account_filters", json!(settings.test_account_filters)),
        ("timezone", json!(project.timezone)),
        ("autocapture_opt_out", json!(settings.autocapture_opt_out)),
        (
            "autocapture_exceptions_opt_in",
            json!(settings.autocapture_exceptions_opt_in),
        ),
        (
            "session_recording_opt_in",
            json!(settings.session_recording_opt_in),
        ),
        ("week_start_day", json!(settings.week_start_day)),
        ("primary_dashboard", json!(settings.primary_dashboard)),
        ("recording_domains", json!(settings.recording_domains)),
        (
            "has_completed_onboarding_for",
            json!(settings.has_completed_onboarding_for),
        ),
        ("surveys_opt_in", json!(settings.surveys_opt_in)),
        ("heatmaps_opt_in", json!(settings.heatmaps_opt_in)),
    ]
}
