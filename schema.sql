-- The whole database as it is today. Instants are INTEGER microseconds since 1970-01-01T00:00Z; secrets are kept as
-- SHA-256 of the whole text, 32 bytes; lists and objects are JSON TEXT; uuids are TEXT, hyphenated lower case.

-- Who can act.
CREATE TABLE user (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid                    TEXT    NOT NULL UNIQUE,
    distinct_id             TEXT    NOT NULL,
    email                   TEXT    NOT NULL UNIQUE,
    first_name              TEXT    NOT NULL DEFAULT '',
    last_name               TEXT    NOT NULL DEFAULT '',
    role_at_organization    TEXT,
    password_hash           TEXT,                              -- argon2id, PHC form; null: no password
    is_active               INTEGER NOT NULL DEFAULT 1,
    current_project_id      INTEGER REFERENCES project (id),   -- what @current means
    date_joined             INTEGER NOT NULL,
    is_email_verified       INTEGER DEFAULT 1                  -- null: never asked
) STRICT;

CREATE TABLE organization (
    id                               TEXT    NOT NULL PRIMARY KEY,
    name                             TEXT    NOT NULL,
    slug                             TEXT    NOT NULL UNIQUE,
    features                         TEXT    NOT NULL DEFAULT '"all"', -- "all", or a list of feature keys
    allow_publicly_shared_resources  INTEGER NOT NULL DEFAULT 1,
    created_at                       INTEGER NOT NULL,
    updated_at                       INTEGER NOT NULL
) STRICT;

