//! The lists that a file may have.

use super::{
    activity, events,
    file::{
        AllowedKeys::{Any, Of, Pairs, Three},
        List,
    },
    flags, keys, people, shares, taxonomy, things,
};

/// The lists about one project: those after users, organizations, projects and their keys.
pub const OF_PROJECT: &[List] = LISTS.split_at(4).1;

/// Every list, in the order in which they are applied: an item may refer only to lists before its own.
#[rustfmt::skip] // a table: one list per entry
pub const LISTS: &[List] = &[
    List { name: "users", add: people::add_user, keys: Of(&[
        "ref", "email", "first_name", "last_name", "password", "is_active", "is_email_verified", "role_at_organization", "id",
        "uuid", "distinct_id"]) },
    List { name: "organizations", add: people::add_organization, keys: Of(&[
        "ref", "name", "features", "allow_publicly_shared_resources", "members", "id"]) },
    List { name: "projects", add: people::add_project, keys: Of(&[
        "ref", "org", "name", "id", "api_token", "session_recording_opt_in", "current_of"]) },
    List { name: "personal_api_keys", add: keys::add_personal_key, keys: Of(&[
        "ref", "user", "label", "scopes", "scoped_teams", "scoped_organizations", "value"]) },
    List { name: "project_secret_api_keys", add: keys::add_project_key, keys: Of(&[
        "ref", "project", "label", "scopes", "value", "created_by"]) },
    List { name: "group_types", add: taxonomy::add_group_type, keys: Of(&["project", "group_type", "index"]) },
    List { name: "event_definitions", add: taxonomy::add_event, keys: Of(&[
        "project", "name", "description", "tags", "verified", "hidden", "last_seen_at", "primary_property"]) },
    List { name: "property_definitions", add: taxonomy::add_property, keys: Of(&[
        "project", "name", "type", "property_type", "group_type_index", "description", "tags", "verified", "hidden", "id"]) },
    List { name: "event_properties", add: taxonomy::add_pair, keys: Three },
    List { name: "events", add: events::capture, keys: Any },
    List { name: "dashboards", add: things::add_dashboard, keys: Of(&[
        "ref", "project", "created_by", "id", "name", "description", "pinned", "deleted", "filters", "variables",
        "restriction_level", "tags"]) },
    List { name: "insights", add: things::add_insight, keys: Of(&[
        "ref", "project", "created_by", "id", "short_id", "name", "derived_name", "description", "query", "filters",
        "result", "order", "deleted", "dashboards", "tags", "favorited", "saved"]) },
    List { name: "notebooks", add: things::add_notebook, keys: Of(&[
        "ref", "project", "created_by", "id", "short_id", "title", "content", "text_content", "version", "deleted"]) },
    List { name: "session_recordings", add: things::add_recording, keys: Of(&[
        "ref", "project", "id", "created_by", "distinct_id", "start_time", "end_time", "start_url", "snapshot_source",
        "snapshot_library", "click_count", "keypress_count", "mouse_activity_count", "console_log_count",
        "console_warn_count", "console_error_count", "viewed", "deleted"]) },
    List { name: "sharing_configurations", add: shares::add_share, keys: Of(&[
        "ref", "project", "insight", "dashboard", "notebook", "session_recording", "enabled", "settings",
        "password_required", "access_token", "created_at", "expires_at", "passwords"]) },
    List { name: "feature_flags", add: flags::add_flag, keys: Pairs(&[
        "ref", "project", "created_by", "id", "key", "value", "name", "active", "filters", "overrides"]) },
    List { name: "activity_log", add: activity::add_entry, keys: Of(&[
        "project", "scope", "activity", "user", "item_id", "detail", "created_at"]) },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_about_one_project_name_it() {
        for list in OF_PROJECT {
            let is_of_project = list.keys.have("project") || list.name == "event_properties";
            assert!(is_of_project, "{}", list.name);
        }
        let others = LISTS.len() - OF_PROJECT.len();
        assert!(
            LISTS[..others]
                .iter()
                .all(|list| !list.keys.have("project"))
        );
    }
}
