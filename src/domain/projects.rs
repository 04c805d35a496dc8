//! Making and listing projects, for whoever has the database file.

use super::{Error, Result, accounts};
use crate::{
    model::*,
    store::{Store, Write, organizations, projects as table},
};

/// The most characters in a name.
pub const NAME_LENGTH: usize = 200;

/// Makes a project in the organization that `organization` names by id or slug, or else in the oldest one.
///
/// Errors: `Invalid` when the name is blank or too long, or there is no such organization; `NotFound` when there is none
/// at all.
pub fn create(
    store: &Store,
    organization: Option<String>,
    name: String,
    now: Timestamp,
) -> Result<Project> {
    store.write(move |db| insert_new(db, organization.as_deref(), &name, now))
}

fn insert_new(
    db: &Write,
    organization: Option<&str>,
    name: &str,
    now: Timestamp,
) -> Result<Project> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        let detail = format!("A name has 1 to {NAME_LENGTH} characters.");
        return Err(Error::field("name", "invalid_input", detail));
    }
    let all = organizations::all(db)?;
    let chosen = match organization {
        None => all
            .first()
            .ok_or(Error::NotFound("There are no organizations yet."))?,
        Some(wanted) => all
            .iter()
            .find(|known| known.slug == wanted || known.id.to_string() == wanted)
            .ok_or_else(|| unknown_organization(&all, wanted))?,
    };
    accounts::create_project(db, chosen.id, name, now)
}

fn unknown_organization(all: &[Organization], wanted: &str) -> Error {
    let known: Vec<_> = all.iter().map(|known| known.slug.as_str()).collect();
    let detail = format!(
        "No organization is called {wanted}; there are: {}.",
        known.join(", ")
    );
    Error::field("organization", "invalid_input", detail)
}

/// Every project of the installation with the slug of its organization, oldest first.
pub fn list(store: &Store) -> Result<Vec<(Project, String)>> {
    let (projects, organizations) =
        store.read(|db| -> Result<_> { Ok((table::all(db)?, organizations::all(db)?)) })?;
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
