//! Which route a path that hoglet lacks resembles.

use super::{
    route::{Family, Route},
    routes::ROUTES,
};

/// What it costs that the path lacks the first segment or a parameter; half of the cost of a segment that is nothing alike.
const GAP: u32 = 100;

/// What any other segment costs that only one of both has: a path below a route is another path.
const EXCESS: u32 = 150;

/// From this cost on a path resembles nothing.
const FAR: u32 = 150;

/// What a parameter costs in place of a segment: a literal that is spelled alike is nearer.
const PARAMETER: u32 = 10;

/// The path of the route that `path` resembles most; `None` if none comes close.
pub fn nearest(path: &str) -> Option<&'static str> {
    let segments: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    if segments.len() > 12 || path.len() > 500 {
        return None;
    }
    let is_meant = |route: &&Route| !matches!(route.family, Family::Lab | Family::Probe);
    let routes = ROUTES.iter().filter(is_meant);
    let near = routes.filter_map(|route| Some((distance(route, &segments)?, route.path)));
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, path)| path)
}

/// How far `segments` are from the route's path: the cost of the cheapest alignment of both. `None` if it resembles nothing, such
/// as a path most of whose literals are missing.
fn distance(route: &Route, segments: &[&str]) -> Option<u32> {
    let pattern: Vec<_> = route.segments().collect();
    let mut row: Vec<_> = (0..=segments.len())
        .map(|count| count as u32 * EXCESS)
        .collect();
    for (index, part) in pattern.iter().enumerate() {
        let missing = match index == 0 || part.starts_with('{') {
            true => GAP,
            false => EXCESS,
        };
        let mut diagonal = row[0];
        row[0] += missing;
        for (at, segment) in segments.iter().enumerate() {
            let above = row[at + 1];
            let aligned = diagonal + difference(part, segment);
            row[at + 1] = aligned.min(above + missing).min(row[at] + EXCESS);
            diagonal = above;
        }
    }
    let literals = pattern.iter().filter(|part| !part.starts_with('{')).count();
    let total = row[segments.len()];
    (total < FAR.min(literals as u32 * GAP) && !segments.is_empty()).then_some(total)
}

/// What it costs to read `segment` as `part` of a pattern: nothing if they are the same, twice a gap if nothing is alike.
fn difference(part: &str, segment: &str) -> u32 {
    let Some(name) = part
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return spelling(part, segment);
    };
    match name.contains('|') {
        true => name
            .split('|')
            .map(|word| spelling(word, segment))
            .min()
            .unwrap_or(2 * GAP),
        false => PARAMETER,
    }
}

/// How different two words are, from 0 to twice a gap: the letters to change, of those that the longer one has. Words with less
/// than half of the letters in common have nothing to do with each other.
fn spelling(one: &str, other: &str) -> u32 {
    let other: Vec<_> = other.chars().take(100).collect();
    let mut row: Vec<_> = (0..=other.len()).collect();
    let mut length = 0;
    for (index, letter) in one.chars().enumerate() {
        length = index + 1;
        let mut diagonal = row[0];
        row[0] = length;
        for (at, found) in other.iter().enumerate() {
            let above = row[at + 1];
            let change = usize::from(letter != *found);
            row[at + 1] = (diagonal + change).min(above + 1).min(row[at] + 1);
            diagonal = above;
        }
    }
    let (changes, length) = (row[other.len()], length.max(other.len()).max(1));
    match 2 * changes > length {
        true => 2 * GAP,
        false => (changes * 2 * GAP as usize / length) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_that_is_spelled_alike_is_found() {
        let insights = "/api/projects/{project_id}/insights";
        for (path, expected) in [
            ("/api/project/1/insights/", Some(insights)),
            ("/api/projects/1/insight", Some(insights)),
            ("/projects/1/insights", Some(insights)),
            (
                "/api/projects/1/property_definition/",
                Some("/api/projects/{project_id}/property_definitions"),
            ),
            (
                "/api/projects/1/insights/7/share",
                Some(
                    "/api/projects/{project_id}/{insights|dashboards|notebooks|session_recordings}/{parent_id}/sharing",
                ),
            ),
            ("/batsh/", Some("/batch")),
            ("/i/v0/e/x", None),
            ("/api/projects/1/experiments/", None),
            ("/favicon.ico", None),
            ("/", None),
            ("/wp-login.php", None),
        ] {
            assert_eq!(nearest(path), expected, "{path}");
        }
    }
}
