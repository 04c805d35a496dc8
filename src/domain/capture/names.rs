//! How names are stored: limited in length, and without NUL, which SQLite cannot hold in text.

use std::borrow::Cow;

/// The most bytes of a name, and the most UTF-16 units to which the name of an event is truncated.
const LONGEST: usize = 200;

/// The name of an event, truncated to [`LONGEST`] UTF-16 units.
pub fn truncated(name: &str) -> &str {
    if name.len() <= LONGEST {
        return name;
    }
    let mut units = 0;
    let is_over = |(_, letter): &(usize, char)| {
        units += letter.len_utf16();
        units > LONGEST
    };
    let end = name
        .char_indices()
        .find(is_over)
        .map(|(position, _)| position);
    &name[..end.unwrap_or(name.len())]
}

/// A name as it is stored; `None` if it is too long.
pub fn stored_name(name: &str) -> Option<Cow<'_, str>> {
    (name.len() <= LONGEST).then(|| stored_text(name))
}

/// A text as it is stored: NUL becomes U+FFFD.
pub fn stored_text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