CREATE TABLE membership (
    organization_id TEXT    NOT NULL REFERENCES organization (id),
    user_id         INTEGER NOT NULL REFERENCES user (id),
    level           INTEGER NOT NULL CHECK (level IN (1, 8, 15)),  -- member, admin, owner
    id              TEXT    NOT NULL UNIQUE,
    joined_at       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_user ON membership (user_id, organization_id);
CREATE INDEX membership_by_age ON membership (organization_id, joined_at DESC, user_id);

CREATE TABLE project (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid            TEXT    NOT NULL UNIQUE,
    organization_id TEXT    NOT NULL REFERENCES organization (id),
    api_token       TEXT    NOT NULL UNIQUE,          -- phc_…, public: what SDKs send events with
    name            TEXT    NOT NULL,
    timezone        TEXT    NOT NULL DEFAULT 'UTC',
    ingested_event  INTEGER NOT NULL DEFAULT 0,
    forgotten       INTEGER NOT NULL DEFAULT 0,       -- times that ingestion has to learn anew what is known; by triggers
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    settings        TEXT    NOT NULL DEFAULT '{}'     -- JSON object: what differs from a new project
) STRICT;
CREATE INDEX project_by_organization ON project (organization_id, id);

-- A user's keys; each acts as its user, within its scopes and limits.
CREATE TABLE personal_api_key (
    number               INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    user_id              INTEGER NOT NULL REFERENCES user (id),
    label                TEXT    NOT NULL,
    secret_hash          BLOB    NOT NULL UNIQUE,
    mask                 TEXT    NOT NULL,
    scopes               TEXT    NOT NULL DEFAULT '[]',
    scoped_teams         TEXT    NOT NULL DEFAULT '[]', -- project ids; empty: no limit
    scoped_organizations TEXT    NOT NULL DEFAULT '[]', -- organization ids; empty: no limit
    created_at           INTEGER NOT NULL,
    last_used_at         INTEGER,                       -- moved at most once an hour
    last_rolled_at       INTEGER,
    is_weak              INTEGER NOT NULL DEFAULT 0     -- shorter than 40 characters: fixed by a seed file, for local use
) STRICT;
CREATE INDEX personal_api_key_by_user ON personal_api_key (user_id, created_at DESC);

-- Who is at the admin page. Its cookie is kept as a hash; what its unsafe requests must repeat follows from the cookie.
CREATE TABLE session (
    hash       BLOB    NOT NULL PRIMARY KEY,            -- of the cookie
    user_id    INTEGER NOT NULL REFERENCES user (id),
    key        INTEGER REFERENCES personal_api_key (number) ON DELETE CASCADE, -- what opened it; null: link or password
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_expiry ON session (expires_at);
CREATE INDEX session_by_key ON session (key);

-- A project's secret API keys. Only the hash of a key is kept; `mask` is what lists show.
CREATE TABLE project_secret_api_key (
    id             TEXT    NOT NULL PRIMARY KEY,
    project_id     INTEGER NOT NULL REFERENCES project (id),
    label          TEXT    NOT NULL,                    -- 1 to 40 characters, unique in the project
    secret_hash    BLOB    NOT NULL UNIQUE,
    mask           TEXT    NOT NULL,                    -- first and last characters of the key
    scopes         TEXT    NOT NULL DEFAULT '[]',
    created_by     INTEGER REFERENCES user (id),
    created_at     INTEGER NOT NULL,
    last_used_at   INTEGER,
    last_rolled_at INTEGER,
    is_weak        INTEGER NOT NULL DEFAULT 0,          -- shorter than 40 characters: fixed by a seed file, for local use
    UNIQUE (project_id, label)
) STRICT;
CREATE INDEX project_secret_api_key_by_age ON project_secret_api_key (project_id, created_at DESC, id);

CREATE TABLE insight (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id       INTEGER NOT NULL REFERENCES project (id),
    short_id         TEXT    NOT NULL,
    name             TEXT,
    derived_name     TEXT,
    description      TEXT,
    query            TEXT,                              -- JSON, kept as it was sent
    filters          TEXT    NOT NULL DEFAULT '{}',     -- JSON, the older way to say what is asked
    result           TEXT,                              -- JSON: what a shared page draws
    sort_order       INTEGER,                           -- `order` on the wire
    deleted          INTEGER NOT NULL DEFAULT 0,
    favorited        INTEGER NOT NULL DEFAULT 0,
    saved            INTEGER NOT NULL DEFAULT 1,
    is_sample        INTEGER NOT NULL DEFAULT 0,
    tags             TEXT    NOT NULL DEFAULT '[]',
    created_at       INTEGER NOT NULL,
    created_by       INTEGER REFERENCES user (id),
    updated_at       INTEGER NOT NULL,
    last_modified_at INTEGER NOT NULL,
    last_modified_by INTEGER REFERENCES user (id),
    last_viewed_at   INTEGER,
    UNIQUE (project_id, short_id)
) STRICT;
-- The orders of lists that people ask for; others are sorted as they are read.
CREATE INDEX insight_in_order ON insight (project_id, deleted, sort_order IS NULL, sort_order, id);
CREATE INDEX insight_by_id ON insight (project_id, deleted, id);
CREATE INDEX insight_by_name ON insight (project_id, deleted, name, id);
CREATE INDEX insight_by_creation ON insight (project_id, deleted, created_at, id);
CREATE INDEX insight_by_change ON insight (project_id, deleted, last_modified_at, id);
CREATE INDEX insight_by_view ON insight (project_id, deleted, last_viewed_at, id);

CREATE TABLE dashboard (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id       INTEGER NOT NULL REFERENCES project (id),
    name             TEXT,
    description      TEXT    NOT NULL DEFAULT '',
    pinned           INTEGER NOT NULL DEFAULT 0,
    deleted          INTEGER NOT NULL DEFAULT 0,
    filters          TEXT    NOT NULL DEFAULT '{}',
    variables        TEXT    NOT NULL DEFAULT '{}',
    restriction_level INTEGER NOT NULL DEFAULT 21 CHECK (restriction_level IN (21, 37)),
    tags             TEXT    NOT NULL DEFAULT '[]',
    created_at       INTEGER NOT NULL,
    created_by       INTEGER REFERENCES user (id),
    last_accessed_at INTEGER
) STRICT;
CREATE INDEX dashboard_by_project ON dashboard (project_id, deleted, pinned DESC, name, id);

-- An insight's, or a text's, place on a dashboard. A tile taken off is kept and comes back with its layout.
CREATE TABLE dashboard_tile (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    dashboard_id INTEGER NOT NULL REFERENCES dashboard (id),
    insight_id   INTEGER REFERENCES insight (id),
    text         TEXT,                                  -- Markdown; null for an insight's tile
    layouts      TEXT    NOT NULL DEFAULT '{}',         -- JSON, kept as it was sent
    color        TEXT,
    show_description       INTEGER,
    transparent_background INTEGER,
    deleted      INTEGER NOT NULL DEFAULT 0,
    other        TEXT,                                  -- JSON object: content of other types, kept as it was sent
    was_deleted  INTEGER NOT NULL DEFAULT 0,            -- once, if not now
    UNIQUE (dashboard_id, insight_id)
) STRICT;
CREATE INDEX dashboard_tile_by_insight ON dashboard_tile (insight_id);

CREATE TABLE notebook (
    id               TEXT    NOT NULL PRIMARY KEY,
    project_id       INTEGER NOT NULL REFERENCES project (id),
    short_id         TEXT    NOT NULL,
    title            TEXT,
    content          TEXT,                              -- JSON, a ProseMirror document, kept as it was sent
    text_content     TEXT,
    version          INTEGER NOT NULL DEFAULT 0,        -- counts changes of the content
    deleted          INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    created_by       INTEGER REFERENCES user (id),
    last_modified_at INTEGER NOT NULL,
    last_modified_by INTEGER REFERENCES user (id),
    UNIQUE (project_id, short_id)
) STRICT;
CREATE INDEX notebook_by_change ON notebook (project_id, deleted, last_modified_at DESC, id);

-- A replay, as far as we keep one: its metadata. Sharing makes a row for an id that was never recorded (`start_time` null).
CREATE TABLE session_recording (
    number          INTEGER PRIMARY KEY,
    project_id      INTEGER NOT NULL REFERENCES project (id),
    id              TEXT    NOT NULL,                   -- the SDK's $session_id, at most 200 characters
    distinct_id     TEXT,
    start_time      INTEGER,
    end_time        INTEGER,
    start_url       TEXT,
    snapshot_source TEXT,
    snapshot_library TEXT,
    click_count          INTEGER NOT NULL DEFAULT 0,
    keypress_count       INTEGER NOT NULL DEFAULT 0,
    mouse_activity_count INTEGER NOT NULL DEFAULT 0,
    console_log_count    INTEGER NOT NULL DEFAULT 0,
    console_warn_count   INTEGER NOT NULL DEFAULT 0,
    console_error_count  INTEGER NOT NULL DEFAULT 0,
    deleted         INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project_id, id)
) STRICT;
CREATE INDEX session_recording_by_start ON session_recording (project_id, deleted, start_time DESC, number);

-- Who looked at which recording.
CREATE TABLE session_recording_view (
    recording INTEGER NOT NULL REFERENCES session_recording (number),
    user_id   INTEGER NOT NULL REFERENCES user (id),
    PRIMARY KEY (recording, user_id)
) STRICT, WITHOUT ROWID;

-- How a thing is shared. A rotation leaves the old row behind until `expires_at`, so that old links die slowly.
CREATE TABLE sharing_configuration (
    number            INTEGER PRIMARY KEY,
    project_id        INTEGER NOT NULL REFERENCES project (id),
    parent            TEXT    NOT NULL CHECK (parent IN ('insight', 'dashboard', 'notebook', 'session_recording')),
    parent_id         TEXT    NOT NULL,                 -- the parent's id; a notebook's short_id
    access_token      TEXT    NOT NULL UNIQUE,
    enabled           INTEGER NOT NULL DEFAULT 0,
    settings          TEXT,                             -- JSON object, or null: never set
    password_required INTEGER NOT NULL DEFAULT 0,
    created_at        INTEGER NOT NULL,
    expires_at        INTEGER,                          -- null: the one in force
    last_viewed_at    INTEGER,
    views             INTEGER NOT NULL DEFAULT 0,
    ends_at           INTEGER                           -- from when on it opens nothing; null: never
) STRICT;
CREATE UNIQUE INDEX sharing_configuration_in_force ON sharing_configuration (project_id, parent, parent_id) WHERE expires_at IS NULL;
CREATE INDEX sharing_configuration_by_parent ON sharing_configuration (project_id, parent, parent_id);
CREATE INDEX sharing_configuration_by_age ON sharing_configuration (project_id, number DESC) WHERE expires_at IS NULL;

-- How often a share was opened on each of the last 30 days.
CREATE TABLE share_view (
    configuration INTEGER NOT NULL REFERENCES sharing_configuration (number) ON DELETE CASCADE,
    day           INTEGER NOT NULL,                     -- days since 1970-01-01, UTC
    views         INTEGER NOT NULL,
    PRIMARY KEY (configuration, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE share_password (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    configuration    INTEGER NOT NULL REFERENCES sharing_configuration (number),
    password_hash    TEXT    NOT NULL,                  -- argon2id, PHC form
    note             TEXT    NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL,
    created_by       INTEGER REFERENCES user (id),
    is_active        INTEGER NOT NULL DEFAULT 1         -- a deleted one stays for the record
) STRICT;
CREATE INDEX share_password_by_configuration ON share_password (configuration, is_active, created_at DESC, id DESC);

-- What the installation has once: `signing_key`, random, made with the file; sessions at protected shares are signed with it.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a project knows of the properties of its events, persons, groups and sessions. A definition that nobody has
-- opened or edited has updated_at, description and hidden null.
CREATE TABLE property_definition (
    number           INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    project_id       INTEGER NOT NULL REFERENCES project (id),
    type             INTEGER NOT NULL CHECK (type IN (1, 2, 3, 4)),  -- event, person, group, session
    group_type_index INTEGER NOT NULL DEFAULT -1,       -- 0 to 4 for a group's, else -1
    name             TEXT    NOT NULL CHECK (length(name) <= 400),
    class            INTEGER NOT NULL CHECK (class IN (0, 1, 2, 3)), -- the name is: own, core, a feature flag, never listed
    property_type    TEXT    CHECK (property_type IN ('DateTime', 'String', 'Numeric', 'Boolean', 'Duration')),
    is_seen          INTEGER NOT NULL DEFAULT 0,        -- on any event; kept by the triggers below
    tags             TEXT    NOT NULL DEFAULT '[]',     -- sorted, lower case, unique
    description      TEXT,
    verified         INTEGER NOT NULL DEFAULT 0,
    verified_at      INTEGER,
    verified_by      INTEGER REFERENCES user (id),
    hidden           INTEGER,
    updated_at       INTEGER,
    updated_by       INTEGER REFERENCES user (id),
    CHECK ((type = 3) = (group_type_index BETWEEN 0 AND 4)),
    CHECK (verified = 0 OR hidden IS NOT 1)
) STRICT;
CREATE UNIQUE INDEX property_definition_by_name ON property_definition (project_id, type, group_type_index, name);

CREATE TRIGGER property_definition_added AFTER INSERT ON property_definition BEGIN
    UPDATE property_definition SET is_seen = 1 WHERE number = NEW.number AND NEW.type = 1 AND EXISTS
        (SELECT 1 FROM event_property WHERE project_id = NEW.project_id AND property = NEW.name);
    INSERT INTO definition_change (project_id, type, group_type_index, name)
    VALUES (NEW.project_id, NEW.type, NEW.group_type_index, NEW.name);
END;
CREATE TRIGGER property_definition_changed AFTER UPDATE ON property_definition BEGIN
    INSERT INTO definition_change (project_id, type, group_type_index, name)
    VALUES (NEW.project_id, NEW.type, NEW.group_type_index, NEW.name);
END;
CREATE TRIGGER property_definition_gone AFTER DELETE ON property_definition BEGIN
    INSERT INTO definition_change (project_id, type, group_type_index, name)
    VALUES (OLD.project_id, OLD.type, OLD.group_type_index, OLD.name);
END;

-- What a project knows of its events. Notes are as those of properties.
CREATE TABLE event_definition (
    number           INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    project_id       INTEGER NOT NULL REFERENCES project (id),
    name             TEXT    NOT NULL CHECK (length(name) <= 400),
    owner            INTEGER REFERENCES user (id),
    tags             TEXT    NOT NULL DEFAULT '[]',     -- sorted, lower case, unique
    default_columns  TEXT    NOT NULL DEFAULT '[]',
    created_at       INTEGER,                           -- when the first event came in; null: none has
    last_seen_at     INTEGER,                           -- moved at most once an hour
    description      TEXT,
    verified         INTEGER NOT NULL DEFAULT 0,
    verified_at      INTEGER,
    verified_by      INTEGER REFERENCES user (id),
    hidden           INTEGER,
    updated_at       INTEGER,
    updated_by       INTEGER REFERENCES user (id),
    primary_property TEXT,                              -- what is shown beside the event's name; not null: chosen
    UNIQUE (project_id, name),
    CHECK (verified = 0 OR hidden IS NOT 1)
) STRICT;
CREATE INDEX event_definition_with_primary_property ON event_definition (project_id, name) WHERE primary_property IS NOT NULL;
CREATE TRIGGER event_definition_added AFTER INSERT ON event_definition BEGIN
    INSERT INTO definition_change (project_id, type, group_type_index, name) VALUES (NEW.project_id, 0, -1, NEW.name);
END;
CREATE TRIGGER event_definition_changed AFTER UPDATE ON event_definition BEGIN
    INSERT INTO definition_change (project_id, type, group_type_index, name) VALUES (NEW.project_id, 0, -1, NEW.name);
END;
CREATE TRIGGER event_definition_gone AFTER DELETE ON event_definition BEGIN
    INSERT INTO definition_change (project_id, type, group_type_index, name) VALUES (OLD.project_id, 0, -1, OLD.name);
END;

-- The latest definitions that were added, changed or deleted. The index in memory follows it, so that it also learns of
-- changes by other processes. The largest version is the state of all definitions.
CREATE TABLE definition_change (
    version          INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id       INTEGER NOT NULL,
    type             INTEGER NOT NULL,                  -- as of property_definition; 0: of an event
    group_type_index INTEGER NOT NULL,
    name             TEXT    NOT NULL
) STRICT;
-- A reader that is further behind than this reads everything.
CREATE TRIGGER definition_change_trimmed AFTER INSERT ON definition_change BEGIN
    DELETE FROM definition_change WHERE version = NEW.version - 50000;
END;

-- Which property was ever seen on which event.
CREATE TABLE event_property (
    project_id INTEGER NOT NULL REFERENCES project (id),
    event      TEXT    NOT NULL,
    property   TEXT    NOT NULL,
    PRIMARY KEY (project_id, event, property)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_property_by_property ON event_property (project_id, property, event);
CREATE TRIGGER event_property_added AFTER INSERT ON event_property BEGIN
    UPDATE property_definition SET is_seen = 1
     WHERE project_id = NEW.project_id AND type = 1 AND group_type_index = -1 AND name = NEW.property AND is_seen = 0;
END;

CREATE TABLE group_type (
    project_id       INTEGER NOT NULL REFERENCES project (id),
    group_type       TEXT    NOT NULL,
    group_type_index INTEGER NOT NULL CHECK (group_type_index BETWEEN 0 AND 4),
    PRIMARY KEY (project_id, group_type),
    UNIQUE (project_id, group_type_index)
) STRICT, WITHOUT ROWID;

-- What is deleted, or loses its type, comes back with the next event, whoever did it: also in another process.
CREATE TRIGGER event_definition_forgotten AFTER DELETE ON event_definition BEGIN
    UPDATE project SET forgotten = forgotten + 1 WHERE id = OLD.project_id;
END;
CREATE TRIGGER property_definition_forgotten AFTER DELETE ON property_definition BEGIN
    UPDATE project SET forgotten = forgotten + 1 WHERE id = OLD.project_id;
END;
CREATE TRIGGER property_definition_untyped AFTER UPDATE OF property_type ON property_definition
WHEN NEW.property_type IS NULL AND OLD.property_type IS NOT NULL BEGIN
    UPDATE project SET forgotten = forgotten + 1 WHERE id = OLD.project_id;
END;
CREATE TRIGGER event_property_forgotten AFTER DELETE ON event_property BEGIN
    UPDATE project SET forgotten = forgotten + 1 WHERE id = OLD.project_id;
END;
CREATE TRIGGER group_type_forgotten AFTER DELETE ON group_type BEGIN
    UPDATE project SET forgotten = forgotten + 1 WHERE id = OLD.project_id;
END;

-- Who did what; written in the same transaction as the deed.
CREATE TABLE activity (
    number     INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    project_id INTEGER NOT NULL REFERENCES project (id),
    user_id    INTEGER REFERENCES user (id),            -- null: the server itself
    is_system  INTEGER NOT NULL DEFAULT 0,
    scope      TEXT    NOT NULL,                        -- the kind of thing: Insight, PropertyDefinition, …
    item_id    TEXT,
    activity   TEXT    NOT NULL,                        -- created, updated, …
    detail     TEXT    NOT NULL,                        -- JSON object
    created_at INTEGER NOT NULL,
    organization_id TEXT REFERENCES organization (id),  -- null where the service logs none
    client     TEXT    CHECK (length(client) <= 32),    -- what the client calls itself
    ip_address TEXT                                     -- the client's
) STRICT;
CREATE INDEX activity_by_age ON activity (project_id, number DESC);
CREATE INDEX activity_by_item ON activity (project_id, scope, item_id, number DESC);

-- Feature flags, which SDKs ask for. What decides about a flag's value is in `filters`, in the service's own form.
CREATE TABLE feature_flag (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id   INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,                      -- 1 to 400 characters, unique in the project
    name         TEXT    NOT NULL DEFAULT '',
    active       INTEGER NOT NULL DEFAULT 1,
    filters      TEXT    NOT NULL,                      -- JSON object, kept as it was sent
    version      INTEGER NOT NULL DEFAULT 1,            -- counts changes
    created_at   INTEGER NOT NULL,
    created_by   INTEGER REFERENCES user (id),
    updated_at   INTEGER NOT NULL,
    UNIQUE (project_id, key)
) STRICT;
CREATE INDEX feature_flag_by_age ON feature_flag (project_id, created_at DESC, id DESC);
CREATE INDEX feature_flag_by_id ON feature_flag (project_id, id);

-- The value that a flag has for one distinct id, whatever its filters say.
CREATE TABLE feature_flag_override (
    project_id  INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    distinct_id TEXT    NOT NULL,
    flag_id     INTEGER NOT NULL REFERENCES feature_flag (id) ON DELETE CASCADE,
    value       TEXT    NOT NULL,                       -- JSON: true, false, or the key of a variant
    PRIMARY KEY (project_id, distinct_id, flag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feature_flag_override_by_flag ON feature_flag_override (flag_id, distinct_id);
