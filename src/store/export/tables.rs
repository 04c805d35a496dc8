//! The statements: nearly every table of `schema.sql`, in the order of the lists of a seed file.

use super::Table;

macro_rules! table {
    ($columns:expr, all: $all:literal, one: [$($one:literal),+], remove: [$($remove:literal),*]) => {
        Table {
            all: concat!("SELECT ", $columns, $all),
            one: &[$(concat!("SELECT ", $columns, $one)),+],
            remove: &[$($remove),*],
        }
    };
}

/// An instant as text, for use within JSON.
macro_rules! moment {
    ($column:literal) => {
        concat!(
            "strftime('%Y-%m-%dT%H:%M:%S', ",
            $column,
            " / 1000000, 'unixepoch') || printf('.%06dZ', ",
            $column,
            " % 1000000)"
        )
    };
}

/// The columns of [`Notes`](crate::model::Notes).
macro_rules! notes {
    () => {
        "updated_at AS \"updated_at:time\", 'user:' || updated_by AS \"updated_by~\", description AS \"description~\",
         verified AS \"verified:bool~\", verified_at AS \"verified_at:time~\", 'user:' || verified_by AS \"verified_by~\",
         hidden AS \"hidden:bool~\" "
    };
}

/// Of an installation: `:project` is null, or narrows it to whom the project knows.
pub const USERS: Table = table!(
    "'user:' || id AS ref, id, uuid, distinct_id, email, first_name, last_name, role_at_organization, password_hash,
     is_active AS \"is_active:bool\", is_email_verified AS \"is_email_verified:bool\", date_joined AS \"date_joined:time\" FROM user ",
    all: "WHERE :project IS NULL OR current_project_id = :project OR id IN (
            SELECT user_id FROM membership WHERE organization_id = (SELECT organization_id FROM project WHERE id = :project)
            UNION SELECT created_by FROM project_secret_api_key WHERE project_id = :project
            UNION SELECT created_by FROM insight WHERE project_id = :project
            UNION SELECT last_modified_by FROM insight WHERE project_id = :project
            UNION SELECT created_by FROM dashboard WHERE project_id = :project
            UNION SELECT created_by FROM notebook WHERE project_id = :project
            UNION SELECT last_modified_by FROM notebook WHERE project_id = :project
            UNION SELECT user_id FROM session_recording_view
                    JOIN session_recording ON number = recording WHERE project_id = :project
            UNION SELECT created_by FROM feature_flag WHERE project_id = :project
            UNION SELECT share_password.created_by FROM share_password
                    JOIN sharing_configuration ON number = configuration WHERE project_id = :project
            UNION SELECT verified_by FROM property_definition WHERE project_id = :project
            UNION SELECT updated_by FROM property_definition WHERE project_id = :project
            UNION SELECT owner FROM event_definition WHERE project_id = :project
            UNION SELECT verified_by FROM event_definition WHERE project_id = :project
            UNION SELECT updated_by FROM event_definition WHERE project_id = :project
            UNION SELECT user_id FROM activity WHERE project_id = :project)
          ORDER BY id",
    one: ["WHERE email = :email"],
    remove: []
);

pub const ORGANIZATIONS: Table = table!(
    concat!(
        "'organization:' || id AS ref, id, name, slug, features AS \"features:json\",
         allow_publicly_shared_resources AS \"allow_publicly_shared_resources:bool\", created_at AS \"created_at:time\",
         updated_at AS \"updated_at:time\",
         (SELECT json_group_array(json_array('user:' || user_id,
                                             CASE level WHEN 15 THEN 'owner' WHEN 8 THEN 'admin' ELSE 'member' END,
                                             membership.id, ", moment!("joined_at"), ") ORDER BY joined_at, user_id)
            FROM membership WHERE organization_id = organization.id) AS \"members:json\" FROM organization "),
    all: "WHERE :project IS NULL OR id = (SELECT organization_id FROM project WHERE id = :project) ORDER BY created_at, id",
    one: ["WHERE id = :id", "WHERE slug = :slug"],
    remove: ["DELETE FROM membership WHERE organization_id = :id"]
);

