-- Which thread of a model server a thread goes on in.

-- +goose Up
CREATE TABLE remote_threads (
    user_id    TEXT    NOT NULL,
    thread_id  TEXT    NOT NULL,
    remote_id  TEXT    NOT NULL, -- the model server's thread
    item_id    TEXT    NOT NULL, -- the newest message that it answered there
    run_id     TEXT    NOT NULL, -- its run that waits for outputs of tools; '' for none
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
