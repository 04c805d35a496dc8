//! Tables for the terminal.

use crate::model::Timestamp;

/// Lays out `rows` in columns two spaces apart; the first row has the headings.
pub fn lay_out<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| row.each_ref().map(|text| plain(text)))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| width(column).unwrap_or_default());
    let mut out = String::new();
    for row in &rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(text, width)| format!("{text:<width$}"));
        out += cells.collect::<Vec<_>>().join("  ").trim_end();
        out.push('\n');
    }
    out
}

/// Formats `at` to the second.
pub fn moment(at: Timestamp) -> String {
    Timestamp(at.0 - at.0.rem_euclid(1_000_000)).to_string()
}

/// Replaces control characters, which could break the table or move the cursor.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_text_and_hold_no_control_characters() {
        let rows = [["ID", "NAME"], ["1", "Ümlaut"], ["1234", "a\nb\u{1b}[2J"]]
            .map(|row| row.map(String::from));
        assert_eq!(
            lay_out(&rows),
            "ID    NAME\n1     Ümlaut\n1234  a\u{fffd}b\u{fffd}[2J\n"
        );
    }
}
