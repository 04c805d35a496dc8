-- From version 1: one log of changes for both kinds of definitions. Lists of event definitions come from the index in memory
-- now, so that the table needs no index for orders and counts.
DROP TRIGGER property_definition_added;
DROP TRIGGER property_definition_changed;
DROP TRIGGER property_definition_gone;
DROP TABLE property_definition_change;
DROP TRIGGER event_definition_added;
DROP TRIGGER event_definition_forgotten;
DROP INDEX event_definition_by_sight;
DROP INDEX event_definition_by_sight_day;
DROP INDEX event_definition_by_creation;
DROP INDEX event_definition_by_creation_day;
DROP INDEX event_definition_columns;
ALTER TABLE project DROP COLUMN event_definitions;
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
CREATE TRIGGER event_definition_forgotten AFTER DELETE ON event_definition BEGIN
    UPDATE project SET forgotten = forgotten + 1 WHERE id = OLD.project_id;
END;
