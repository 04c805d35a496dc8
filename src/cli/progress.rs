//! Bars on standard error that show how far a long command is. On anything but a terminal they show nothing.

use indicatif::{ProgressBar, ProgressStyle};

/// Counts items, of `total` if that is known.
pub fn items(total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => bar(total, "{wide_bar} {human_pos} of {human_len}"),
        None => styled(ProgressBar::no_length(), "{spinner} {human_pos}"),
    }
}

/// Counts the bytes of a file that are read.
pub fn bytes(total: u64) -> ProgressBar {
    bar(total, "{wide_bar} {bytes} of {total_bytes}")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    styled(ProgressBar::new(total), template)
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
