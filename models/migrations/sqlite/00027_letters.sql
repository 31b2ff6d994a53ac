-- Mail that waits to be sent, and accounts that wait for their link to be opened.

-- +goose Up
CREATE TABLE letters (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    REFERENCES users ON DELETE CASCADE, -- whose account it is about; NULL: nobody's
    kind       TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,                           -- to whom and what, which this database can't read
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,                           -- nobody tries before
    ends_at    INTEGER NOT NULL,                           -- it is of no use afterwards
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX letters_due ON letters (due_at);
CREATE INDEX letters_user ON letters (user_id);

CREATE TABLE sign_ups (
    hash          TEXT    NOT NULL PRIMARY KEY, -- of what is in the link
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    browser       TEXT    NOT NULL,             -- the hash of what the browser is known by
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ups_email ON sign_ups (email);
CREATE INDEX sign_ups_expiry ON sign_ups (expires_at);

-- +goose Down
DROP TABLE sign_ups;
DROP TABLE letters;
