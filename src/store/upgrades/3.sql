-- From version 2: settings of projects, memberships with an id and a date, an activity log that says from where a change came, and
-- primary properties of events.
ALTER TABLE user ADD COLUMN is_email_verified INTEGER DEFAULT 1;
ALTER TABLE project ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

CREATE TABLE member (
    organization_id TEXT    NOT NULL REFERENCES organization (id),
    user_id         INTEGER NOT NULL REFERENCES user (id),
    level           INTEGER NOT NULL CHECK (level IN (1, 8, 15)),
    id              TEXT    NOT NULL UNIQUE,
    joined_at       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;
-- Nothing says when they joined: at the earliest when both existed.
INSERT INTO member
SELECT organization_id, user_id, level,
       substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-4' || substr(hex, 14, 3) || '-a' || substr(hex, 18, 3) || '-' || substr(hex, 21),
       max(user.date_joined, organization.created_at)
  FROM (SELECT *, lower(hex(randomblob(16))) AS hex FROM membership)
  JOIN user ON user.id = user_id
  JOIN organization ON organization.id = organization_id;
DROP TABLE membership;
ALTER TABLE member RENAME TO membership;
CREATE INDEX membership_by_user ON membership (user_id, organization_id);
CREATE INDEX membership_by_age ON membership (organization_id, joined_at DESC, user_id);

ALTER TABLE activity ADD COLUMN organization_id TEXT REFERENCES organization (id);
ALTER TABLE activity ADD COLUMN client TEXT CHECK (length(client) <= 32);
ALTER TABLE activity ADD COLUMN ip_address TEXT;
UPDATE activity
   SET organization_id = CASE WHEN activity NOT IN ('sharing enabled', 'sharing disabled', 'access token refreshed', 'changed')
                         THEN (SELECT organization_id FROM project WHERE project.id = project_id) END,
       detail = CASE WHEN json_valid(detail) THEN json_object(
                    'name', detail -> '$.name', 'type', detail -> '$.type', 'changes', detail -> '$.changes',
                    'context', detail -> '$.context', 'trigger', detail -> '$.trigger', 'short_id', detail -> '$.short_id')
                ELSE detail END; -- what is nested too deeply for SQLite

-- Tiles of other types, and tiles that were removed once.
ALTER TABLE dashboard_tile ADD COLUMN other TEXT;
ALTER TABLE dashboard_tile ADD COLUMN was_deleted INTEGER NOT NULL DEFAULT 0;
UPDATE dashboard_tile SET was_deleted = 1 WHERE deleted = 1;

-- The property that is shown beside an event's name.
ALTER TABLE event_definition ADD COLUMN primary_property TEXT;
CREATE INDEX event_definition_with_primary_property ON event_definition (project_id, name) WHERE primary_property IS NOT NULL;
