//! `hoglet projects`: creates and lists projects in the database file.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    database::{Database, failed},
    output::print,
    table,
};
use crate::{domain::projects, model::Timestamp};

#[derive(Subcommand)]
pub enum ProjectsCommand {
    /// Create a project and print its id and token as JSON
    #[command(after_help = "Examples:
  hoglet projects create Staging
  hoglet projects create Staging --organization acme --db /srv/hoglet.db
  TOKEN=$(hoglet projects create Staging | jq -r .api_token)")]
    Create(CreateProject),

    /// List all projects, oldest first
    #[command(after_help = "Example:\n  hoglet projects list --db /srv/hoglet.db")]
    List(Database),
}

/// Options of `hoglet projects create`.
#[derive(Args)]
pub struct CreateProject {
    /// Name of the project, at most 200 characters
    name: String,

    /// The organization that the project belongs to, by id or slug; default: the first one
    #[arg(long, env = "HOGLET_ORGANIZATION", value_name = "ID")]
    organization: Option<String>,

    #[command(flatten)]
    database: Database,
}

pub fn run(command: ProjectsCommand) -> Result<()> {
    match command {
        ProjectsCommand::Create(order) => create(order),
        ProjectsCommand::List(database) => list(&database),
    }
}

fn create(order: CreateProject) -> Result<()> {
    let CreateProject {
        name,
        organization,
        database,
    } = order;
    let now = Timestamp::now();
    let made = projects::create(&database.open()?, organization, name, now);
    let project = made.map_err(|error| failed(&database, error))?;
    let view = json!({"id": project.id, "uuid": project.uuid, "api_token": project.api_token});
    print(&format!("{view}\n"))?;
    eprintln!("Project {} {:?} was created.", project.id, project.name);
    Ok(())
}

fn list(database: &Database) -> Result<()> {
    let all = projects::list(&database.open()?).map_err(|error| failed(database, error))?;
    let mut rows = vec![["ID", "NAME", "TOKEN", "ORGANIZATION", "CREATED"].map(str::to_owned)];
    rows.extend(all.into_iter().map(|(project, organization)| {
        let (id, created) = (project.id.to_string(), table::moment(project.created_at));
        [id, project.name, project.api_token, organization, created]
    }));
    print(&table::lay_out(&rows))
}
