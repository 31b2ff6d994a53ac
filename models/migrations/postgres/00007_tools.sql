-- What tools and limits need: who agreed to which call, what was used on a day,
-- which outside tools the operator has read, and whether a title may get better.

-- +goose Up
ALTER TABLE threads ADD COLUMN title_auto boolean NOT NULL DEFAULT false; -- nobody chose the title

CREATE TABLE consents (
    user_id        text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL,
    item_id        text COLLATE "C" NOT NULL, -- the widget that asks
    note_id        text COLLATE "C" NOT NULL, -- the hidden item that tells the model
    batch_id       text COLLATE "C" NOT NULL, -- the same for calls that were asked for together
    call_id        text             NOT NULL,
    tool           text             NOT NULL,
    arguments      text             NOT NULL, -- exactly these, and no others
    question       text             NOT NULL,
    state          text             NOT NULL,
    created_at     bigint           NOT NULL,
    expires_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
CREATE INDEX consents_thread ON consents (user_id, thread_id, batch_id);
CREATE INDEX consents_expiry ON consents (expires_at);

CREATE TABLE usage_days (
    user_id        text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    day            bigint           NOT NULL, -- since 1970, UTC
    messages       bigint           NOT NULL,
    tokens         bigint           NOT NULL,
    PRIMARY KEY (user_id, day)
);
CREATE INDEX usage_days_day ON usage_days (day);

CREATE TABLE mcp_approvals (
    server         text COLLATE "C" NOT NULL,
    tool           text COLLATE "C" NOT NULL,
    fingerprint    text COLLATE "C" NOT NULL, -- of the description that was read
    approved_at    bigint           NOT NULL,
    PRIMARY KEY (server, tool)
);
