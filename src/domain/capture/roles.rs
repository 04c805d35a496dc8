//! Properties that get special treatment (`ingestion.md` 5 and 6).

use std::collections::HashMap;

use super::names::{BuildIdentityHasher, Name};

/// The special treatment of a property.
#[derive(Clone, Copy)]
pub enum Role {
    /// Defines nothing.
    Ignored,
    /// Also becomes a property of the person; its first value is another one, of this name.
    CopiedToPerson(&'static str, Name),
    /// Added if it is missing.
    Ip,
    /// Replaced if the request says when it was sent.
    SentAt,
    /// Stands in for a missing `$os`.
    OsName,
}

const IGNORED: [&str; 9] = [
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

/// Properties that are copied to the person, with the name for the first value (step 7).
#[rustfmt::skip] // a table: read it by columns
const COPIED_TO_PERSON: &[(&str, &str)] = &[
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

/// The roles by hash of the name: names are hashed anyway, so no names need to be compared.
pub fn table(hash: impl Fn(&str) -> Name) -> HashMap<u64, Role, BuildIdentityHasher> {
    let mut roles = HashMap::default();
    for name in IGNORED {
        roles.insert(hash(name).0, Role::Ignored);
    }
    for (name, initial) in COPIED_TO_PERSON {
        roles.insert(hash(name).0, Role::CopiedToPerson(initial, hash(initial)));
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
    fn every_copied_property_has_its_initial_name() {
        assert_eq!(COPIED_TO_PERSON.len(), 43);
        for (key, initial) in COPIED_TO_PERSON {
            assert_eq!(
                *initial,
                format!("$initial_{}", key.trim_start_matches('$'))
            );
        }
    }
}
