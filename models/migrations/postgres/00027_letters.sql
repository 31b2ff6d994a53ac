-- Mail that waits to be sent, and accounts that wait for their link to be opened.

-- +goose Up
CREATE TABLE letters (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    text COLLATE "C" REFERENCES users ON DELETE CASCADE, -- whose account it is about; NULL: nobody's
    kind       text             NOT NULL,
    sealed     bytea            NOT NULL,                           -- to whom and what, which this database can't read
    attempts   bigint           NOT NULL,
    due_at     bigint           NOT NULL,                           -- nobody tries before
    ends_at    bigint           NOT NULL,                           -- it is of no use afterwards
    created_at bigint           NOT NULL
);
CREATE INDEX letters_due ON letters (due_at);
CREATE INDEX letters_user ON letters (user_id);

CREATE TABLE sign_ups (
    hash          text COLLATE "C" NOT NULL PRIMARY KEY, -- of what is in the link
    email         text COLLATE "C" NOT NULL,
    name          text             NOT NULL,
    password_hash text             NOT NULL,
    browser       text COLLATE "C" NOT NULL,             -- the hash of what the browser is known by
    created_at    bigint           NOT NULL,
    expires_at    bigint           NOT NULL
);
CREATE INDEX sign_ups_email ON sign_ups (email);
CREATE INDEX sign_ups_expiry ON sign_ups (expires_at);

-- +goose Down
DROP TABLE sign_ups;
DROP TABLE letters;
