//! What a key may do.

/// Everything that a scope can be about (`keys-and-auth.md` 7); internal ones, which no key may have, are left out.
#[rustfmt::skip] // a list: read it by words
pub const SCOPE_OBJECTS: &[&str] = &[
    "access_control", "account", "action", "activity_log", "ai_observability_clusters", "alert", "annotation",
    "approvals", "batch_export", "batch_import", "batch_import_support", "billing", "business_knowledge",
    "canvas", "cohort", "comment", "conversation", "customer_analytics", "customer_journey",
    "customer_profile_config", "customer_task", "dashboard", "dashboard_template", "data_catalog",
    "data_catalog_approval", "dataset", "early_access_feature", "element", "endpoint", "engineering_analytics",
    "error_tracking", "evaluation", "event_definition", "event_filter", "experiment", "experiment_holdout",
    "experiment_saved_metric", "export", "external_data_schema", "external_data_source", "feature_flag",
    "field_note", "file_system", "file_system_shortcut", "group", "health_issue", "heatmap", "hog_flow",
    "hog_function", "ingestion_warning", "insight", "insight_variable", "integration", "legal_document", "link",
    "live_debugger", "llm_analytics", "llm_gateway", "llm_playground", "llm_prompt", "llm_provider_key",
    "llm_skill", "logs", "loop", "marketing_analytics", "mcp_analytics", "metrics", "notebook", "organization",
    "organization_integration", "organization_member", "person", "plugin", "product_enablement", "product_tour",
    "project", "property_definition", "query", "query_performance", "replay_scanner", "revenue_analytics",
    "review_hog", "session_recording", "session_recording_playlist", "sharing_configuration", "signal_scout",
    "stamphog", "streamlit_app", "subscription", "survey", "tagger", "task", "ticket", "toolbar", "tracing",
    "uploaded_media", "usage_metric", "user", "user_interview", "vision_action", "vision_alert",
    "visual_review", "warehouse_objects", "warehouse_table", "warehouse_view", "web_analytics", "webhook",
    "wizard_session",
];

/// The scopes that a project secret key may have, sorted.
pub const PROJECT_SECRET_KEY_SCOPES: &[&str] = &[
    "account:read",
    "endpoint:read",
    "experiment:read",
    "feature_flag:read",
    "loop:write",
];

/// Whether `text` is `object:action` of a known object.
pub fn is_scope(text: &str) -> bool {
    let known =
        |(object, action)| SCOPE_OBJECTS.contains(&object) && ["read", "write"].contains(&action);
    text.split_once(':').is_some_and(known)
}

/// Whether `scopes` allow what `required` names: `x:write` allows `x:read` too, `*` allows everything.
pub fn allows(scopes: &[String], required: &str) -> bool {
    let write = required
        .strip_suffix(":read")
        .map(|object| format!("{object}:write"));
    scopes
        .iter()
        .any(|scope| scope == "*" || scope == required || Some(scope) == write.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_allows_reading_and_not_the_reverse() {
        let allowed = |scope: &str, required| allows(&[scope.to_owned()], required);
        assert!(allowed("insight:write", "insight:read") && allowed("*", "insight:write"));
        assert!(!allowed("insight:read", "insight:write") && !allowed("insight:write", "insight"));
    }

    #[test]
    fn only_known_pairs_are_scopes() {
        assert_eq!(SCOPE_OBJECTS.len(), 108);
        assert!(is_scope("insight:read") && is_scope("hog_flow:write"));
        for wrong in [
            "insight",
            ":",
            "Insight:read",
            "insight:delete",
            "internal_run:read",
            "*",
        ] {
            assert!(!is_scope(wrong), "{wrong}");
        }
    }
}
