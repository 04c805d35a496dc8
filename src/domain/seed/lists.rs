//! The lists that a file may have.

use super::{
    activity, events,
    file::{
        AllowedKeys::{Any, Of, Pairs, Three},
        List,
        ListPart::{Frame, Rest, Shares, Taxonomy, Things},
    },
    flags, keys, people, shares, taxonomy, things,
};
use crate::store::export;

/// The lists about one project: those after users, organizations, projects and their keys.
pub const OF_PROJECT: &[List] = LISTS.split_at(4).1;

/// Every list, in the order in which they are applied: an item may refer only to lists before its own.
#[rustfmt::skip] // a table: one list per entry
pub const LISTS: &[List] = &[
    List { name: "users", part: Frame, table: Some(&export::USERS), add: people::add_user, keys: Of(&[
        "ref", "email", "first_name", "last_name", "password", "is_active", "is_email_verified", "role_at_organization", "id",
        "uuid", "distinct_id", "password_hash",
        "date_joined"]) },
    List { name: "organizations", part: Frame, table: Some(&export::ORGANIZATIONS), add: people::add_organization, keys: Of(&[
        "ref", "name", "features", "allow_publicly_shared_resources", "members", "id", "slug", "created_at", "updated_at"]) },
    List { name: "projects", part: Frame, table: Some(&export::PROJECTS), add: people::add_project, keys: Of(&[
        "ref", "org", "name", "id", "api_token", "session_recording_opt_in", "current_of", "uuid", "timezone", "ingested_event",
        "created_at", "updated_at", "settings"]) },
    List { name: "personal_api_keys", part: Rest, table: Some(&export::PERSONAL_API_KEYS), add: keys::add_personal_key, keys: Of(&[
        "ref", "user", "label", "scopes", "scoped_teams", "scoped_organizations", "value", "id", "hash", "mask",
        "is_weak", "created_at", "last_used_at", "last_rolled_at"]) },
    List { name: "project_secret_api_keys", part: Rest, table: Some(&export::PROJECT_SECRET_API_KEYS), add: keys::add_project_key, keys: Of(&[
        "ref", "project", "label", "scopes", "value", "created_by", "id", "hash", "mask", "is_weak", "created_at",
        "last_used_at", "last_rolled_at"]) },
    List { name: "group_types", part: Taxonomy, table: Some(&export::GROUP_TYPES), add: taxonomy::add_group_type, keys: Of(&["project", "group_type", "index"]) },
    List { name: "event_definitions", part: Taxonomy, table: Some(&export::EVENT_DEFINITIONS), add: taxonomy::add_event, keys: Of(&[
        "project", "name", "description", "tags", "verified", "hidden", "last_seen_at", "primary_property", "id", "owner",
        "default_columns", "created_at", "verified_at", "verified_by", "updated_at", "updated_by"]) },
    List { name: "property_definitions", part: Taxonomy, table: Some(&export::PROPERTY_DEFINITIONS), add: taxonomy::add_property, keys: Of(&[
        "project", "name", "type", "property_type", "group_type_index", "description", "tags", "verified", "hidden", "id",
        "verified_at", "verified_by", "updated_at", "updated_by"]) },
    List { name: "event_properties", part: Taxonomy, table: Some(&export::EVENT_PROPERTIES), add: taxonomy::add_pair, keys: Three },
    List { name: "events", part: Rest, table: None, add: events::capture, keys: Any },
    List { name: "dashboards", part: Things, table: Some(&export::DASHBOARDS), add: things::add_dashboard, keys: Of(&[
        "ref", "project", "created_by", "id", "name", "description", "pinned", "deleted", "filters", "variables",
        "restriction_level", "tags", "created_at", "last_accessed_at"]) },
    List { name: "insights", part: Things, table: Some(&export::INSIGHTS), add: things::add_insight, keys: Of(&[
        "ref", "project", "created_by", "id", "short_id", "name", "derived_name", "description", "query", "filters",
        "result", "order", "deleted", "dashboards", "tags", "favorited", "saved", "is_sample", "created_at",
        "updated_at", "last_modified_at", "last_modified_by", "last_viewed_at"]) },
    List { name: "dashboard_tiles", part: Things, table: Some(&export::DASHBOARD_TILES), add: things::add_tile, keys: Of(&[
        "project", "dashboard", "id", "insight", "text", "content", "layouts", "color", "show_description",
        "transparent_background", "deleted", "was_deleted"]) },
    List { name: "notebooks", part: Things, table: Some(&export::NOTEBOOKS), add: things::add_notebook, keys: Of(&[
        "ref", "project", "created_by", "id", "short_id", "title", "content", "text_content", "version", "deleted", "created_at",
        "last_modified_at", "last_modified_by"]) },
    List { name: "session_recordings", part: Things, table: Some(&export::SESSION_RECORDINGS), add: things::add_recording, keys: Of(&[
        "ref", "project", "id", "created_by", "distinct_id", "start_time", "end_time", "start_url", "snapshot_source",
        "snapshot_library", "click_count", "keypress_count", "mouse_activity_count", "console_log_count",
        "console_warn_count", "console_error_count", "viewed", "deleted", "viewed_by"]) },
    List { name: "sharing_configurations", part: Shares, table: Some(&export::SHARING_CONFIGURATIONS), add: shares::add_share, keys: Of(&[
        "ref", "project", "insight", "dashboard", "notebook", "session_recording", "enabled", "settings",
        "password_required", "access_token", "created_at", "expires_at", "passwords", "last_viewed_at", "views", "views_by_day"]) },
    List { name: "feature_flags", part: Rest, table: Some(&export::FEATURE_FLAGS), add: flags::add_flag, keys: Pairs(&[
        "ref", "project", "created_by", "id", "key", "value", "name", "active", "filters", "overrides", "version", "created_at", "updated_at"]) },
    List { name: "activity_log", part: Rest, table: Some(&export::ACTIVITY_LOG), add: activity::add_entry, keys: Of(&[
        "project", "scope", "activity", "user", "item_id", "detail", "created_at", "id", "is_system", "organization", "client",
        "ip_address"]) },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_about_one_project_name_it() {
        for list in OF_PROJECT {
            assert!(list.is_of_project(), "{}", list.name);
        }
        let others = LISTS.len() - OF_PROJECT.len();
        assert!(LISTS[..others].iter().all(|list| !list.is_of_project()));
    }
}
