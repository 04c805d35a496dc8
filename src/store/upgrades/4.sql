-- From version 3: feature flags, and what they are for single distinct ids; when shares end, and how often they were opened.
CREATE TABLE feature_flag (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id   INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,
    name         TEXT    NOT NULL DEFAULT '',
    active       INTEGER NOT NULL DEFAULT 1,
    filters      TEXT    NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   INTEGER NOT NULL,
    created_by   INTEGER REFERENCES user (id),
    updated_at   INTEGER NOT NULL,
    UNIQUE (project_id, key)
) STRICT;
CREATE INDEX feature_flag_by_age ON feature_flag (project_id, created_at DESC, id DESC);
CREATE INDEX feature_flag_by_id ON feature_flag (project_id, id);

CREATE TABLE feature_flag_override (
    project_id  INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    distinct_id TEXT    NOT NULL,
    flag_id     INTEGER NOT NULL REFERENCES feature_flag (id) ON DELETE CASCADE,
    value       TEXT    NOT NULL,
    PRIMARY KEY (project_id, distinct_id, flag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feature_flag_override_by_flag ON feature_flag_override (flag_id, distinct_id);

ALTER TABLE sharing_configuration ADD COLUMN ends_at INTEGER;

CREATE TABLE share_view (
    configuration INTEGER NOT NULL REFERENCES sharing_configuration (number) ON DELETE CASCADE,
    day           INTEGER NOT NULL,
    views         INTEGER NOT NULL,
    PRIMARY KEY (configuration, day)
) STRICT, WITHOUT ROWID;
