-- Links by which anyone may read a thread, up to an item.

-- +goose Up
CREATE TABLE shares (
    user_id     TEXT    NOT NULL,
    thread_id   TEXT    NOT NULL,
    id          TEXT    NOT NULL UNIQUE, -- the link: whoever has it may read
    through_seq INTEGER NOT NULL,        -- the newest item that is shown
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
