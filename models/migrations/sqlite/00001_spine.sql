-- Times are microseconds since 1970. Keys and indexes of owned tables begin with
-- the owner.

-- +goose Up
CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    disabled_at   INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX users_created ON users (created_at, id);

CREATE TABLE sessions (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    REFERENCES users ON DELETE CASCADE,
    data         BLOB    NOT NULL,
    user_agent   TEXT    NOT NULL,
    network      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_idle ON sessions (last_seen_at);

CREATE TABLE refresh_families (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX refresh_families_user ON refresh_families (user_id);
CREATE INDEX refresh_families_expiry ON refresh_families (expires_at);

CREATE TABLE refresh_tokens (
    hash       TEXT    NOT NULL PRIMARY KEY,
    family_id  TEXT    NOT NULL REFERENCES refresh_families ON DELETE CASCADE,
    used       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

CREATE TABLE throttles (
    id       TEXT    NOT NULL PRIMARY KEY,
    attempts INTEGER NOT NULL,
    ends_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_end ON throttles (ends_at);

CREATE TABLE threads (
    user_id       TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id            TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    status_type   TEXT    NOT NULL,
    status_reason TEXT    NOT NULL,
    metadata      TEXT    NOT NULL,
    item_seq      INTEGER NOT NULL DEFAULT 0, -- the highest number ever given to an item
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE INDEX threads_created ON threads (user_id, created_at, id);
CREATE INDEX threads_recent ON threads (user_id, updated_at, id);

CREATE TABLE items (
    user_id    TEXT    NOT NULL,
    thread_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    run_id     TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    hidden     INTEGER NOT NULL,
    incomplete INTEGER NOT NULL,
    payload    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id, id),
    UNIQUE (user_id, thread_id, seq),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX items_run ON items (user_id, thread_id, run_id, seq);

CREATE TABLE runs (
    n              INTEGER NOT NULL PRIMARY KEY, -- what the log calls it
    user_id        TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    thread_id      TEXT    NOT NULL,
    item_id        TEXT    NOT NULL,
    client_key     TEXT,
    status         TEXT    NOT NULL,
    error_code     TEXT    NOT NULL,
    error_message  TEXT    NOT NULL,
    allow_retry    INTEGER NOT NULL,
    stop_requested INTEGER NOT NULL,
    owner          TEXT    NOT NULL,
    end_seq        INTEGER,                    -- the last event's number, once finished
    purged         INTEGER NOT NULL DEFAULT 0, -- its events are gone
    created_at     INTEGER NOT NULL,
    finished_at    INTEGER,
    UNIQUE (user_id, id),
    UNIQUE (user_id, client_key),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, thread_id, item_id) REFERENCES items (user_id, thread_id, id) ON DELETE CASCADE
) STRICT;
-- One answer at a time in a thread.
CREATE UNIQUE INDEX runs_active ON runs (user_id, thread_id) WHERE status = 'running';
CREATE INDEX runs_item ON runs (user_id, thread_id, item_id);
CREATE INDEX runs_id ON runs (id);
CREATE INDEX runs_owner ON runs (owner) WHERE status = 'running';
CREATE INDEX runs_purge ON runs (finished_at) WHERE purged = false;

-- The log is written far more often than it is read, and by many runs at once. It
-- has no index but its order of arrival: each entry names the one before it of
-- the same run, and run_tails the last one, so that a commit appends to a few
-- pages whatever the number of runs. It is read from the tail backwards.
CREATE TABLE run_events (
    n       INTEGER NOT NULL PRIMARY KEY,
    prev    INTEGER NOT NULL, -- n of the run's entry before, or 0
    run     INTEGER NOT NULL, -- n of the run
    seq     INTEGER NOT NULL,
    payload TEXT    NOT NULL
) STRICT;

CREATE TABLE run_tails (
    run INTEGER NOT NULL PRIMARY KEY REFERENCES runs (n) ON DELETE CASCADE,
    n   INTEGER NOT NULL, -- of the run's last entry
    seq INTEGER NOT NULL
) STRICT;

-- The number of the last event of every run that has events.
CREATE VIEW run_last AS
    SELECT r.user_id, r.id AS run_id, t.seq FROM run_tails AS t JOIN runs AS r ON r.n = t.run;

-- A run's events go with its tail, and that with the run.
-- +goose StatementBegin
CREATE TRIGGER run_tails_delete AFTER DELETE ON run_tails BEGIN
    DELETE FROM run_events WHERE n IN (
        WITH RECURSIVE chain (n) AS (
            SELECT old.n
            UNION ALL
            SELECT e.prev FROM chain JOIN run_events e ON e.n = chain.n WHERE e.prev > 0
        )
        SELECT n FROM chain
    );
END;
-- +goose StatementEnd

CREATE TABLE todos (
    user_id     TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id          TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    title_key   TEXT    NOT NULL, -- the title folded for search
    description TEXT    NOT NULL,
    completed   INTEGER NOT NULL,
    due_at      INTEGER,
    priority    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE INDEX todos_created ON todos (user_id, created_at, id);
CREATE INDEX todos_open ON todos (user_id, completed, created_at, id);
