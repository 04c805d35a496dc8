//! The list `sharing_configurations`.

use serde_json::json;

use super::{file, problem::*, shape::RecordingId, work::*};
use crate::{
    model::*,
    store::seed::{self as table, NewShare, Origin},
};

/// Makes the sharing configurations. `hashes` holds the hashes of each one's passwords.
pub fn make_shares(
    work: &mut Work,
    list: &[file::SharingConfiguration],
    hashes: &[Vec<String>],
) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("sharing_configurations", index);
        let parent = parent(work, item, &place)?;
        let token = item
            .access_token
            .as_ref()
            .map_or_else(access_token, |token| token.to_string());
        let new = NewShare {
            parent: parent.kind,
            parent_id: &parent.id,
            access_token: &token,
            enabled: item.enabled.0,
            settings: item
                .settings
                .as_ref()
                .map(|settings| settings.0.clone().into()),
            password_required: item.password_required.unwrap_or(!item.passwords.is_empty()),
        };
        let by = parent.maker.or(work.owner(parent.project));
        let origin = Origin {
            project: parent.project,
            by,
            now: work.now,
        };
        let number = table::insert_share(work.db, origin, &new).map_err(place.blame())?;
        for (password, hash) in item
            .passwords
            .iter()
            .zip(hashes.get(index).into_iter().flatten())
        {
            table::insert_password(work.db, origin, number, hash, &password.note)?;
        }
        work.made(
            item.r#ref.as_deref(),
            &place,
            Thing::Told,
            json!({"access_token": token}),
        )?;
    }
    Ok(())
}

/// What a configuration shares.
struct Parent {
    kind: &'static str,
    project: ProjectId,
    id: String,
    maker: Option<UserId>,
}

/// The one parent that `item` names.
fn parent(work: &Work, item: &file::SharingConfiguration, place: &Place) -> Result<Parent> {
    let named = [
        ("insight", &item.insight),
        ("dashboard", &item.dashboard),
        ("notebook", &item.notebook),
        ("session_recording", &item.session_recording),
    ];
    let mut named = named
        .into_iter()
        .filter_map(|(kind, name)| Some((kind, name.as_deref()?)));
    let (Some((kind, name)), None) = (named.next(), named.next()) else {
        return Err(
            place.problem("needs exactly one of insight, dashboard, notebook, session_recording")
        );
    };
    let project = item
        .project
        .as_deref()
        .map(|name| work.project(name, &place.key("project")))
        .transpose()?;
    if kind == "session_recording" && !work.knows(name) {
        return recording(work, name, project, place);
    }
    let (of, id, maker) = work.shareable(kind, name, &place.key(kind))?;
    if project.is_some_and(|project| project != of) {
        return Err(place
            .key(kind)
            .problem(format!("{name:?} belongs to another project")));
    }
    Ok(Parent {
        kind,
        project: of,
        id,
        maker,
    })
}

/// A recording that the file does not describe: it gets a bare row, as when such a one is shared over the API.
fn recording(work: &Work, id: &str, project: Option<ProjectId>, place: &Place) -> Result<Parent> {
    let id: RecordingId = serde_json::from_value(id.into())
        .map_err(|error| place.key("session_recording").problem(error.to_string()))?;
    let project = project.ok_or_else(|| {
        let what = "is no ref; a configuration that names a recording by its id needs a project";
        place.key("session_recording").problem(what)
    })?;
    table::insert_bare_recording(work.db, project, &id)?;
    Ok(Parent {
        kind: "session_recording",
        project,
        id: id.to_string(),
        maker: None,
    })
}

/// A link's token: 30 characters that nobody can guess.
fn access_token() -> String {
    random_id()[..30].to_owned()
}
