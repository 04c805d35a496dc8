//! Properties of events that become properties of their persons as well (`ingestion.md` 5, step 7).

/// Each of them, in the order of bytes, with the name that its first value goes by.
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

/// The name of the first value of `key`, if it is lifted. `$os_name` is not: it is another word for `$os`.
pub fn initial(key: &str) -> Option<&'static str> {
    let place = LIFTED.binary_search_by_key(&key, |(lifted, _)| lifted);
    place.ok().map(|place| LIFTED[place].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lifted_name_is_found_with_its_initial() {
        assert_eq!(LIFTED.len(), 43);
        for (key, expected) in LIFTED {
            assert_eq!(initial(key), Some(*expected));
            assert_eq!(
                *expected,
                format!("$initial_{}", key.trim_start_matches('$'))
            );
        }
        assert_eq!((initial("$os_name"), initial("plan")), (None, None));
    }
}
