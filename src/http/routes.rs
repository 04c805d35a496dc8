//! Every endpoint, one row each.

use actix_web::http::Method;

pub use super::needs::Needs;
use super::{
    Request, Response, State,
    api::*,
    capture,
    error::Result,
    needs::{ANY_KEY, scope},
    pages::{admin, assets, docs, viewer},
    rows::{account, open, project, sdk, secret, session},
};
use crate::{
    domain::{Caller, Context},
    model::ProjectId,
};

/// One endpoint.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Where its path hangs.
    pub base: Base,
    /// Its path from there, without the slash that clients may add at the end.
    pub path: &'static str,
    /// Who may come in, and what answers.
    pub door: Door,
    /// What answers those who come with a share's token instead of a key.
    pub strangers: Option<viewer::strangers::Handler>,
}

/// Where a path hangs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    /// At the root of the server.
    Root,
    /// Under a project, by either of its prefixes.
    Project,
}

/// Who may come in, and what answers an admitted request. Handlers run on the blocking pool.
#[derive(Clone, Copy)]
pub enum Door {
    /// Anyone.
    Open(fn(&State, &Request) -> Result<Response>),
    /// Anyone, from any page: what SDKs call. The token that they send says which project is meant, not who they are.
    Sdk(fn(&State, &Request) -> Result<Response>),
    /// The holder of a project secret key with this scope, or of a personal key, for the project of the token in the query
    /// string.
    Secret(
        &'static str,
        fn(&State, ProjectId, &Request) -> Result<Response>,
    ),
    /// The holder of a personal key, for things of no project.
    Account(Needs, fn(&State, Caller, &Request) -> Result<Response>),
    /// Whoever is at the admin page, and signed in lately if anything changes; nobody who comes with a key.
    Session(fn(&State, Caller, &Request) -> Result<Response>),
    /// The holder of a personal key, for the project in the path.
    Project(Needs, fn(&State, Context, &Request) -> Result<Response>),
}

