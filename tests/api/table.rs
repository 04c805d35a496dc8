//! The route table as the tests read it: one row a method and path.

use hoglet::http::routes::{Endpoint, Family, Need, ROUTES, Route};

/// One method of one path. A path with alternatives, such as the `sharing` of four kinds of parents, has rows for each.
pub struct Row {
    pub method: String,
    /// The whole path, with the names of its parameters as the reference writes them.
    pub path: String,
    pub route: &'static Route,
    pub endpoint: &'static Endpoint,
}

/// Every row but those of lab mode, which these tests do not turn on.
pub fn rows() -> impl Iterator<Item = Row> {
    let routes = ROUTES.iter().filter(|route| route.family != Family::Lab);
    routes.flat_map(|route| {
        let paths = paths(route.path).into_iter();
        paths.flat_map(move |path| {
            let row = move |(method, endpoint): (_, &'static Endpoint)| Row {
                method: format!("{method}"),
                path: path.clone(),
                route,
                endpoint,
            };
            route.endpoints().map(row).collect::<Vec<_>>()
        })
    })
}

impl Row {
    /// The parts of its path between the slashes.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }

    /// What a personal key needs, where one is accepted.
    pub fn need(&self) -> Option<Need> {
        self.endpoint.need()
    }

    /// Whether it is for the project in its path.
    pub fn is_of_a_project(&self) -> bool {
        matches!(self.endpoint, Endpoint::Project(..)) && self.path.contains("{project_id}")
    }
}

/// The paths that `pattern` stands for.
fn paths(pattern: &str) -> Vec<String> {
    let pattern = pattern.replace(".}", "}");
    let Some((start, rest)) = pattern.split_once("{insights|") else {
        assert!(
            !pattern.contains('|'),
            "{pattern} has alternatives that no test knows"
        );
        return vec![pattern];
    };
    let (others, rest) = rest.split_once('}').unwrap();
    let kinds = ["insights"].into_iter().chain(others.split('|'));
    let path = |kind: &str| {
        let parent = kind.trim_end_matches('s').trim_start_matches("session_");
        format!(
            "{start}{kind}{}",
            rest.replace("parent_id", &format!("{parent}_id"))
        )
    };
    kinds.map(path).collect()
}
