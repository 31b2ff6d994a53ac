-- A task's place in the person's own order, and an hour in which a deletion can be undone.

-- +goose Up
ALTER TABLE todos ADD COLUMN place TEXT NOT NULL DEFAULT ''; -- a fraction in hexadecimal digits: see models/todo_place.go
UPDATE todos SET place = printf('%016x', 9223372036854775807 - created_at) || lower(substr(hex(randomblob(4)), 1, 7)) || '8';
CREATE UNIQUE INDEX todos_place ON todos (user_id, place);
CREATE INDEX todos_open_place ON todos (user_id, completed, place);
CREATE INDEX todos_updated ON todos (user_id, updated_at);
CREATE TABLE deleted_todos (
    user_id     TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id          TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    title_key   TEXT    NOT NULL,
    description TEXT    NOT NULL,
    completed   INTEGER NOT NULL,
    due_at      INTEGER,
    priority    TEXT    NOT NULL,
    place       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    deleted_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE INDEX deleted_todos_time ON deleted_todos (user_id, deleted_at);

-- +goose Down
DROP TABLE deleted_todos;
DROP INDEX todos_updated;
DROP INDEX todos_open_place;
DROP INDEX todos_place;
ALTER TABLE todos DROP COLUMN place;
