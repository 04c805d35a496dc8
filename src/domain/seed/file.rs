//! What a seed file may say (`seed-file.md`): one struct a list, one field a key. A key that is not here is an error.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{choice::*, shape::*};

/// Declares an object of the file: a key has a default unless it stands under `needs`.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident { needs { $($need:ident: $need_type:ty,)* } $($(#[$meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields, remote = "Self")]
        #[allow(missing_docs)] // the keys of the file, by their names
        pub struct $name {
            $(pub $need: $need_type,)*
            $($(#[$meta])* #[serde(default)] pub $field: $type,)*
        }

        impl<'de> Object<'de> for $name {
            fn read<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::deserialize(from) // the derived one: `remote` keeps it from being the trait's
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_map(ObjectVisitor(PhantomData))
            }
        }
    };
}

object! {
    /// A whole file. Every list may be absent.
    File {
        needs { }
        users: Vec<User>,
        organizations: Vec<Organization>,
        projects: Vec<Project>,
        personal_api_keys: Vec<PersonalApiKey>,
        project_secret_api_keys: Vec<ProjectSecretApiKey>,
        event_definitions: Vec<EventDefinition>,
        property_definitions: Vec<PropertyDefinition>,
        /// Project ref, event name, property name.
        event_properties: Vec<(String, Name, Name)>,
        group_types: Vec<GroupType>,
        dashboards: Vec<Dashboard>,
        insights: Vec<Insight>,
        notebooks: Vec<Notebook>,
        session_recordings: Vec<SessionRecording>,
        sharing_configurations: Vec<SharingConfiguration>,
        events: Vec<Map<String, Value>>,
        activity_log: Vec<Activity>,
    }
}

object! {
    /// Somebody who can act.
    User {
        needs { email: Name, }
        r#ref: Option<String>,
        first_name: String,
        last_name: String,
        password: Option<Hidden>,
        is_active: Yes,
        role_at_organization: Option<Role>,
        id: Option<Number>,
        uuid: Option<Uuid>,
        distinct_id: Option<Name>,
    }
}

object! {
    /// What people belong to and projects hang under.
    Organization {
        needs { name: Name, }
        r#ref: Option<String>,
        features: FeatureList,
        allow_publicly_shared_resources: Yes,
        /// User ref and level.
        members: Vec<(String, MemberLevel)>,
        id: Option<Uuid>,
    }
}

object! {
    /// A project.
    Project {
        needs { org: String, name: Name, }
        r#ref: Option<String>,
        id: Option<Number>,
        api_token: Option<ProjectToken>,
        current_of: OneOrMore,
    }
}

object! {
    /// A user's key.
    PersonalApiKey {
        needs { user: String, scopes: Vec<PersonalScope>, }
        r#ref: Option<String>,
        label: Option<Label>,
        scoped_teams: Vec<String>,
        scoped_organizations: Vec<String>,
        value: Option<PersonalValue>,
    }
}

object! {
    /// A project's key.
    ProjectSecretApiKey {
        needs { project: String, scopes: Vec<ProjectScope>, }
        r#ref: Option<String>,
        label: Option<Label>,
        value: Option<ProjectSecretValue>,
        created_by: Option<String>,
    }
}

object! {
    /// An event that a project knows of.
    EventDefinition {
        needs { project: String, name: Name, }
        description: Option<String>,
        tags: Option<Vec<Tag>>,
        verified: Option<bool>,
        hidden: Option<bool>,
        last_seen_at: Option<Instant>,
    }
}

object! {
    /// A property that a project knows of.
    PropertyDefinition {
        needs { project: String, name: Name, }
        r#type: TypeName,
        property_type: Option<ValueType>,
        group_type_index: Option<GroupIndex>,
        description: Option<String>,
        tags: Option<Vec<Tag>>,
        verified: Option<bool>,
        hidden: Option<bool>,
        id: Option<Uuid>,
    }
}

object! {
    /// A kind of group, such as `company`, and its number in the project.
    GroupType {
        needs { project: String, group_type: Name, index: GroupIndex, }
    }
}

object! {
    /// A dashboard; its tiles are the insights that name it.
    Dashboard {
        needs { project: String, }
        r#ref: Option<String>,
        created_by: Option<String>,
        id: Option<Number>,
        name: Option<Text<400>>,
        description: String,
        pinned: bool,
        deleted: bool,
        filters: KeptObject,
        variables: KeptObject,
        restriction_level: RestrictionLevel,
        tags: Vec<Tag>,
    }
}

object! {
    /// A saved question. `result` is what a shared page draws, as the server computes none.
    Insight {
        needs { project: String, }
        r#ref: Option<String>,
        created_by: Option<String>,
        id: Option<Number>,
        short_id: Option<ShortId>,
        name: Option<Text<400>>,
        derived_name: Option<Text<400>>,
        description: Option<Text<400>>,
        query: Option<KeptObject>,
        filters: KeptObject,
        result: Option<Kept>,
        order: Option<i64>,
        deleted: bool,
        /// Dashboard refs.
        dashboards: Vec<String>,
        tags: Vec<Tag>,
        favorited: bool,
        saved: Yes,
    }
}

object! {
    /// A notebook; `content` is a ProseMirror document.
    Notebook {
        needs { project: String, }
        r#ref: Option<String>,
        created_by: Option<String>,
        id: Option<Uuid>,
        short_id: Option<ShortId>,
        title: Option<Text<256>>,
        content: Option<Kept>,
        text_content: Option<String>,
        version: i64,
        deleted: bool,
    }
}

object! {
    /// A replay's metadata. Nobody makes a recording: `created_by` is who `viewed` it.
    SessionRecording {
        needs { project: String, }
        r#ref: Option<String>,
        id: Option<RecordingId>,
        created_by: Option<String>,
        distinct_id: Option<String>,
        start_time: Option<Instant>,
        end_time: Option<Instant>,
        start_url: Option<String>,
        snapshot_source: Option<String>,
        snapshot_library: Option<String>,
        click_count: Option<Count>,
        keypress_count: Option<Count>,
        mouse_activity_count: Option<Count>,
        console_log_count: Option<Count>,
        console_warn_count: Option<Count>,
        console_error_count: Option<Count>,
        viewed: bool,
        deleted: bool,
    }
}

object! {
    /// How one thing is shared.
    SharingConfiguration {
        needs { }
        r#ref: Option<String>,
        project: Option<String>,
        insight: Option<String>,
        dashboard: Option<String>,
        notebook: Option<String>,
        /// A ref, or else a recording's id.
        session_recording: Option<String>,
        enabled: Yes,
        settings: Option<Settings>,
        password_required: Option<bool>,
        access_token: Option<AccessTokenText>,
        created_at: Option<Instant>,
        passwords: Vec<SharePassword>,
    }
}

object! {
    /// A password that opens a share.
    SharePassword {
        needs { password: Hidden, }
        note: Text<100>,
    }
}

object! {
    /// Something that was done; the server itself did it when no `user` is named.
    Activity {
        needs { project: String, scope: Name, activity: Name, }
        user: Option<String>,
        item_id: Option<String>,
        detail: KeptObject,
        created_at: Option<Instant>,
    }
}

/// What is written in braces. A derived `Deserialize` would take a list of the values in order as well.
trait Object<'de>: Sized {
    fn read<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(MapAccessDeserializer::new(map))
    }
}
