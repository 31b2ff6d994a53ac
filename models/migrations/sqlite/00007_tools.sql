-- What tools and limits need: who agreed to which call, what was used on a day,
-- which outside tools the operator has read, and whether a title may get better.

-- +goose Up
ALTER TABLE threads ADD COLUMN title_auto INTEGER NOT NULL DEFAULT 0; -- nobody chose the title

CREATE TABLE consents (
    user_id    TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    thread_id  TEXT    NOT NULL,
    item_id    TEXT    NOT NULL, -- the widget that asks
    note_id    TEXT    NOT NULL, -- the hidden item that tells the model
    batch_id   TEXT    NOT NULL, -- the same for calls that were asked for together
    call_id    TEXT    NOT NULL,
    tool       TEXT    NOT NULL,
    arguments  TEXT    NOT NULL, -- exactly these, and no others
    question   TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX consents_thread ON consents (user_id, thread_id, batch_id);
CREATE INDEX consents_expiry ON consents (expires_at);

CREATE TABLE usage_days (
    user_id  TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    day      INTEGER NOT NULL, -- since 1970, UTC
    messages INTEGER NOT NULL,
    tokens   INTEGER NOT NULL,
    PRIMARY KEY (user_id, day)
) STRICT;
CREATE INDEX usage_days_day ON usage_days (day);

CREATE TABLE mcp_approvals (
    server      TEXT    NOT NULL,
    tool        TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL, -- of the description that was read
    approved_at INTEGER NOT NULL,
    PRIMARY KEY (server, tool)
) STRICT;
