//! `/api/projects` and `/api/organizations/{organization_id}/projects`.

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    domain::{Caller, accounts},
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
    has_completed_onboarding_for: Option<Value>,
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
            completed_snippet_onboarding: true,
            has_completed_onboarding_for: None,
            ingested_event: project.ingested_event,
            is_demo: false,
            timezone: &project.timezone,
            access_control: false,
        }
    }
}

/// 200 with a page of the projects that the caller can see, limited to the organization in the path.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let organization = match request.segment("organization_id") {
        "" => None,
        segment => Some(segment),
    };
    let search = request.parameter("search").unwrap_or_default();
    let all = accounts::projects(&state.store, caller, organization, search)?;
    let page = request.page();
    let part: Vec<_> = page.of(&all).map(BasicProjectView::new).collect();
    Ok(Response::page(request, page, all.len() as i64, &part))
}

pub fn show(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let (organization, segment) = (
        request.segment("organization_id"),
        request.segment("project_id"),
    );
    let organization = Some(organization).filter(|segment| !segment.is_empty());
    let (project, level) = accounts::project(&state.store, caller, organization, segment)?;
    Ok(Response::ok(&full_view(&project, level)))
}

fn full_view(project: &Project, level: Level) -> Value {
    let mut view = json!(BasicProjectView::new(project));
    let more = json!({
        "product_description": null, "created_at": project.created_at, "updated_at": project.updated_at,
        "effective_membership_level": level as i64, "has_group_types": false, "group_types": [],
        "live_events_token": null, "app_urls": [], "anonymize_ips": false, "test_account_filters": [],
        "session_recording_opt_in": false, "autocapture_exceptions_opt_in": false, "autocapture_opt_out": false,
        "surveys_opt_in": false, "heatmaps_opt_in": false, "week_start_day": null, "primary_dashboard": null,
        "recording_domains": null, "secret_api_token": null, "secret_api_token_backup": null,
    });
    if let (Value::Object(view), Value::Object(more)) = (&mut view, more) {
        view.extend(more);
    }
    view
}
