//! Names as they are kept.

use std::borrow::Cow;

/// No name has more bytes. Names of events end at so many UTF-16 units.
const LONGEST: usize = 200;

/// Names of events are cut, not refused, when they are long.
pub fn cut(name: &str) -> &str {
    if name.len() <= LONGEST {
        return name;
    }
    let mut units = 0;
    let is_over = |(_, letter): &(usize, char)| {
        units += letter.len_utf16();
        units > LONGEST
    };
    let end = name.char_indices().find(is_over).map(|(place, _)| place);
    &name[..end.unwrap_or(name.len())]
}

/// A name as it is kept; `None` for one that is too long.
pub fn kept(name: &str) -> Option<Cow<'_, str>> {
    (name.len() <= LONGEST).then(|| whole(name))
}

/// A text as the database keeps it.
pub fn whole(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
