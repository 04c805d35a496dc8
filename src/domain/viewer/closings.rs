//! Closing tags in the Markdown of a notebook.

use std::collections::HashMap;

use super::markdown::word;

/// Where each closing tag ends, by its name.
///
/// They are found in one pass: searching for the closing tag of every opening tag would take quadratic time on a text that
/// consists of opening tags.
pub struct Closings<'m> {
    text: &'m str,
    ends: HashMap<&'m str, Vec<usize>>,
}

impl<'m> Closings<'m> {
    /// Finds the closing tags of `text`.
    pub fn of(text: &'m str) -> Closings<'m> {
        let mut ends: HashMap<_, Vec<_>> = HashMap::new();
        for (start, _) in text.match_indices("</") {
            if let Some((name, rest)) = word(&text[start + 2..])
                && rest.starts_with('>')
            {
                let end = text.len() - rest.len() + 1;
                ends.entry(name).or_default().push(end);
            }
        }
        Closings { text, ends }
    }

    /// The text after the next closing tag of `name` in `rest`, a suffix of the text; all of `rest` if there is none.
    pub fn past(&self, name: &str, rest: &'m str) -> &'m str {
        let start = self.text.len() - rest.len();
        let ends = self.ends.get(name).map_or(&[][..], Vec::as_slice);
        let next = ends.partition_point(|end| *end <= start);
        ends.get(next).map_or(rest, |end| &self.text[*end..])
    }
}