pub const PROJECTS: Table = table!(
    "'project:' || id AS ref, 'organization:' || organization_id AS org, id, uuid, api_token, name, timezone,
     ingested_event AS \"ingested_event:bool\", created_at AS \"created_at:time\", updated_at AS \"updated_at:time\",
     settings AS \"settings:json\",
     (SELECT json_group_array('user:' || user.id ORDER BY user.id) FROM user WHERE current_project_id = project.id)
       AS \"current_of:json\" FROM project ",
    all: "WHERE :project IS NULL OR id = :project ORDER BY id",
    one: ["WHERE api_token = :api_token", "WHERE id = :id"],
    remove: []
);

/// Of a project those of its members. Those that are limited to something else as well are left out.
pub const PERSONAL_API_KEYS: Table = table!(
    "id, 'user:' || user_id AS user, label, lower(hex(secret_hash)) AS hash, mask, scopes AS \"scopes:json\",
     (SELECT json_group_array('project:' || value ORDER BY key) FROM json_each(scoped_teams)) AS \"scoped_teams:json\",
     (SELECT json_group_array('organization:' || value ORDER BY key) FROM json_each(scoped_organizations))
       AS \"scoped_organizations:json\",
     created_at AS \"created_at:time\", last_used_at AS \"last_used_at:time\", last_rolled_at AS \"last_rolled_at:time\",
     is_weak AS \"is_weak:bool\" FROM personal_api_key ",
    all: "WHERE (:project IS NULL OR user_id IN
                  (SELECT user_id FROM membership JOIN project USING (organization_id) WHERE project.id = :project))
            AND NOT EXISTS (SELECT 1 FROM json_each(scoped_teams) AS team WHERE NOT EXISTS
                  (SELECT 1 FROM project WHERE project.id = team.value AND (:project IS NULL OR project.id = :project)))
            AND NOT EXISTS (SELECT 1 FROM json_each(scoped_organizations) AS scoped WHERE NOT EXISTS
                  (SELECT 1 FROM organization WHERE organization.id = scoped.value AND
                    (:project IS NULL OR organization.id = (SELECT organization_id FROM project WHERE project.id = :project))))
          ORDER BY number",
    one: ["WHERE id = :id", "WHERE secret_hash = unhex(:hash)"],
    remove: []
);

pub const PROJECT_SECRET_API_KEYS: Table = table!(
    "'project:' || project_id AS project, id, label, lower(hex(secret_hash)) AS hash, mask, scopes AS \"scopes:json\",
     'user:' || created_by AS created_by, created_at AS \"created_at:time\", last_used_at AS \"last_used_at:time\",
     last_rolled_at AS \"last_rolled_at:time\", is_weak AS \"is_weak:bool\" FROM project_secret_api_key ",
    all: "WHERE project_id = :project ORDER BY created_at DESC, id",
    one: ["WHERE project_id = :project AND id = :id", "WHERE project_id = :project AND secret_hash = unhex(:hash)"],
    remove: ["DELETE FROM project_secret_api_key WHERE project_id = :project AND id = :id"]
);

pub const GROUP_TYPES: Table = table!(
    "'project:' || project_id AS project, group_type, group_type_index AS \"index\" FROM group_type ",
    all: "WHERE project_id = :project ORDER BY group_type_index",
    one: ["WHERE project_id = :project AND group_type = :group_type"],
    remove: ["DELETE FROM group_type WHERE project_id = :project AND group_type = :group_type"]
);

