//! Plain data types that all other layers use. Depends on nothing else in the crate.

mod account;
mod activity;
mod dashboard;
mod event_definition;
mod feature;
mod id;
mod insight;
mod json;
mod json_text;
mod notebook;
mod notes;
mod project_secret_api_key;
mod property_definition;
mod scope;
mod secret;
mod session_recording;
mod setting;
mod sharing;
mod timestamp;
mod viewer;

pub use account::*;
pub use activity::*;
pub use dashboard::*;
pub use event_definition::*;
pub use feature::*;
pub use id::*;
pub use insight::*;
pub use json::{
    Json, Text, parse as parse_json, parse_with as parse_json_with, weigh as weigh_json,
};
pub use json_text::*;
pub use notebook::*;
pub use notes::*;
pub use project_secret_api_key::*;
pub use property_definition::*;
pub use scope::*;
pub use secret::*;
pub use session_recording::*;
pub use setting::*;
pub use sharing::*;
pub use timestamp::*;
pub use viewer::*;
