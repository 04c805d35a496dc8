//! Creating and listing projects from the command line.

use super::{Error, Result, accounts};
use crate::{
    model::{Organization, Project, Timestamp},
    store::{Store, organizations, projects as table},
};

/// The most characters in a name.
pub const NAME_LENGTH: usize = 200;

/// Creates a project in the organization with the id or slug `organization`; by default in the oldest one.
///
/// Errors: `Invalid` if the name is blank or too long, or there is no such organization; `NotFound` if there are no
/// organizations.
pub fn create(
    store: &Store,
    organization: Option<String>,
    name: String,
    now: Timestamp,
) -> Result<Project> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        let detail = format!("A name has 1 to {NAME_LENGTH} characters.");
        return Err(Error::field("name", "invalid_input", detail));
    }
    store.write(move |db| {
        let all = organizations::all(db)?;
        let chosen = match &organization {
            None => all
                .first()
                .ok_or(Error::NotFound("There are no organizations yet."))?,
            Some(wanted) => all
                .iter()
                .find(|known| known.slug == *wanted || known.id.to_string() == *wanted)
                .ok_or_else(|| unknown_organization(&all, wanted))?,
        };
        accounts::create_project(db, chosen.id, &name, now)
    })
}

fn unknown_organization(all: &[Organization], wanted: &str) -> Error {
    let known: Vec<_> = all.iter().map(|known| known.slug.as_str()).collect();
    let detail = format!(
        "No organization is called {wanted}; there are: {}.",
        known.join(", ")
    );
    Error::field("organization", "invalid_input", detail)
}

/// Returns every project of the installation with the slug of its organization, oldest first.
pub fn list(store: &Store) -> Result<Vec<(Project, String)>> {
    let (organizations, projects) =
        store.read(|db| Ok::<_, Error>((organizations::all(db)?, table::all(db)?)))?;
    let slug = |project: &Project| {
        let owner = organizations
            .iter()
            .find(|owner| owner.id == project.organization);
        owner.map(|owner| owner.slug.clone()).unwrap_or_default()
    };
    let with_slug = |project: Project| {
        let slug = slug(&project);
        (project, slug)
    };
    Ok(projects.into_iter().map(with_slug).collect())
}
