//! Plain data types that all other layers use. Depends on nothing else in the crate.

mod account;
mod activity;
mod charset;
pub(crate) mod clock;
mod dashboard;
mod event_definition;
mod feature;
mod feature_flag;
mod id;
mod insight;
mod json;
mod json_text;
mod notebook;
mod notes;
mod project_secret_api_key;
mod project_settings;
mod property_definition;
mod random;
mod scope;
mod secret;
mod session_recording;
mod setting;
mod sharing;
mod timestamp;
mod viewer;

pub(crate) use account::*;
pub(crate) use activity::*;
pub(crate) use dashboard::*;
pub(crate) use event_definition::*;
pub(crate) use feature::*;
pub(crate) use feature_flag::*;
pub(crate) use id::*;
pub(crate) use insight::*;
pub(crate) use json::{Text, member as json_member, weigh as weigh_json};
pub(crate) use notebook::*;
pub(crate) use notes::*;
pub(crate) use project_secret_api_key::*;
pub(crate) use project_settings::*;
pub(crate) use property_definition::*;
pub(crate) use random::*;
pub(crate) use scope::*;
pub(crate) use secret::*;
pub(crate) use session_recording::*;
pub(crate) use setting::*;
pub(crate) use sharing::*;
pub(crate) use viewer::*;

pub use account::Level;
pub use charset::Charset;
pub use json::{Json, parse as parse_json, parse_text as parse_json_text};
pub use json_text::JsonText;
pub use scope::SCOPE_OBJECTS;
pub use secret::Secret;
pub use setting::Durability;
pub use timestamp::Timestamp;

/// The most characters of a distinct id that count, as in the service.
pub(crate) const DISTINCT_ID_LENGTH: usize = 200;
