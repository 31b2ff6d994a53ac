-- Times are microseconds since 1970. Keys and indexes of owned tables begin with
-- the owner; ids compare by their bytes. JSON is kept as text, byte for byte.

-- +goose Up
CREATE TABLE users (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    email          text             NOT NULL UNIQUE,
    name           text             NOT NULL,
    password_hash  text             NOT NULL,
    role           text             NOT NULL,
    disabled_at    bigint,
    created_at     bigint           NOT NULL,
    updated_at     bigint           NOT NULL
);
CREATE INDEX users_created ON users (created_at, id);

CREATE TABLE sessions (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id        text COLLATE "C" REFERENCES users ON DELETE CASCADE,
    data           bytea            NOT NULL,
    user_agent     text             NOT NULL,
    network        text             NOT NULL,
    created_at     bigint           NOT NULL,
    last_seen_at   bigint           NOT NULL,
    expires_at     bigint           NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_idle ON sessions (last_seen_at);

CREATE TABLE refresh_families (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id        text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at     bigint           NOT NULL,
    expires_at     bigint           NOT NULL
);
CREATE INDEX refresh_families_user ON refresh_families (user_id);
CREATE INDEX refresh_families_expiry ON refresh_families (expires_at);

CREATE TABLE refresh_tokens (
    hash           text COLLATE "C" NOT NULL PRIMARY KEY,
    family_id      text COLLATE "C" NOT NULL REFERENCES refresh_families ON DELETE CASCADE,
    used           boolean          NOT NULL,
    expires_at     bigint           NOT NULL
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

CREATE TABLE throttles (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    attempts       bigint           NOT NULL,
    ends_at        bigint           NOT NULL
);
CREATE INDEX throttles_end ON throttles (ends_at);

CREATE TABLE threads (
    user_id        text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id             text COLLATE "C" NOT NULL,
    title          text             NOT NULL,
    status_type    text             NOT NULL,
    status_reason  text             NOT NULL,
    metadata       text             NOT NULL,
    item_seq       bigint           NOT NULL DEFAULT 0, -- the highest number ever given to an item
    created_at     bigint           NOT NULL,
    updated_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX threads_created ON threads (user_id, created_at, id);
CREATE INDEX threads_recent ON threads (user_id, updated_at, id);

CREATE TABLE items (
    user_id        text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL,
    seq            bigint           NOT NULL,
    run_id         text COLLATE "C" NOT NULL,
    type           text             NOT NULL,
    hidden         boolean          NOT NULL,
    incomplete     boolean          NOT NULL,
    payload        text             NOT NULL,
    created_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, thread_id, id),
    UNIQUE (user_id, thread_id, seq),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
CREATE INDEX items_run ON items (user_id, thread_id, run_id, seq);

CREATE TABLE runs (
    user_id        text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL,
    item_id        text COLLATE "C" NOT NULL,
    client_key     text COLLATE "C",
    status         text             NOT NULL,
    error_code     text             NOT NULL,
    error_message  text             NOT NULL,
    allow_retry    boolean          NOT NULL,
    stop_requested boolean          NOT NULL,
    owner          text COLLATE "C" NOT NULL,
    end_seq        bigint,                                  -- the last event's number, once finished
    purged         boolean          NOT NULL DEFAULT false, -- its events are gone
    created_at     bigint           NOT NULL,
    finished_at    bigint,
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, client_key),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, thread_id, item_id) REFERENCES items (user_id, thread_id, id) ON DELETE CASCADE
);
-- One answer at a time in a thread.
CREATE UNIQUE INDEX runs_active ON runs (user_id, thread_id) WHERE status = 'running';
CREATE INDEX runs_item ON runs (user_id, thread_id, item_id);
CREATE INDEX runs_id ON runs (id);
CREATE INDEX runs_owner ON runs (owner) WHERE status = 'running';
CREATE INDEX runs_purge ON runs (finished_at) WHERE purged = false;

CREATE TABLE run_events (
    user_id        text COLLATE "C" NOT NULL,
    run_id         text COLLATE "C" NOT NULL,
    seq            bigint           NOT NULL,
    payload        text             NOT NULL,
    PRIMARY KEY (user_id, run_id, seq),
    FOREIGN KEY (user_id, run_id) REFERENCES runs (user_id, id) ON DELETE CASCADE
);

-- The number of the last event of every run that has events.
CREATE VIEW run_last AS
    SELECT user_id, run_id, MAX(seq) AS seq FROM run_events GROUP BY user_id, run_id;

CREATE TABLE todos (
    user_id        text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id             text COLLATE "C" NOT NULL,
    title          text             NOT NULL,
    title_key      text             NOT NULL, -- the title folded for search
    description    text             NOT NULL,
    completed      boolean          NOT NULL,
    due_at         bigint,
    priority       text             NOT NULL,
    created_at     bigint           NOT NULL,
    updated_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX todos_created ON todos (user_id, created_at, id);
CREATE INDEX todos_open ON todos (user_id, completed, created_at, id);
