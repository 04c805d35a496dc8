//! Names of properties that mean something on an event's way (`ingestion.md` 5 and 6).

use std::collections::HashMap;

use super::known::{Hashed, Name};

/// What a property is besides its event's.
#[derive(Clone, Copy)]
pub enum Role {
    /// It defines nothing: it is taken off the event, or says how to read the rest of it.
    PassedOver,
    /// It becomes a property of the person as well, and its first value another by this name.
    Lifted(&'static str, Name),
    /// Where the event came from: added if it is not there.
    Ip,
    /// When it was sent: replaced if the request tells.
    SentAt,
    /// Another word for `$os`, which it stands in for.
    OsName,
}

const PASSED_OVER: [&str; 9] = [
    "$heatmap_data",
    "$elements",
    "$elements_chain",
    "$unset",
    "$group_0",
    "$group_1",
    "$group_2",
    "$group_3",
    "$group_4",
];

/// Each that is lifted, with the name that its first value goes by (step 7).
#[rustfmt::skip] // a table: read it by columns
const LIFTED: &[(&str, &str)] = &[
    ("$app_build",        "$initial_app_build"),
    ("$app_name",         "$initial_app_name"),
    ("$app_namespace",    "$initial_app_namespace"),
    ("$app_version",      "$initial_app_version"),
    ("$browser",          "$initial_browser"),
    ("$browser_version",  "$initial_browser_version"),
    ("$current_url",      "$initial_current_url"),
    ("$device_type",      "$initial_device_type"),
    ("$os",               "$initial_os"),
    ("$os_version",       "$initial_os_version"),
    ("$pathname",         "$initial_pathname"),
    ("$raw_user_agent",   "$initial_raw_user_agent"),
    ("$referrer",         "$initial_referrer"),
    ("$referring_domain", "$initial_referring_domain"),
    ("$screen_height",    "$initial_screen_height"),
    ("$screen_width",     "$initial_screen_width"),
    ("$viewport_height",  "$initial_viewport_height"),
    ("$viewport_width",   "$initial_viewport_width"),
    ("_kx",               "$initial__kx"),
    ("dclid",             "$initial_dclid"),
    ("epik",              "$initial_epik"),
    ("fbclid",            "$initial_fbclid"),
    ("gad_source",        "$initial_gad_source"),
    ("gbraid",            "$initial_gbraid"),
    ("gclid",             "$initial_gclid"),
    ("gclsrc",            "$initial_gclsrc"),
    ("igshid",            "$initial_igshid"),
    ("irclid",            "$initial_irclid"),
    ("li_fat_id",         "$initial_li_fat_id"),
    ("mc_cid",            "$initial_mc_cid"),
    ("msclkid",           "$initial_msclkid"),
    ("qclid",             "$initial_qclid"),
    ("rdt_cid",           "$initial_rdt_cid"),
    ("sccid",             "$initial_sccid"),
    ("ttclid",            "$initial_ttclid"),
    ("twclid",            "$initial_twclid"),
    ("utm_campaign",      "$initial_utm_campaign"),
    ("utm_content",       "$initial_utm_content"),
    ("utm_medium",        "$initial_utm_medium"),
    ("utm_name",          "$initial_utm_name"),
    ("utm_source",        "$initial_utm_source"),
    ("utm_term",          "$initial_utm_term"),
    ("wbraid",            "$initial_wbraid"),
];

/// The roles by the hashes of their names, so that a name that is hashed anyway is compared with none.
pub fn table(hash: impl Fn(&str) -> Name) -> HashMap<u64, Role, Hashed> {
    let mut roles = HashMap::default();
    for name in PASSED_OVER {
        roles.insert(hash(name).0, Role::PassedOver);
    }
    for (name, initial) in LIFTED {
        roles.insert(hash(name).0, Role::Lifted(initial, hash(initial)));
    }
    for (name, role) in [
        ("$ip", Role::Ip),
        ("$sent_at", Role::SentAt),
        ("$os_name", Role::OsName),
    ] {
        roles.insert(hash(name).0, role);
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lifted_name_has_its_initial() {
        assert_eq!(LIFTED.len(), 43);
        for (key, initial) in LIFTED {
            assert_eq!(
                *initial,
                format!("$initial_{}", key.trim_start_matches('$'))
            );
        }
    }
}
