-- Sign-in through an OpenID Connect provider: who people are there, and sign-ins that
-- are on their way.

-- +goose Up
CREATE TABLE identities (
    user_id      TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id           TEXT    NOT NULL,
    issuer       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    email        TEXT    NOT NULL, -- as the provider last said; only shown
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id),
    UNIQUE (issuer, subject)
) STRICT;

CREATE TABLE oidc_flows (
    state      TEXT    NOT NULL PRIMARY KEY, -- a hash of it
    browser    TEXT    NOT NULL,             -- a hash of the cookie of the browser that began
    purpose    TEXT    NOT NULL,
    user_id    TEXT    REFERENCES users ON DELETE CASCADE, -- NULL: nobody was signed in
    nonce      TEXT    NOT NULL,
    verifier   TEXT    NOT NULL,
    next       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX oidc_flows_expiry ON oidc_flows (expires_at);
CREATE INDEX oidc_flows_user ON oidc_flows (user_id);

-- +goose Down
DROP TABLE oidc_flows;
DROP TABLE identities;
