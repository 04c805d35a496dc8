//! Page settings in the query string (`sharing.md` 6.5).

use crate::{
    domain::{Form, sharing},
    model::{Json, OpenShare, SharingSettings, Timestamp},
};

/// 2025-07-31: since then settings are stored. Links of older shares may have theirs in the query string.
const STORED_SINCE: Timestamp = Timestamp(1_753_920_000_000_000);

/// The settings of `share` for a visit with this query string, which overrides the stored settings of an old share.
pub fn settings_at(share: &OpenShare, query: &Form) -> SharingSettings {
    let stored = share.settings;
    if share.created_at >= STORED_SINCE {
        return stored;
    }
    let switch = |name, stored| query.raw(name).map(is_on).or(stored);
    SharingSettings {
        whitelabel: switch("whitelabel", stored.whitelabel),
        no_header: switch("noHeader", stored.no_header),
        legend: switch("legend", stored.legend),
        detailed: switch("detailed", stored.detailed),
        hide_extra_details: switch("hideExtraDetails", stored.hide_extra_details),
        show_inspector: switch("showInspector", stored.show_inspector),
        theme: query.raw("theme").and_then(sharing::theme).or(stored.theme),
    }
}

/// Any value but a few words for no turns a setting on.
fn is_on(value: &Json) -> bool {
    let no = |text: &str| ["0", "false", "no", "off"].contains(&&*text.to_ascii_lowercase());
    !matches!(value, Json::Text(text) if no(&text.value))
}
