//! `/api/projects/{project_id}/feature_flags` and the older `/api/feature_flag`: read only.

use serde::Serialize;

use super::users::UserView;
use crate::{
    domain::{Context, Users, WithUsers, feature_flags},
    http::{Request, Response, State, error::Result},
    model::{FeatureFlag, FeatureFlagId, JsonText, Timestamp},
};

/// A flag in the API (`feature-flags.md` 2).
#[derive(Serialize)]
struct FlagView<'f> {
    id: FeatureFlagId,
    name: &'f str,
    key: &'f str,
    filters: &'f JsonText,
    deleted: bool,
    active: bool,
    created_by: Option<UserView<'f>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
    last_modified_by: Option<()>,
    ensure_experience_continuity: bool,
    experiment_set: [(); 0],
    surveys: [(); 0],
    features: [(); 0],
    rollback_conditions: [(); 0],
    performed_rollback: bool,
    can_edit: bool,
    tags: [(); 0],
    evaluation_contexts: [(); 0],
    usage_dashboard: Option<()>,
    analytics_dashboards: [(); 0],
    has_enriched_analytics: bool,
    user_access_level: &'static str,
    creation_context: &'static str,
    is_remote_configuration: bool,
    has_encrypted_payloads: bool,
    status: &'static str,
    evaluation_runtime: &'static str,
}

impl<'f> FlagView<'f> {
    fn new(flag: &'f FeatureFlag, users: &'f Users) -> Self {
        FlagView {
            id: flag.id,
            name: &flag.name,
            key: &flag.key,
            filters: &flag.filters,
            deleted: false,
            active: flag.active,
            created_by: UserView::find(users, flag.created_by),
            created_at: flag.created_at,
            updated_at: flag.updated_at,
            version: flag.version,
            last_modified_by: None,
            ensure_experience_continuity: false,
            experiment_set: [],
            surveys: [],
            features: [],
            rollback_conditions: [],
            performed_rollback: false,
            can_edit: false,
            tags: [],
            evaluation_contexts: [],
            usage_dashboard: None,
            analytics_dashboards: [],
            has_enriched_analytics: false,
            user_access_level: "viewer",
            creation_context: "feature_flags",
            is_remote_configuration: false,
            has_encrypted_payloads: false,
            status: match flag.active {
                true => "ACTIVE",
                false => "INACTIVE",
            },
            evaluation_runtime: "all",
        }
    }
}

/// 200 with a page of the project's flags, newest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let WithUsers { item: flags, users } = feature_flags::list(&state.store, context, page)?;
    let views: Vec<_> = (flags.items.iter())
        .map(|flag| FlagView::new(flag, &users))
        .collect();
    Ok(Response::page(request, page, flags.count, &views))
}

pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let flag = feature_flags::show(&state.store, context, id)?;
    Ok(Response::ok(&FlagView::new(&flag.item, &flag.users)))
}
