//! The settings of a project.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DashboardId;

/// What the admins of a project can change besides its name and time zone. The default is a new project's.
///
/// Most settings are only stored and returned; those about the browser SDK are part of its remote configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    /// What the product does.
    pub product_description: Option<String>,
    /// The sites that the toolbar may open.
    pub app_urls: Vec<String>,
    /// Whether addresses are removed from events.
    pub anonymize_ips: bool,
    /// Whether the instructions for installing an SDK were followed.
    pub completed_snippet_onboarding: bool,
    /// A list of filters that find the team's own events.
    pub test_account_filters: Vec<Value>,
    /// Whether the browser SDK captures no clicks by itself.
    pub autocapture_opt_out: Option<bool>,
    /// Whether the browser SDK captures exceptions.
    pub autocapture_exceptions_opt_in: Option<bool>,
    /// Whether the browser SDK records sessions.
    pub session_recording_opt_in: bool,
    /// The first day of a week: 0 for Sunday, 1 for Monday.
    pub week_start_day: Option<u8>,
    /// The dashboard that people see first.
    pub primary_dashboard: Option<DashboardId>,
    /// The sites that may be recorded.
    pub recording_domains: Option<Vec<String>>,
    /// An object: the products that the team has set up.
    pub has_completed_onboarding_for: Option<Value>,
    /// Whether the browser SDK shows surveys.
    pub surveys_opt_in: Option<bool>,
    /// Whether the browser SDK captures heatmaps.
    pub heatmaps_opt_in: Option<bool>,
}
