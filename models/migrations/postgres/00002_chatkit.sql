-- What the ChatKit endpoint keeps: files, feedback, and what it needs to know
-- of a request that is sent again.

-- +goose Up
ALTER TABLE threads ADD COLUMN image_domains text;   -- JSON; NULL: not set
ALTER TABLE runs ADD COLUMN delivered_at bigint;     -- when a client had read the whole answer

CREATE TABLE attachments (
    user_id        text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id             text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL, -- '' until it is sent
    payload        text             NOT NULL,
    metadata       text             NOT NULL,
    created_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX attachments_thread ON attachments (user_id, thread_id);

CREATE TABLE feedback (
    user_id        text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL,
    item_id        text COLLATE "C" NOT NULL, -- as the client sent it; there may be no such item
    kind           text             NOT NULL,
    created_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, thread_id, item_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
