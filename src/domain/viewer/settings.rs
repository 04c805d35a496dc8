//! How a page looks when its address has something to say about that (`sharing.md` 6.5).

use crate::{
    domain::{Form, sharing},
    model::*,
};

/// 2025-07-31: since then settings are stored. The links of older shares may hold theirs in the query string.
const STORED_SINCE: Timestamp = Timestamp(1_753_920_000_000_000);

/// The settings of `share` at an address with `query`, which overrules what is stored of an old one.
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

/// Whatever does not say no says yes.
fn is_on(value: &Json) -> bool {
    let no = |text: &str| ["0", "false", "no", "off"].contains(&&*text.to_ascii_lowercase());
    !matches!(value, Json::Text(text) if no(&text.value))
}
