-- What people do about their own accounts: when they last proved who they are, the
-- tokens of their programs, and links that are mailed to them.

-- +goose Up
ALTER TABLE sessions ADD COLUMN proven_at bigint NOT NULL DEFAULT 0; -- when the person last proved who they are

CREATE TABLE api_tokens (
    user_id      text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id           text COLLATE "C" NOT NULL,
    name         text             NOT NULL,
    hash         text COLLATE "C" NOT NULL UNIQUE, -- of the token itself
    scopes       text             NOT NULL,        -- words, a space between
    created_at   bigint           NOT NULL,
    expires_at   bigint           NOT NULL,        -- 0: never
    last_used_at bigint           NOT NULL,        -- 0: never
    PRIMARY KEY (user_id, id)
);

CREATE TABLE mail_links (
    hash       text COLLATE "C" NOT NULL PRIMARY KEY, -- of what is in the link
    user_id    text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose    text             NOT NULL,
    email      text             NOT NULL,             -- where it was sent
    created_at bigint           NOT NULL,
    expires_at bigint           NOT NULL,
    UNIQUE (user_id, purpose)
);
CREATE INDEX mail_links_expiry ON mail_links (expires_at);
