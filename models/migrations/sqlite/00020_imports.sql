-- Files that people import, and where the threads that came with them are from.

-- +goose Up
CREATE TABLE imports (
    user_id    TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    format     TEXT    NOT NULL,
    object     TEXT    NOT NULL, -- the file's bytes, until the import is done
    state      TEXT    NOT NULL,
    preview    TEXT    NOT NULL, -- what is in the file
    result     TEXT    NOT NULL, -- what has been done of it
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;

CREATE TABLE imported (
    user_id   TEXT NOT NULL,
    source    TEXT NOT NULL, -- where it comes from, and what it is called there
    thread_id TEXT NOT NULL,
    PRIMARY KEY (user_id, source),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX imported_thread ON imported (user_id, thread_id);

-- +goose Down
DROP TABLE imported;
DROP TABLE imports;
