-- A task's place in the person's own order, and an hour in which a deletion can be undone.

-- +goose Up
ALTER TABLE todos ADD COLUMN place text COLLATE "C" NOT NULL DEFAULT ''; -- a fraction in hexadecimal digits: see models/todo_place.go
UPDATE todos SET place = lpad(to_hex(9223372036854775807 - created_at), 16, '0') || substr(md5(id), 1, 7) || '8';
CREATE UNIQUE INDEX todos_place ON todos (user_id, place);
CREATE INDEX todos_open_place ON todos (user_id, completed, place);
CREATE INDEX todos_updated ON todos (user_id, updated_at);
CREATE TABLE deleted_todos (
    user_id        text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id             text COLLATE "C" NOT NULL,
    title          text             NOT NULL,
    title_key      text             NOT NULL,
    description    text             NOT NULL,
    completed      boolean          NOT NULL,
    due_at         bigint,
    priority       text             NOT NULL,
    place          text COLLATE "C" NOT NULL,
    created_at     bigint           NOT NULL,
    updated_at     bigint           NOT NULL,
    deleted_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX deleted_todos_time ON deleted_todos (user_id, deleted_at);

-- +goose Down
DROP TABLE deleted_todos;
DROP INDEX todos_updated;
DROP INDEX todos_open_place;
DROP INDEX todos_place;
ALTER TABLE todos DROP COLUMN place;
