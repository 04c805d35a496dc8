//! Settings as clients send them. Values may have several spellings, and unknown keys are ignored (`sharing.md` 2.3).

use crate::{
    domain::{Error, Field, Form, Result, boolean},
    model::{Json, SharingSettings, Theme},
};

/// Reads the settings in `form`, which replace the old ones as a whole. Errors: `Invalid`.
pub fn read(form: &Form) -> Result<Field<SharingSettings>> {
    match form.field("settings").nullable().json()? {
        Field::Absent => Ok(Field::Absent),
        Field::Null => Ok(Field::Null),
        Field::Value(sent) => match settings(&sent) {
            Some(settings) => Ok(Field::Value(settings)),
            None => Err(Error::field(
                "settings",
                "invalid_input",
                "Invalid settings format",
            )),
        },
    }
}

/// Returns `None` if `sent` is no object or a value does not fit its key. A null counts as not sent.
fn settings(sent: &Json) -> Option<SharingSettings> {
    let Json::Object(members) = sent else {
        return None;
    };
    let mut settings = SharingSettings::default();
    for (key, value) in members.iter().filter(|(_, value)| *value != Json::Null) {
        match key.as_str() {
            "whitelabel" => settings.whitelabel = Some(switch(value)?),
            "noHeader" => settings.no_header = Some(switch(value)?),
            "legend" => settings.legend = Some(switch(value)?),
            "detailed" => settings.detailed = Some(switch(value)?),
            "hideExtraDetails" => settings.hide_extra_details = Some(switch(value)?),
            "showInspector" => settings.show_inspector = Some(switch(value)?),
            "theme" => settings.theme = Some(theme(value)?),
            _ => {}
        }
    }
    Some(settings)
}

/// Reads a boolean as fields do, except that two texts which fields accept are rejected here.
fn switch(value: &Json) -> Option<bool> {
    match value {
        Json::Text(text) if text.value == "1.0" || text.value == "0.0" => None,
        value => boolean(value),
    }
}

/// Reads the name of a theme.
pub fn theme(value: &Json) -> Option<Theme> {
    let Json::Text(text) = value else {
        return None;
    };
    match text.value.as_str() {
        "light" => Some(Theme::Light),
        "dark" => Some(Theme::Dark),
        "system" => Some(Theme::System),
        _ => None,
    }
}
