//! `/api/organizations`

use serde::Serialize;
use serde_json::{Value, json};

use super::projects::BasicProjectView;
use crate::{
    domain::{Caller, accounts, accounts::Membership},
    http::{Request, Response, State, error::Result},
    model::{FEATURES, Features, OrganizationId},
};

/// An organization as one of its members sees it, with keys in the service's order (`keys-and-auth.md` 6.5).
#[derive(Serialize)]
#[serde(transparent)]
pub struct OrganizationView(Value);

impl OrganizationView {
    /// The view of one membership, without the features `off`, which the server disables.
    pub fn new(membership: &Membership, off: Features) -> OrganizationView {
        let organization = &membership.organization;
        let teams: Vec<_> = membership
            .projects
            .iter()
            .map(BasicProjectView::new)
            .collect();
        let projects = membership.projects.iter().map(|project| {
            json!({"id": project.id, "organization_id": project.organization, "name": project.name})
        });
        let projects: Vec<_> = projects.collect();
        let has = organization.features.less(off);
        let features = FEATURES.iter().filter(|(feature, _)| has.has(*feature));
        let features: Vec<_> = features
            .map(|(_, key)| json!({"key": key, "name": key}))
            .collect();
        OrganizationView(json!({
            "id": organization.id, "name": organization.name, "slug": organization.slug, "logo_media_id": null,
            "created_at": organization.created_at, "updated_at": organization.updated_at,
            "membership_level": membership.level as i64, "plugins_access_level": 9,
            "teams": teams, "projects": projects, "available_product_features": features,
            "is_member_join_email_enabled": true, "metadata": {"instance_tag": "none"}, "customer_id": null,
            "enforce_2fa": null, "members_can_invite": true, "members_can_create_projects": false,
            "members_can_use_personal_api_keys": true,
            "allow_publicly_shared_resources": organization.allow_publicly_shared_resources,
            "member_count": membership.member_count, "is_ai_data_processing_approved": true,
            "is_ai_training_opted_in": true, "is_ai_training_locked": false, "is_ai_training_cta_shown": true,
            "is_hipaa": false, "default_experiment_stats_method": "bayesian", "default_anonymize_ips": false,
            "default_role_id": null, "is_active": true, "is_not_active_reason": null, "is_pending_deletion": false,
        }))
    }
}

/// An organization in the list of a user.
#[derive(Serialize)]
pub struct BasicOrganizationView<'m> {
    id: OrganizationId,
    name: &'m str,
    slug: &'m str,
    logo_media_id: Option<&'m str>,
    membership_level: i64,
    members_can_use_personal_api_keys: bool,
    is_active: bool,
    is_not_active_reason: Option<&'m str>,
    is_pending_deletion: Option<bool>,
}

impl<'m> BasicOrganizationView<'m> {
    /// The view of one membership.
    pub fn new(membership: &'m Membership) -> BasicOrganizationView<'m> {
        BasicOrganizationView {
            id: membership.organization.id,
            name: &membership.organization.name,
            slug: &membership.organization.slug,
            logo_media_id: None,
            membership_level: membership.level as i64,
            members_can_use_personal_api_keys: true,
            is_active: true,
            is_not_active_reason: None,
            is_pending_deletion: Some(false),
        }
    }
}

/// 200 with a page of the caller's organizations.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let all = accounts::organizations(&state.store, caller)?;
    let page = request.page();
    let view = |membership| OrganizationView::new(membership, state.features_off);
    let part: Vec<_> = page.of(&all).map(view).collect();
    Ok(Response::page(request, page, all.len() as i64, &part))
}

/// 200 with one of the caller's organizations.
pub fn show(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let segment = request.segment("organization_id");
    let membership = accounts::organization(&state.store, caller, segment)?;
    let view = OrganizationView::new(&membership, state.features_off);
    Ok(Response::ok(&view))
}
