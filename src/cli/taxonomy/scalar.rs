//! Text as a YAML scalar on one line, for files and for the terminal.

use std::fmt::Write as _;

/// Words that are something else than text in YAML 1.1 or 1.2, in lower case.
const RESERVED: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// Writes `text` as it is if it cannot be taken for anything else, otherwise in double quotes, with all escaped that is not
/// printable: such text would be refused by parsers, or move the cursor of a terminal.
pub fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            letter if is_printable(letter) => quoted.push(letter),
            letter => write!(quoted, "\\u{:04X}", u32::from(letter)).expect("memory suffices"),
        }
    }
    quoted.push('"');
    quoted
}

fn is_plain(text: &str) -> bool {
    let is_inside =
        |letter: char| letter.is_alphanumeric() || " _-./$,;:!?+()'\"&*%@=".contains(letter);
    let starts = text.starts_with(|first: char| first.is_alphabetic() || "_$".contains(first));
    let ends = text.ends_with([' ', ':']) || text.contains(": ");
    let is_word = RESERVED.contains(&&*text.to_lowercase());
    starts && !ends && text.chars().all(is_inside) && !is_word
}

/// Whether the letter can stand in a file as it is. Beyond what YAML forbids, these are escaped: separators of lines that only
/// some programs know, and marks that change the direction of writing.
pub fn is_printable(letter: char) -> bool {
    let is_allowed = matches!(
        letter,
        '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
    );
    let is_misleading = matches!(
        letter,
        '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    );
    is_allowed && !is_misleading
}
