//! The scopes of keys.

use std::fmt;

/// The objects of scopes (`keys-and-auth.md` 7), without internal ones, which no key may have.
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
    "transactional_email", "uploaded_media", "usage_metric", "user", "user_interview", "vision_action", "vision_alert",
    "visual_review", "warehouse_objects", "warehouse_table", "warehouse_view", "web_analytics", "webhook",
    "wizard_session",
];

/// The scopes that a project secret key may have, sorted.
pub const PROJECT_SECRET_KEY_SCOPES: &[&str] = &[
    "account:read",
    "endpoint:read",
    "experiment:read",
    "feature_flag:read",
    "hog_flow:write",
    "loop:write",
    "transactional_email:read",
    "transactional_email:write",
];

/// Whether `text` is `object:action` of a known object.
pub fn is_scope(text: &str) -> bool {
    let known =
        |(object, action)| SCOPE_OBJECTS.contains(&object) && ["read", "write"].contains(&action);
    text.split_once(':').is_some_and(known)
}

/// What a request requires of a key: an action on one of [`SCOPE_OBJECTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The object, such as `insight`.
    pub object: &'static str,
    /// What the request does with it.
    pub action: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Read,
    /// `write`, which allows reading too.
    Write,
}

impl Scope {
    pub const fn read(object: &'static str) -> Scope {
        Scope {
            object,
            action: Action::Read,
        }
    }

    pub const fn write(object: &'static str) -> Scope {
        Scope {
            object,
            action: Action::Write,
        }
    }

    pub fn is_write(self) -> bool {
        self.action == Action::Write
    }

    /// Whether the scopes `granted` include this one: `x:write` includes `x:read`, and `*` includes all.
    pub fn is_allowed_by(self, granted: &[String]) -> bool {
        granted.iter().any(|scope| match scope.split_once(':') {
            Some((object, "write")) => object == self.object,
            Some((object, "read")) => object == self.object && self.action == Action::Read,
            _ => scope == "*",
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let action = match self.action {
            Action::Read => "read",
            Action::Write => "write",
        };
        write!(f, "{}:{action}", self.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_allows_reading_and_not_the_reverse() {
        let (read, write) = (Scope::read("insight"), Scope::write("insight"));
        let allowed = |granted: &str, needed: Scope| needed.is_allowed_by(&[granted.to_owned()]);
        assert!(allowed("insight:write", read) && allowed("insight:write", write));
        assert!(allowed("insight:read", read) && allowed("*", write));
        assert!(!allowed("insight:read", write) && !allowed("insights:write", read));
    }

    #[test]
    fn only_known_pairs_are_scopes() {
        assert_eq!(SCOPE_OBJECTS.len(), 109);
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
