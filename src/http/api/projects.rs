//! `/api/projects` and `/api/organizations/{organization_id}/projects`.

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    domain::{Caller, accounts, projects},
    http::{Request, Response, State, error::Result},
    model::{Level, OrganizationId, Project, ProjectId},
};

/// The first twelve fields of every project object (`keys-and-auth.md` 6.3).
#[derive(Serialize)]
pub struct BasicProjectView<'p> {
    id: ProjectId,
    uuid: Uuid,
    organization: OrganizationId,
    project_id: ProjectId,
    api_token: &'p str,
    name: &'p str,
    completed_snippet_onboarding: bool,
    has_completed_onboarding_for: Option<&'p Value>,
    ingested_event: bool,
    is_demo: bool,
    timezone: &'p str,
    access_control: bool,
}

impl<'p> BasicProjectView<'p> {
    pub fn new(project: &'p Project) -> BasicProjectView<'p> {
        BasicProjectView {
            id: project.id,
            uuid: project.uuid,
            organization: project.organization,
            project_id: project.id,
            api_token: &project.api_token,
            name: &project.name,
            completed_snippet_onboarding: project.settings.completed_snippet_onboarding,
            has_completed_onboarding_for: project.settings.has_completed_onboarding_for.as_ref(),
            ingested_event: project.ingested_event,
            is_demo: false,
            timezone: &project.timezone,
            access_control: false,
        }
    }
}

/// 200 with a page of the projects that the caller can see, limited to the organization in the path.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let search = request.parameter("search").unwrap_or_default();
    let all = accounts::projects(&state.store, caller, organization(request), search)?;
    let page = request.page();
    let part: Vec<_> = page.of(&all).map(BasicProjectView::new).collect();
    Ok(Response::page(request, page, all.len() as i64, &part))
}

/// 201 with a new project of the organization in the path, or else of the caller's current one.
pub fn create(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let organization = organization(request).map(str::to_owned);
    let (form, off) = (request.form(), state.features_off);
    let (project, level) = projects::create_as(&state.store, caller, organization, form, off)?;
    Ok(Response::created(&full_view(&project, level)))
}

pub fn show(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let (organization, segment) = (organization(request), request.segment("project_id"));
    let off = state.features_off;
    let (project, level) = accounts::project(&state.store, caller, organization, segment, off)?;
    Ok(Response::ok(&full_view(&project, level)))
}

/// 200 with the changed project.
pub fn update(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let organization = organization(request).map(str::to_owned);
    let segment = request.segment("project_id").to_owned();
    let (form, off) = (request.form(), state.features_off);
    let (project, level) =
        projects::update(&state.store, caller, organization, segment, form, off)?;
    Ok(Response::ok(&full_view(&project, level)))
}

/// The segment of the path that names an organization, if there is one.
fn organization(request: &Request) -> Option<&str> {
    Some(request.segment("organization_id")).filter(|segment| !segment.is_empty())
}

/// All that a project shows, with keys in the service's order (`keys-and-auth.md` 6.4).
fn full_view(project: &Project, level: Level) -> Value {
    let settings = &project.settings;
    json!({
        "id": project.id, "organization": project.organization, "name": project.name,
        "product_description": settings.product_description, "created_at": project.created_at,
        "effective_membership_level": level as i64, "has_group_types": false, "group_types": [],
        "live_events_token": null, "updated_at": project.updated_at, "uuid": project.uuid,
        "api_token": project.api_token, "app_urls": settings.app_urls, "anonymize_ips": settings.anonymize_ips,
        "completed_snippet_onboarding": settings.completed_snippet_onboarding,
        "ingested_event": project.ingested_event, "test_account_filters": settings.test_account_filters,
        "is_demo": false, "timezone": project.timezone, "autocapture_opt_out": settings.autocapture_opt_out,
        "autocapture_exceptions_opt_in": settings.autocapture_exceptions_opt_in,
        "session_recording_opt_in": settings.session_recording_opt_in, "access_control": false,
        "week_start_day": settings.week_start_day, "primary_dashboard": settings.primary_dashboard,
        "recording_domains": settings.recording_domains,
        "has_completed_onboarding_for": settings.has_completed_onboarding_for,
        "surveys_opt_in": settings.surveys_opt_in, "heatmaps_opt_in": settings.heatmaps_opt_in,
        "secret_api_token": null, "secret_api_token_backup": null, "project_id": project.id,
    })
}
