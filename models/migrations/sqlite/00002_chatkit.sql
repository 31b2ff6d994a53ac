-- What the ChatKit endpoint keeps: files, feedback, and what it needs to know
-- of a request that is sent again.

-- +goose Up
ALTER TABLE threads ADD COLUMN image_domains TEXT;   -- JSON; NULL: not set
ALTER TABLE runs ADD COLUMN delivered_at INTEGER;    -- when a client had read the whole answer

CREATE TABLE attachments (
    user_id    TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id         TEXT    NOT NULL,
    thread_id  TEXT    NOT NULL, -- '' until it is sent
    payload    TEXT    NOT NULL,
    metadata   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE INDEX attachments_thread ON attachments (user_id, thread_id);

CREATE TABLE feedback (
    user_id    TEXT    NOT NULL,
    thread_id  TEXT    NOT NULL,
    item_id    TEXT    NOT NULL, -- as the client sent it; there may be no such item
    kind       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id, item_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
