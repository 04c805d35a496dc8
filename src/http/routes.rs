//! Every path that hoglet serves, one entry each.

pub use super::route::{Bodies, Endpoint, Extent, Family, Formats, Route};
use super::{
    api::{
        absent, activity_log, backups, changes, dashboards, definitions, event_definitions, events,
        feature_flags, health, insights, key_uses, not_served, notebooks, organization_members,
        organizations, personal_api_keys, project_secret_api_keys, projects, property_definitions,
        schema, session_recordings, sharing, sharing_configurations, users,
    },
    capture, lab,
    pages::{admin, assets, docs, viewer},
    route::{self, ANY_KEY, collection, item, page, probe, read, sdk, share, write},
};
pub use crate::domain::auth::{Limits, Need};
use crate::model::{EventDefinition, PropertyDefinition, Scope};
use Endpoint::{Account, Lab, Probe, Project, ProjectKey, Public, Session};

const FLAGS: Scope = Scope::read("feature_flag");

/// A path below the `sharing` of each kind of parent.
macro_rules! sharing {
    ($rest:literal) => {
        concat!(
            "/api/projects/{project_id}/{insights|dashboards|notebooks|session_recordings}/{parent_id}/sharing",
            $rest
        )
    };
}

/// The route table. The first path that fits serves, so literal segments come before parameters.
#[rustfmt::skip] // a table: one method a line
pub const ROUTES: &[Route] = &[
    probe("/_health", Probe(health::alive)),
    probe("/_livez", Probe(health::live)),
    probe("/_readyz", Probe(health::ready)),
    probe("/_readiness", Probe(health::receives)),
    probe("/_liveness", Probe(health::lives)),
    probe("/_preflight", Public(health::preflight)),
    page("/robots.txt", "Robots")
        .get(Public(health::robots)),
    collection("/api/schema", "Schema").own_formats()
        .get(Public(schema::show)),

    collection("/api/key_uses", "Key Use List")
        .get(Session(key_uses::list)),
    collection("/api/not_served", "Not Served List")
        .get(Session(not_served::list)),
    collection("/api/backups", "Backup List")
        .get(Session(backups::list))
        .post(Session(backups::create)),
    item("/api/backups/{name.}/restore", "Backup Restore")
        .post(Session(backups::restore)),

    route::lab("/_lab", "Lab")
        .get(Lab(lab::show)),
    route::lab("/_lab/events", "Lab events")
        .get(Lab(lab::events::stream)),
    route::lab("/_lab/clock", "Clock")
        .get(Lab(lab::clock::show))
        .post(Lab(lab::clock::update))
        .delete(Lab(lab::clock::reset)),
    route::lab("/_lab/expect", "Lab expect")
        .post(Lab(lab::expect::create)),
    route::lab("/_lab/faults", "Faults")
        .get(Lab(lab::faults::list))
        .post(Lab(lab::faults::create))
        .delete(Lab(lab::faults::clear)),
    route::lab("/_lab/faults/{id}", "Fault")
        .get(Lab(lab::faults::show))
        .delete(Lab(lab::faults::destroy)),
    route::lab("/_lab/requests", "Requests")
        .get(Lab(lab::requests::list))
        .delete(Lab(lab::requests::clear)),
    route::lab("/_lab/requests/count", "Request count")
        .get(Lab(lab::requests::count)),
    route::lab("/_lab/requests/stream", "Request stream")
        .get(Lab(lab::requests::stream)),
    route::lab("/_lab/requests/unserved", "Requests for what is not served")
        .get(Lab(lab::requests::unserved)),
    route::lab("/_lab/requests/{number}", "Request")
        .get(Lab(lab::requests::show)),
    route::lab("/_lab/reset", "Lab Reset")
        .post(Lab(lab::snapshots::reset)),
    route::lab("/_lab/snapshots", "Lab Snapshot List")
        .get(Lab(lab::snapshots::list)),
    route::lab("/_lab/snapshots/{name.}", "Lab Snapshot")
        .post(Lab(lab::snapshots::take))
        .delete(Lab(lab::snapshots::delete)),
    route::lab("/_lab/snapshots/{name.}/restore", "Lab Snapshot Restore")
        .post(Lab(lab::snapshots::restore)),
    route::lab("/_lab/projects", "Lab Project List")
        .get(Lab(lab::projects::list))
        .post(Lab(lab::projects::create)),
    route::lab("/_lab/projects/{project_id}", "Lab Project")
        .delete(Lab(lab::projects::delete)),
    route::lab("/_lab/flags", "Flags")
        .get(Lab(lab::flags::list)),
    route::lab("/_lab/flags/{key}", "Flag")
        .get(Lab(lab::flags::show))
        .post(Lab(lab::flags::create))
        .patch(Lab(lab::flags::update))
        .delete(Lab(lab::flags::destroy)),
    route::lab("/_lab/flags/{key}/overrides/{distinct_id.}", "Flag override")
        .put(Lab(lab::flags::set_override))
        .delete(Lab(lab::flags::delete_override)),

    page("/", "Home")
        .get(Public(docs::home)),
    page("/docs", "Guide")
        .get(Public(docs::guide)),
    page("/docs/testing", "Test with hoglet")
        .get(Public(docs::testing)),
    page("/docs/cli", "Command line")
        .get(Public(docs::cli)),
    page("/docs/seed", "Seed files")
        .get(Public(docs::seed)),
    page("/docs/lab", "Lab mode")
        .get(Public(docs::lab)),
    page("/docs/compatibility", "Compatibility")
        .get(Public(docs::compatibility)),
    page("/docs/security", "Security")
        .get(Public(docs::security)),
    page("/docs/contributing", "Contributing")
        .get(Public(docs::contributing)),
    page("/docs/licences", "Licences")
        .get(Public(docs::licences)),
    page("/docs/changes", "Changes")
        .get(Public(docs::changes)),
    page("/docs/api", "API reference")
        .get(Public(docs::api)),

    page("/admin", "Admin")
        .get(Public(admin::page)),
    page("/admin/login", "Login")
        .get(Public(admin::enter))
        .post(Public(admin::login)),
    page("/admin/logout", "Logout")
        .post(Public(admin::logout)),

    sdk("/i/v0/e")
        .get(Public(capture::events))
        .post(Public(capture::events)),
    sdk("/e")
        .get(Public(capture::events))
        .post(Public(capture::events)),
    sdk("/capture")
        .get(Public(capture::events))
        .post(Public(capture::events)),
    sdk("/track")
        .get(Public(capture::events))
        .post(Public(capture::events)),
    sdk("/engage")
        .get(Public(capture::events))
        .post(Public(capture::events)),
    sdk("/batch")
        .get(Public(capture::events))
        .post(Public(capture::events)),
    sdk("/s")
        .get(Public(capture::snapshots))
        .post(Public(capture::snapshots)),
    sdk("/i/v0/ai/batch")
        .get(Public(capture::ai_events))
        .post(Public(capture::ai_events)),
    sdk("/i/v1/analytics/events")
        .post(Public(capture::v1::events)),
    sdk("/i/v1/ai/events")
        .post(Public(capture::v1::ai_events)),
    sdk("/i/v0/ai/otel")
        .post(Public(capture::discarded::telemetry)),
    sdk("/i/v1/logs")
        .post(Public(capture::discarded::telemetry)),
    sdk("/i/v1/metrics")
        .post(Public(capture::discarded::telemetry)),
    sdk("/i/v1/traces")
        .post(Public(capture::discarded::telemetry)),
    sdk("/report")
        .post(Public(capture::discarded::report)),
    sdk("/flags")
        .get(Public(capture::flags::flags))
        .post(Public(capture::flags::flags)),
    sdk("/decide")
        .get(Public(capture::flags::decide))
        .post(Public(capture::flags::decide)),
    sdk("/array/{token}/config")
        .get(Public(capture::sdk::config)),
    sdk("/array/{token}/config.js")
        .get(Public(capture::sdk::config_script)),
    sdk("/array/{token}/array.js")
        .get(Public(capture::scripts::sdk)),
    sdk("/api/surveys")
        .get(Public(capture::sdk::surveys)),
    sdk("/api/early_access_features")
        .get(Public(capture::sdk::early_access_features)),
    sdk("/api/web_experiments")
        .get(Public(capture::sdk::web_experiments)),
    sdk("/api/product_tours")
        .get(Public(capture::sdk::product_tours)),
    page("/flags/definitions", "Flag definitions")
        .get(ProjectKey(FLAGS, capture::flags::definitions)),
    collection("/api/feature_flag/local_evaluation", "Local evaluation")
        .get(ProjectKey(FLAGS, capture::flags::definitions)),
    item("/api/projects/{project_id}/feature_flags/{key}/remote_config", "Remote config")
        .get(ProjectKey(FLAGS, capture::flags::remote_config)),
    collection("/api/feature_flag", "Legacy Feature Flag List").with_all_methods()
        .get(Project(read("feature_flag"), feature_flags::list)),

    share("/shared/{share.}")
        .get(Public(viewer::show))
        .post(Public(viewer::post)),
    share("/embedded/{share.}")
        .get(Public(viewer::show))
        .post(Public(viewer::post)),
    share("/shared_dashboard/{share.}")
        .get(Public(viewer::show))
        .post(Public(viewer::post)),
    page("/static/viewer/{file.}", "File")
        .get(Public(assets::viewer)),
    sdk("/static/{file.}")
        .get(Public(capture::scripts::plain)),
    sdk("/static/{version.}/{file.}")
        .get(Public(capture::scripts::versioned)),

    item("/api/users/@me", "User Instance").with_all_methods()
        .get(Account(read("user").ignoring_limits(), users::me))
        .patch(Account(write("user").ignoring_limits(), users::update)),
    collection("/api/users", "User List")
        .get(Account(read("user").ignoring_limits(), users::list)),
    item("/api/users/{uuid}", "User Instance").with_all_methods()
        .get(Account(read("user").ignoring_limits(), users::show)),
    collection("/api/personal_api_keys", "Personal Api Key List")
        .get(Session(personal_api_keys::list))
        .post(Session(personal_api_keys::create)),
    item("/api/personal_api_keys/@current", "Personal Api Key Instance").with_all_methods()
        .get(Account(ANY_KEY.ignoring_limits(), personal_api_keys::current)),
    item("/api/personal_api_keys/{id}", "Personal Api Key Instance")
        .get(Account(ANY_KEY.ignoring_limits(), personal_api_keys::show))
        .put(Session(personal_api_keys::update))
        .patch(Session(personal_api_keys::update))
        .delete(Session(personal_api_keys::destroy)),
    item("/api/personal_api_keys/{id}/roll", "Roll")
        .post(Session(personal_api_keys::roll)),
    collection("/api/organizations", "Organization List").with_all_methods()
        .get(Account(read("organization"), organizations::list)),
    item("/api/organizations/{organization_id}", "Organization Instance").with_all_methods()
        .get(Account(read("organization"), organizations::show)),
    collection("/api/organizations/{organization_id}/members", "Organization Member List")
        .get(Account(read("organization_member"), organization_members::list)),
    collection("/api/organizations/{organization_id}/projects", "Project List").with_all_methods()
        .get(Account(read("project"), projects::list))
        .post(Account(write("project"), projects::create)),
    item("/api/organizations/{organization_id}/projects/{project_id}", "Project Instance").with_all_methods()
        .get(Account(read("project"), projects::show))
        .patch(Account(write("project"), projects::update)),
    collection("/api/projects", "Project List").with_all_methods()
        .get(Account(read("project"), projects::list))
        .post(Account(write("project"), projects::create)),
    item("/api/projects/{project_id}", "Project Instance").with_all_methods()
        .get(Account(read("project"), projects::show))
        .patch(Account(write("project"), projects::update)),

    collection("/api/projects/{project_id}/project_secret_api_keys", "Project Secret Api Key List").answering_later()
        .get(Project(read("project"), project_secret_api_keys::list))
        .post(Project(write("project").admin(), project_secret_api_keys::create)),
    item("/api/projects/{project_id}/project_secret_api_keys/{id}", "Project Secret Api Key Instance").answering_later()
        .get(Project(read("project"), project_secret_api_keys::show))
        .put(Project(write("project").admin(), project_secret_api_keys::update))
        .patch(Project(write("project").admin(), project_secret_api_keys::update))
        .delete(Project(write("project").admin(), project_secret_api_keys::destroy)),
    item("/api/projects/{project_id}/project_secret_api_keys/{id}/roll", "Roll")
        .post(Project(write("project").admin(), project_secret_api_keys::roll)),

    collection("/api/projects/{project_id}/insights", "Insight List").json_only().with_other_formats()
        .get(Project(read("insight"), insights::list))
        .shared(viewer::strangers::insights)
        .post(Project(write("insight"), insights::create)),
    collection("/api/projects/{project_id}/insights/activity", "All activity").declaring_scope().with_other_formats()
        .get(Project(read("activity_log"), activity_log::of_insights)),
    item("/api/projects/{project_id}/insights/{id}/activity", "Activity").declaring_scope().with_other_formats()
        .get(Project(read("activity_log"), activity_log::of_insight)),
    item("/api/projects/{project_id}/insights/{id}", "Insight Instance").json_only().with_other_formats()
        .get(Project(read("insight"), insights::show))
        .shared(viewer::strangers::insight)
        .put(Project(write("insight"), insights::update))
        .patch(Project(write("insight"), insights::update))
        .delete(Project(write("insight"), insights::destroy)),
    collection("/api/projects/{project_id}/dashboards", "Dashboard List").with_other_formats()
        .get(Project(read("dashboard"), dashboards::list))
        .post(Project(write("dashboard"), dashboards::create)),
    item("/api/projects/{project_id}/dashboards/{id}", "Dashboard Instance").with_other_formats()
        .get(Project(read("dashboard"), dashboards::show))
        .put(Project(write("dashboard"), dashboards::update))
        .patch(Project(write("dashboard"), dashboards::update))
        .delete(Project(write("dashboard"), dashboards::destroy)),
    item("/api/projects/{project_id}/dashboards/{id}/run_insights", "Run insights").declaring_scope().with_other_formats()
        .get(Project(read("query"), dashboards::run_insights)),
    item("/api/projects/{project_id}/dashboards/{id}/reorder_tiles", "Reorder tiles").declaring_scope().with_other_formats()
        .post(Project(write("dashboard"), dashboards::reorder_tiles)),

    collection(sharing!(""), "Sharing Configuration List")
        .get(Project(read("sharing_configuration"), sharing::show))
        .patch(Project(write("sharing_configuration"), sharing::update)),
    collection(sharing!("/refresh"), "Refresh")
        .post(Project(write("sharing_configuration"), sharing::refresh)),
    collection(sharing!("/passwords"), "Create password")
        .post(Project(write("sharing_configuration"), sharing::add_password)),
    item(sharing!("/passwords/{password_id}"), "Delete password")
        .delete(Project(write("sharing_configuration"), sharing::delete_password)),
    collection("/api/projects/{project_id}/sharing_configurations", "Sharing Configuration List")
        .get(Project(read("sharing_configuration"), sharing_configurations::list)),
    item("/api/projects/{project_id}/sharing_configurations/{parent}/{parent_id}", "Sharing Configuration Instance")
        .get(Project(read("sharing_configuration"), sharing_configurations::show))
        .patch(Project(write("sharing_configuration"), sharing_configurations::update)),
    item("/api/projects/{project_id}/sharing_configurations/{parent}/{parent_id}/page", "Sharing Configuration Page")
        .get(Project(write("sharing_configuration"), sharing_configurations::page)),

    collection("/api/projects/{project_id}/property_definitions", "Property Definition List")
        .get(Project(read("property_definition"), property_definitions::list)),
    collection("/api/projects/{project_id}/property_definitions/seen_together", "Seen together").declaring_scope()
        .get(Project(read("property_definition"), property_definitions::seen_together)),
    collection("/api/projects/{project_id}/property_definitions/bulk_update_tags", "Bulk update tags")
        .post(Project(write("property_definition").documented_only(), definitions::bulk_update_tags::<PropertyDefinition>)),
    collection("/api/projects/{project_id}/property_definitions/bulk_update", "Bulk update").json_only()
        .post(Project(write("property_definition"), definitions::bulk_update::<PropertyDefinition>)),
    item("/api/projects/{project_id}/property_definitions/{id}", "Property Definition Instance").answering_later()
        .get(Project(read("property_definition"), definitions::show::<PropertyDefinition>))
        .put(Project(write("property_definition"), definitions::update::<PropertyDefinition>))
        .patch(Project(write("property_definition"), definitions::update::<PropertyDefinition>))
        .delete(Project(write("property_definition"), definitions::destroy::<PropertyDefinition>)),

    collection("/api/projects/{project_id}/event_definitions", "Event Definition List")
        .get(Project(read("event_definition"), event_definitions::list))
        .post(Project(write("event_definition"), event_definitions::create)),
    collection("/api/projects/{project_id}/event_definitions/bulk_update_tags", "Bulk update tags")
        .post(Project(write("event_definition").documented_only(), definitions::bulk_update_tags::<EventDefinition>)),
    collection("/api/projects/{project_id}/event_definitions/bulk_update", "Bulk update").json_only()
        .post(Project(write("event_definition"), definitions::bulk_update::<EventDefinition>)),
    collection("/api/projects/{project_id}/event_definitions/bulk_update_verified", "Bulk update verified")
        .post(Project(write("event_definition"), event_definitions::bulk_update_verified)),
    collection("/api/projects/{project_id}/event_definitions/by_name", "By name").declaring_scope()
        .get(Project(read("event_definition"), event_definitions::by_name)),
    collection("/api/projects/{project_id}/event_definitions/primary_properties", "Primary properties").declaring_scope()
        .get(Project(read("event_definition"), event_definitions::primary_properties)),
    item("/api/projects/{project_id}/event_definitions/{id}/metrics", "Metrics totals")
        .get(Project(read("event_definition").documented_only(), event_definitions::metrics)),
    item("/api/projects/{project_id}/event_definitions/{id}", "Event Definition Instance").answering_later()
        .get(Project(read("event_definition"), definitions::show::<EventDefinition>))
        .put(Project(write("event_definition"), definitions::update::<EventDefinition>))
        .patch(Project(write("event_definition"), definitions::update::<EventDefinition>))
        .delete(Project(write("event_definition"), definitions::destroy::<EventDefinition>)),

    collection("/api/projects/{project_id}/notebooks", "Notebook List")
        .get(Project(read("notebook"), notebooks::list))
        .post(Project(write("notebook"), notebooks::create)),
    collection("/api/projects/{project_id}/notebook_preview", "Notebook Preview")
        .post(Project(read("notebook"), notebooks::preview)),
    item("/api/projects/{project_id}/notebooks/{short_id}", "Notebook Instance")
        .get(Project(read("notebook"), notebooks::show))
        .put(Project(write("notebook"), notebooks::update))
        .patch(Project(write("notebook"), notebooks::update))
        .delete(Project(write("notebook"), notebooks::destroy)),

    collection("/api/projects/{project_id}/session_recordings", "Session Recording List")
        .get(Project(read("session_recording"), session_recordings::list))
        .shared(viewer::strangers::recordings),
    item("/api/projects/{project_id}/session_recordings/{id}", "Session Recording Instance")
        .get(Project(read("session_recording"), session_recordings::show))
        .shared(viewer::strangers::recording)
        .put(Project(write("session_recording"), session_recordings::update))
        .patch(Project(write("session_recording"), session_recordings::update))
        .delete(Project(write("session_recording"), session_recordings::destroy)),

    collection("/api/projects/{project_id}/feature_flags", "Feature Flag List").with_all_methods()
        .get(Project(read("feature_flag"), feature_flags::list)),
    item("/api/projects/{project_id}/feature_flags/{id}", "Feature Flag Instance").with_all_methods()
        .get(Project(read("feature_flag"), feature_flags::show)),
    collection("/api/projects/{project_id}/surveys", "Survey List").with_all_methods()
        .get(Project(read("survey"), absent::list)),
    collection("/api/projects/{project_id}/cohorts", "Cohort List").with_all_methods()
        .get(Project(read("cohort"), absent::list)),
    collection("/api/projects/{project_id}/annotations", "Annotation List").with_all_methods()
        .get(Project(read("annotation"), absent::list)),
    collection("/api/projects/{project_id}/actions", "Action List").with_all_methods()
        .get(Project(read("action"), absent::list)),
    collection("/api/projects/{project_id}/events", "Event List")
        .get(Project(read("query"), events::list)),
    collection("/api/projects/{project_id}/refused_events", "Refused Event List")
        .get(Project(read("query"), events::refused)),
    collection("/api/projects/{project_id}/changes", "Changes").own_formats()
        .get(Project(read("project"), changes::stream)),
    collection("/api/projects/{project_id}/activity_log", "Activity Log List")
        .get(Project(read("activity_log"), activity_log::list)),
];