/// The plan of the house: the router and the authorisation test are made from it, and the OpenAPI document is checked
/// against it. The first path that fits serves, so literal segments come before parameters; rows of one path stand
/// together.
#[rustfmt::skip] // a table: read it by columns
pub const ROUTES: &[Route] = &[
    open   (Method::GET,    "/_health",                             health::alive),
    open   (Method::GET,    "/_livez",                              health::live),
    open   (Method::GET,    "/_readyz",                             health::ready),
    open   (Method::GET,    "/_preflight",                          health::preflight),
    open   (Method::GET,    "/robots.txt",                          health::robots),
    open   (Method::GET,    "/api/schema",                          schema::show),

    open   (Method::GET,    "/",                                    docs::home),
    open   (Method::GET,    "/docs",                                docs::guide),
    open   (Method::GET,    "/docs/cli",                            docs::cli),
    open   (Method::GET,    "/docs/seed",                           docs::seed),
    open   (Method::GET,    "/docs/compatibility",                  docs::compatibility),
    open   (Method::GET,    "/docs/api",                            docs::api),

    open   (Method::GET,    "/admin",                               admin::page),
    open   (Method::GET,    "/admin/login",                         admin::enter),
    open   (Method::POST,   "/admin/login",                         admin::login),
    open   (Method::POST,   "/admin/logout",                        admin::logout),
    sdk    (Method::POST,   "/i/v0/e",                                capture::events),
    sdk    (Method::GET,    "/i/v0/e",                                capture::events),
    sdk    (Method::POST,   "/e",                                     capture::events),
    sdk    (Method::GET,    "/e",                                     capture::events),
    sdk    (Method::POST,   "/capture",                               capture::events),
    sdk    (Method::GET,    "/capture",                               capture::events),
    sdk    (Method::POST,   "/track",                                 capture::events),
    sdk    (Method::GET,    "/track",                                 capture::events),
    sdk    (Method::POST,   "/engage",                                capture::events),
    sdk    (Method::GET,    "/engage",                                capture::events),
    sdk    (Method::POST,   "/batch",                                 capture::events),
    sdk    (Method::GET,    "/batch",                                 capture::events),
    sdk    (Method::POST,   "/s",                                     capture::snapshots),
    sdk    (Method::GET,    "/s",                                     capture::snapshots),
    sdk    (Method::POST,   "/i/v1/analytics/events",                 capture::v1::events),
    sdk    (Method::POST,   "/flags",                                 capture::sdk::flags),
    sdk    (Method::GET,    "/flags",                                 capture::sdk::flags),
    sdk    (Method::POST,   "/decide",                                capture::sdk::decide),
    sdk    (Method::GET,    "/decide",                                capture::sdk::decide),
    sdk    (Method::GET,    "/array/{token}/config",                  capture::sdk::config),
    sdk    (Method::GET,    "/array/{token}/config.js",               capture::sdk::config_script),
    sdk    (Method::GET,    "/api/surveys",                           capture::sdk::surveys),
    sdk    (Method::GET,    "/api/early_access_features",             capture::sdk::early_access_features),
    sdk    (Method::GET,    "/api/web_experiments",                   capture::sdk::web_experiments),
    sdk    (Method::GET,    "/api/product_tours",                     capture::sdk::product_tours),
    secret (Method::GET,    "/flags/definitions",                     "feature_flag:read",                     capture::sdk::definitions),
    secret (Method::GET,    "/api/feature_flag/local_evaluation",     "feature_flag:read",                     capture::sdk::definitions),

    open   (Method::GET,    "/shared/{share.}",                     viewer::show),
    open   (Method::POST,   "/shared/{share.}",                     viewer::post),
    open   (Method::GET,    "/embedded/{share.}",                   viewer::show),
    open   (Method::POST,   "/embedded/{share.}",                   viewer::post),
    open   (Method::GET,    "/shared_dashboard/{share.}",           viewer::show),
    open   (Method::POST,   "/shared_dashboard/{share.}",           viewer::post),
    open   (Method::GET,    "/static/viewer/{file.}",               assets::viewer),

    account(Method::GET,    "/api/users/@me",                       scope("user:read").unlimited(),          users::me),
    account(Method::GET,    "/api/users",                           scope("user:read").unlimited(),          users::list),
    account(Method::GET,    "/api/users/{uuid}",                    scope("user:read").unlimited(),          users::show),
    session(Method::GET,    "/api/personal_api_keys",               personal_api_keys::list),
    session(Method::POST,   "/api/personal_api_keys",               personal_api_keys::create),
    account(Method::GET,    "/api/personal_api_keys/@current",      ANY_KEY.unlimited(),                     personal_api_keys::current),
    account(Method::GET,    "/api/personal_api_keys/{id}",          ANY_KEY.unlimited(),                     personal_api_keys::show),
    session(Method::PUT,    "/api/personal_api_keys/{id}",          personal_api_keys::replace),
    session(Method::PATCH,  "/api/personal_api_keys/{id}",          personal_api_keys::update),
    session(Method::DELETE, "/api/personal_api_keys/{id}",          personal_api_keys::destroy),
    session(Method::POST,   "/api/personal_api_keys/{id}/roll",     personal_api_keys::roll),
    account(Method::GET,    "/api/organizations",                   scope("organization:read"),              organizations::list),
    account(Method::GET,    "/api/organizations/{organization_id}", scope("organization:read"),              organizations::show),
    account(Method::GET,    "/api/organizations/{organization_id}/projects",              scope("project:read"), projects::list),
    account(Method::GET,    "/api/organizations/{organization_id}/projects/{project_id}", scope("project:read").unlimited(), projects::show),
    account(Method::GET,    "/api/projects",                        scope("project:read"),                   projects::list),
    account(Method::GET,    "/api/projects/{project_id}",           scope("project:read").unlimited(),       projects::show),

    project(Method::GET,    "/project_secret_api_keys",             scope("project:read"),                   project_secret_api_keys::list),
    project(Method::POST,   "/project_secret_api_keys",             scope("project:write").admin(),          project_secret_api_keys::create),
    project(Method::GET,    "/project_secret_api_keys/{id}",        scope("project:read"),                   project_secret_api_keys::show),
    project(Method::PUT,    "/project_secret_api_keys/{id}",        scope("project:write").admin(),          project_secret_api_keys::replace),
    project(Method::PATCH,  "/project_secret_api_keys/{id}",        scope("project:write").admin(),          project_secret_api_keys::update),
    project(Method::DELETE, "/project_secret_api_keys/{id}",        scope("project:write").admin(),          project_secret_api_keys::destroy),
    project(Method::POST,   "/project_secret_api_keys/{id}/roll",   scope("project:write").admin(),          project_secret_api_keys::roll),

    project(Method::GET,    "/insights",                            scope("insight:read"),                   insights::list).strangers(viewer::strangers::insights),
    project(Method::POST,   "/insights",                            scope("insight:write").json_only(),      insights::create),
    project(Method::GET,    "/insights/{id}",                       scope("insight:read"),                   insights::show).strangers(viewer::strangers::insight),
    project(Method::PUT,    "/insights/{id}",                       scope("insight:write").json_only(),      insights::update),
    project(Method::PATCH,  "/insights/{id}",                       scope("insight:write").json_only(),      insights::update),
    project(Method::DELETE, "/insights/{id}",                       scope("insight:write"),                  insights::destroy),
    project(Method::GET,    "/dashboards",                          scope("dashboard:read"),                 dashboards::list),
    project(Method::POST,   "/dashboards",                          scope("dashboard:write"),                dashboards::create),
    project(Method::GET,    "/dashboards/{id}",                     scope("dashboard:read"),                 dashboards::show),
    project(Method::PUT,    "/dashboards/{id}",                     scope("dashboard:write"),                dashboards::replace),
    project(Method::PATCH,  "/dashboards/{id}",                     scope("dashboard:write"),                dashboards::update),
    project(Method::DELETE, "/dashboards/{id}",                     scope("dashboard:write"),                dashboards::destroy),

    project(Method::GET,    "/insights/{insight_id}/sharing",                                         scope("sharing_configuration:read"),  sharing::show::<sharing::Insight>),
    project(Method::PATCH,  "/insights/{insight_id}/sharing",                                         scope("sharing_configuration:write"), sharing::update::<sharing::Insight>),
    project(Method::POST,   "/insights/{insight_id}/sharing/refresh",                                 scope("sharing_configuration:write"), sharing::refresh::<sharing::Insight>),
    project(Method::POST,   "/insights/{insight_id}/sharing/passwords",                               scope("sharing_configuration:write"), sharing::add_password::<sharing::Insight>),
    project(Method::DELETE, "/insights/{insight_id}/sharing/passwords/{password_id}",                 scope("sharing_configuration:write"), sharing::delete_password::<sharing::Insight>),
    project(Method::GET,    "/dashboards/{dashboard_id}/sharing",                                     scope("sharing_configuration:read"),  sharing::show::<sharing::Dashboard>),
    project(Method::PATCH,  "/dashboards/{dashboard_id}/sharing",                                     scope("sharing_configuration:write"), sharing::update::<sharing::Dashboard>),
    project(Method::POST,   "/dashboards/{dashboard_id}/sharing/refresh",                             scope("sharing_configuration:write"), sharing::refresh::<sharing::Dashboard>),
    project(Method::POST,   "/dashboards/{dashboard_id}/sharing/passwords",                           scope("sharing_configuration:write"), sharing::add_password::<sharing::Dashboard>),
    project(Method::DELETE, "/dashboards/{dashboard_id}/sharing/passwords/{password_id}",             scope("sharing_configuration:write"), sharing::delete_password::<sharing::Dashboard>),
    project(Method::GET,    "/notebooks/{notebook_id}/sharing",                                       scope("sharing_configuration:read"),  sharing::show::<sharing::Notebook>),
    project(Method::PATCH,  "/notebooks/{notebook_id}/sharing",                                       scope("sharing_configuration:write"), sharing::update::<sharing::Notebook>),
    project(Method::POST,   "/notebooks/{notebook_id}/sharing/refresh",                               scope("sharing_configuration:write"), sharing::refresh::<sharing::Notebook>),
    project(Method::POST,   "/notebooks/{notebook_id}/sharing/passwords",                             scope("sharing_configuration:write"), sharing::add_password::<sharing::Notebook>),
    project(Method::DELETE, "/notebooks/{notebook_id}/sharing/passwords/{password_id}",               scope("sharing_configuration:write"), sharing::delete_password::<sharing::Notebook>),
    project(Method::GET,    "/session_recordings/{recording_id}/sharing",                             scope("sharing_configuration:read"),  sharing::show::<sharing::SessionRecording>),
    project(Method::PATCH,  "/session_recordings/{recording_id}/sharing",                             scope("sharing_configuration:write"), sharing::update::<sharing::SessionRecording>),
    project(Method::POST,   "/session_recordings/{recording_id}/sharing/refresh",                     scope("sharing_configuration:write"), sharing::refresh::<sharing::SessionRecording>),
    project(Method::POST,   "/session_recordings/{recording_id}/sharing/passwords",                   scope("sharing_configuration:write"), sharing::add_password::<sharing::SessionRecording>),
    project(Method::DELETE, "/session_recordings/{recording_id}/sharing/passwords/{password_id}",     scope("sharing_configuration:write"), sharing::delete_password::<sharing::SessionRecording>),

    project(Method::GET,    "/sharing_configurations",              scope("sharing_configuration:read"),     sharing_configurations::list),

    project(Method::GET,    "/property_definitions",                scope("property_definition:read"),       property_definitions::list),
    project(Method::GET,    "/property_definitions/seen_together",  scope("property_definition:read").every_method(), property_definitions::seen_together),
    project(Method::POST,   "/property_definitions/bulk_update_tags", scope("property_definition:write").not_live(), property_definitions::bulk_update_tags),
    project(Method::GET,    "/property_definitions/{id}",           scope("property_definition:read"),       property_definitions::show),
    project(Method::PUT,    "/property_definitions/{id}",           scope("property_definition:write"),      property_definitions::replace),
    project(Method::PATCH,  "/property_definitions/{id}",           scope("property_definition:write"),      property_definitions::update),
    project(Method::DELETE, "/property_definitions/{id}",           scope("property_definition:write"),      property_definitions::destroy),

    project(Method::GET,    "/event_definitions",                   scope("event_definition:read"),          event_definitions::list),
    project(Method::POST,   "/event_definitions",                   scope("event_definition:write"),         event_definitions::create),
    project(Method::POST,   "/event_definitions/bulk_update_tags",  scope("event_definition:write").not_live(), event_definitions::bulk_update_tags),
    project(Method::GET,    "/event_definitions/{id}",              scope("event_definition:read"),          event_definitions::show),
    project(Method::PUT,    "/event_definitions/{id}",              scope("event_definition:write"),         event_definitions::replace),
    project(Method::PATCH,  "/event_definitions/{id}",              scope("event_definition:write"),         event_definitions::update),
    project(Method::DELETE, "/event_definitions/{id}",              scope("event_definition:write"),         event_definitions::destroy),

    project(Method::GET,    "/notebooks",                           scope("notebook:read"),                  notebooks::list),
    project(Method::POST,   "/notebooks",                           scope("notebook:write"),                 notebooks::create),
    project(Method::GET,    "/notebooks/{short_id}",                scope("notebook:read"),                  notebooks::show),
    project(Method::PUT,    "/notebooks/{short_id}",                scope("notebook:write"),                 notebooks::replace),
    project(Method::PATCH,  "/notebooks/{short_id}",                scope("notebook:write"),                 notebooks::update),
    project(Method::DELETE, "/notebooks/{short_id}",                scope("notebook:write"),                 notebooks::destroy),

    project(Method::GET,    "/session_recordings",                  scope("session_recording:read"),         session_recordings::list),
    project(Method::GET,    "/session_recordings/{id}",             scope("session_recording:read"),         session_recordings::show).strangers(viewer::strangers::recording),
    project(Method::PUT,    "/session_recordings/{id}",             scope("session_recording:write"),        session_recordings::update),
    project(Method::PATCH,  "/session_recordings/{id}",             scope("session_recording:write"),        session_recordings::update),
    project(Method::DELETE, "/session_recordings/{id}",             scope("session_recording:write"),        session_recordings::destroy),

    project(Method::GET,    "/events",                              scope("query:read"),                     events::list),
    project(Method::GET,    "/activity_log",                        scope("activity_log:read"),              activity_log::list),
];

impl Route {
    const fn strangers(mut self, handler: viewer::strangers::Handler) -> Route {
        self.strangers = Some(handler);
        self
    }

    /// The segments of its whole path.
    pub fn segments(&self) -> impl Iterator<Item = &'static str> {
        let base = if self.base == Base::Project {
            "/api/projects/{project_id}"
        } else {
            ""
        };
        base.split('/')
            .chain(self.path.split('/'))
            .filter(|segment| !segment.is_empty())
    }

    /// Its whole path, as the reference writes it.
    pub fn full_path(&self) -> String {
        self.segments()
            .fold(String::new(), |path, segment| format!("{path}/{segment}"))
            .replace(".}", "}")
    }

    /// What a key must have to come in; `None` for a route open to anyone.
    pub fn needs(&self) -> Option<Needs> {
        match self.door {
            Door::Open(_) | Door::Sdk(_) | Door::Session(_) => None,
            Door::Secret(needed, _) => Some(scope(needed)),
            Door::Account(needs, _) | Door::Project(needs, _) => Some(needs),
        }
    }
}