pub const EVENT_DEFINITIONS: Table = table!(
    concat!(
        "'project:' || project_id AS project, id, name, 'user:' || owner AS owner, tags AS \"tags:json\",
         default_columns AS \"default_columns:json\", created_at AS \"created_at:time\", last_seen_at AS \"last_seen_at:time\",
         primary_property, ", notes!(), "FROM event_definition "),
    all: "WHERE project_id = :project ORDER BY name",
    one: ["WHERE project_id = :project AND name = :name"],
    remove: ["DELETE FROM event_definition WHERE project_id = :project AND id = :id"]
);

pub const PROPERTY_DEFINITIONS: Table = table!(
    concat!(
        "'project:' || project_id AS project, id, name,
         CASE type WHEN 1 THEN 'event' WHEN 2 THEN 'person' WHEN 3 THEN 'group' ELSE 'session' END AS type,
         CASE type WHEN 3 THEN group_type_index END AS \"group_type_index?\", property_type, tags AS \"tags:json\", ",
        notes!(), "FROM property_definition "),
    all: "WHERE project_id = :project ORDER BY property_definition.type, property_definition.group_type_index, name",
    one: ["WHERE project_id = :project
             AND property_definition.type = CASE :type WHEN 'event' THEN 1 WHEN 'person' THEN 2 WHEN 'group' THEN 3 ELSE 4 END
             AND property_definition.group_type_index = :group_type_index AND name = :name"],
    remove: ["DELETE FROM property_definition WHERE project_id = :project AND id = :id"]
);

/// Its items are lists: keys are the positions.
pub const EVENT_PROPERTIES: Table = table!(
    "'project:' || project_id AS \"0\", event AS \"1\", property AS \"2\" FROM event_property ",
    all: "WHERE project_id = :project ORDER BY event, property",
    one: ["WHERE project_id = :0 AND event = :1 AND property = :2"],
    remove: []
);

pub const DASHBOARDS: Table = table!(
    "'dashboard:' || project_id || ':' || id AS ref, 'project:' || project_id AS project, 'user:' || created_by AS created_by,
     id, name, description, pinned AS \"pinned:bool\", deleted AS \"deleted:bool\", filters AS \"filters:json\",
     variables AS \"variables:json\", restriction_level, tags AS \"tags:json\", created_at AS \"created_at:time\",
     last_accessed_at AS \"last_accessed_at:time\" FROM dashboard ",
    all: "WHERE project_id = :project ORDER BY id",
    one: ["WHERE project_id = :project AND id = :id"],
    remove: ["DELETE FROM dashboard WHERE project_id = :project AND id = :id"]
);

pub const INSIGHTS: Table = table!(
    "'insight:' || project_id || ':' || id AS ref, 'project:' || project_id AS project, 'user:' || created_by AS created_by,
     id, short_id, name, derived_name, description, query AS \"query:json\", filters AS \"filters:json\",
     result AS \"result:json\", sort_order AS \"order\", deleted AS \"deleted:bool\", favorited AS \"favorited:bool\",
     saved AS \"saved:bool\", is_sample AS \"is_sample:bool\", tags AS \"tags:json\", created_at AS \"created_at:time\",
     updated_at AS \"updated_at:time\", last_modified_at AS \"last_modified_at:time\",
     'user:' || last_modified_by AS last_modified_by, last_viewed_at AS \"last_viewed_at:time\" FROM insight ",
    all: "WHERE project_id = :project ORDER BY deleted, id",
    one: ["WHERE project_id = :project AND short_id = :short_id", "WHERE project_id = :project AND id = :id"],
    remove: ["DELETE FROM insight WHERE project_id = :project AND id = :id"]
);

pub const DASHBOARD_TILES: Table = table!(
    "'project:' || project_id AS project, 'dashboard:' || project_id || ':' || dashboard_id AS dashboard, dashboard_tile.id AS id,
     'insight:' || project_id || ':' || insight_id AS insight, text, other AS \"content:json\", layouts AS \"layouts:json\", color,
     show_description AS \"show_description:bool\", transparent_background AS \"transparent_background:bool\",
     dashboard_tile.deleted AS \"deleted:bool\", was_deleted AS \"was_deleted:bool\"
     FROM dashboard CROSS JOIN dashboard_tile ON dashboard_id = dashboard.id ",
    all: "WHERE project_id = :project ORDER BY dashboard_id, dashboard_tile.id",
    one: ["WHERE project_id = :project AND dashboard_id = :dashboard AND insight_id = :insight",
          "WHERE project_id = :project AND dashboard_id = :dashboard AND dashboard_tile.id = :id"],
    remove: ["DELETE FROM dashboard_tile WHERE dashboard_id = :dashboard AND id = :id"]
);

pub const NOTEBOOKS: Table = table!(
    "'notebook:' || project_id || ':' || short_id AS ref, 'project:' || project_id AS project,
     'user:' || created_by AS created_by, id, short_id, title, content AS \"content:json\", text_content, version,
     deleted AS \"deleted:bool\", created_at AS \"created_at:time\", last_modified_at AS \"last_modified_at:time\",
     'user:' || last_modified_by AS last_modified_by FROM notebook ",
    all: "WHERE project_id = :project ORDER BY short_id",
    one: ["WHERE project_id = :project AND short_id = :short_id", "WHERE project_id = :project AND id = :id"],
    remove: ["DELETE FROM notebook WHERE project_id = :project AND id = :id"]
);

pub const SESSION_RECORDINGS: Table = table!(
    "'session_recording:' || project_id || ':' || id AS ref, 'project:' || project_id AS project, id, distinct_id,
     start_time AS \"start_time:time\", end_time AS \"end_time:time\", start_url, snapshot_source, snapshot_library, click_count,
     keypress_count, mouse_activity_count, console_log_count, console_warn_count, console_error_count,
     deleted AS \"deleted:bool\",
     (SELECT json_group_array('user:' || user_id ORDER BY user_id) FROM session_recording_view WHERE recording = number)
       AS \"viewed_by:json\" FROM session_recording ",
    all: "WHERE project_id = :project ORDER BY id",
    one: ["WHERE project_id = :project AND id = :id"],
    remove: ["DELETE FROM session_recording_view WHERE recording =
                (SELECT number FROM session_recording WHERE project_id = :project AND id = :id)",
             "DELETE FROM session_recording WHERE project_id = :project AND id = :id"]
);

/// The links in force. Those that a refresh has replaced work for minutes only, and are left out, as are deleted passwords.
pub const SHARING_CONFIGURATIONS: Table = table!(
    concat!(
        "'project:' || project_id AS project,
         CASE parent WHEN 'insight' THEN 'insight:' || project_id || ':' || parent_id END AS \"insight?\",
         CASE parent WHEN 'dashboard' THEN 'dashboard:' || project_id || ':' || parent_id END AS \"dashboard?\",
         CASE parent WHEN 'notebook' THEN 'notebook:' || project_id || ':' || parent_id END AS \"notebook?\",
         CASE parent WHEN 'session_recording' THEN 'session_recording:' || project_id || ':' || parent_id END
           AS \"session_recording?\",
         access_token, enabled AS \"enabled:bool\", settings AS \"settings:json\",
         password_required AS \"password_required:bool\", created_at AS \"created_at:time\",
         ends_at AS \"expires_at:time\", last_viewed_at AS \"last_viewed_at:time\", views,
         (SELECT json_group_object(date(day * 86400, 'unixepoch'), share_view.views ORDER BY day) FROM share_view
           WHERE configuration = number) AS \"views_by_day:json\",
         (SELECT json_group_array(json_object('id', id, 'hash', password_hash, 'note', note, 'created_at', ",
        moment!("share_password.created_at"), ", 'created_by', 'user:' || created_by) ORDER BY share_password.created_at, id)
            FROM share_password WHERE configuration = number AND is_active = 1) AS \"passwords:json\" FROM sharing_configuration "),
    all: "WHERE project_id = :project AND sharing_configuration.expires_at IS NULL ORDER BY number",
    one: ["WHERE project_id = :project AND sharing_configuration.expires_at IS NULL AND access_token = :access_token"],
    remove: ["DELETE FROM share_password WHERE configuration =
                (SELECT number FROM sharing_configuration WHERE project_id = :project AND access_token = :access_token)",
             "DELETE FROM sharing_configuration WHERE project_id = :project AND access_token = :access_token"]
);

pub const FEATURE_FLAGS: Table = table!(
    "'project:' || project_id AS project, 'user:' || created_by AS created_by, id, key, name, active AS \"active:bool\",
     filters AS \"filters:json\", version, created_at AS \"created_at:time\", updated_at AS \"updated_at:time\",
     (SELECT json_group_object(distinct_id, json(value) ORDER BY distinct_id) FROM feature_flag_override
       WHERE flag_id = feature_flag.id) AS \"overrides:json\" FROM feature_flag ",
    all: "WHERE project_id = :project ORDER BY id",
    one: ["WHERE project_id = :project AND key = :key"],
    remove: ["DELETE FROM feature_flag WHERE project_id = :project AND id = :id"]
);

pub const ACTIVITY_LOG: Table = table!(
    "'project:' || project_id AS project, id, 'user:' || user_id AS user, is_system AS \"is_system:bool\", scope, item_id,
     activity, detail AS \"detail:json\", created_at AS \"created_at:time\", 'organization:' || organization_id AS organization,
     client, ip_address FROM activity ",
    all: "WHERE project_id = :project ORDER BY number",
    one: ["WHERE project_id = :project AND id = :id"],
    remove: ["DELETE FROM activity WHERE project_id = :project AND id = :id"]
);
