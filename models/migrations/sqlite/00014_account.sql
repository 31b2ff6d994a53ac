-- What people do about their own accounts: when they last proved who they are, the
-- tokens of their programs, and links that are mailed to them.

-- +goose Up
ALTER TABLE sessions ADD COLUMN proven_at INTEGER NOT NULL DEFAULT 0; -- when the person last proved who they are

CREATE TABLE api_tokens (
    user_id      TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    hash         TEXT    NOT NULL UNIQUE, -- of the token itself
    scopes       TEXT    NOT NULL,        -- words, a space between
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,        -- 0: never
    last_used_at INTEGER NOT NULL,        -- 0: never
    PRIMARY KEY (user_id, id)
) STRICT;

CREATE TABLE mail_links (
    hash       TEXT    NOT NULL PRIMARY KEY, -- of what is in the link
    user_id    TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose    TEXT    NOT NULL,
    email      TEXT    NOT NULL,             -- where it was sent
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (user_id, purpose)
) STRICT;
CREATE INDEX mail_links_expiry ON mail_links (expires_at);
