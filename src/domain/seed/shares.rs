//! The list `sharing_configurations`.

use serde_json::json;

use super::{file, problem::*, shape::RecordingId, work::*};
use crate::{
    domain::sharing::MOST_PASSWORDS,
    model::*,
    store::{parents, sharing},
};

/// Refuses more passwords for a share than the API does, before time is spent on hashing them.
pub fn check(list: &[file::SharingConfiguration]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let count = item.passwords.len();
        if count > MOST_PASSWORDS {
            let place = Place::item("sharing_configurations", index).key("passwords");
            return Err(place.problem(format!("has {count} passwords, at most {MOST_PASSWORDS}")));
        }
    }
    Ok(())
}

/// Makes the sharing configurations. `hashes` holds the hashes of each one's passwords.
pub fn make_shares(
    work: &mut Work,
    list: &[file::SharingConfiguration],
    hashes: &[Vec<PasswordHash>],
) -> Result<()> {
    for ((index, item), hashes) in list.iter().enumerate().zip(hashes) {
        let place = Place::item("sharing_configurations", index);
        let shared = shared(work, item, &place)?;
        let configuration = configuration(item);
        let (project, parent) = (shared.project, &shared.parent);
        let made = item
            .created_at
            .as_ref()
            .map_or(work.now, |instant| instant.0);
        let number = sharing::insert(work.db, project, parent, &configuration, made)
            .map_err(place.blame())?;
        let by = shared.maker.or(work.owner(project));
        for (password, hash) in item.passwords.iter().zip(hashes) {
            sharing::insert_password(work.db, number, hash, &password.note, by, work.now)?;
        }
        let told = json!({"access_token": configuration.access_token.0});
        work.made(item.r#ref.as_deref(), &place, Thing::Told, told)?;
    }
    Ok(())
}

/// Passwords that the file gives are asked for, unless it says otherwise.
fn configuration(item: &file::SharingConfiguration) -> SharingConfiguration {
    let token = item.access_token.as_ref();
    SharingConfiguration {
        stored: None,
        enabled: item.enabled.0,
        access_token: token
            .map_or_else(AccessToken::generate, |text| AccessToken(text.to_string())),
        settings: item.settings.as_ref().map(|settings| settings.0),
        password_required: item.password_required.unwrap_or(!item.passwords.is_empty()),
        share_passwords: Vec::new(),
    }
}

/// What a configuration shares.
struct Shared {
    project: ProjectId,
    parent: Parent,
    maker: Option<UserId>,
}

/// The one thing that `item` names.
fn shared(work: &Work, item: &file::SharingConfiguration, place: &Place) -> Result<Shared> {
    let named = [
        (ParentKind::Insight, "insight", &item.insight),
        (ParentKind::Dashboard, "dashboard", &item.dashboard),
        (ParentKind::Notebook, "notebook", &item.notebook),
        (
            ParentKind::SessionRecording,
            "session_recording",
            &item.session_recording,
        ),
    ];
    let mut named = named.into_iter().filter(|(_, _, name)| name.is_some());
    let (Some((kind, key, Some(name))), None) = (named.next(), named.next()) else {
        let keys = "insight, dashboard, notebook, session_recording";
        return Err(place.problem(format!("needs exactly one of {keys}")));
    };
    let key = place.key(key);
    let project = item.project.as_deref();
    let project = project
        .map(|name| work.project(name, &place.key("project")))
        .transpose()?;
    if kind == ParentKind::SessionRecording && !work.knows(name) {
        return recording(work, name, project, &key);
    }
    let (of, id, maker) = work.shareable(kind, name, &key)?;
    if project.is_some_and(|project| project != of) {
        return Err(key.problem(format!("{name:?} belongs to another project")));
    }
    Ok(Shared {
        project: of,
        parent: parent(kind, id),
        maker,
    })
}

/// A recording that the file does not describe: it gets a bare row, as when such a one is shared over the API.
fn recording(work: &Work, id: &str, project: Option<ProjectId>, place: &Place) -> Result<Shared> {
    let id: RecordingId =
        serde_json::from_value(id.into()).map_err(|error| place.problem(error.to_string()))?;
    let project = project.ok_or_else(|| {
        place.problem(format!(
            "{:?} is no ref; the id of a recording needs a project beside it",
            &*id
        ))
    })?;
    parents::insert_recording(work.db, project, &id)?;
    let parent = parent(ParentKind::SessionRecording, id.to_string());
    Ok(Shared {
        project,
        parent,
        maker: None,
    })
}

fn parent(kind: ParentKind, id: String) -> Parent {
    Parent {
        kind,
        id,
        name: None,
        short_id: None,
    }
}
