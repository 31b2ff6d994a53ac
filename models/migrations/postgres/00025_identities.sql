-- Sign-in through an OpenID Connect provider: who people are there, and sign-ins that
-- are on their way.

-- +goose Up
CREATE TABLE identities (
    user_id      text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id           text COLLATE "C" NOT NULL,
    issuer       text COLLATE "C" NOT NULL,
    subject      text COLLATE "C" NOT NULL,
    email        text             NOT NULL, -- as the provider last said; only shown
    created_at   bigint           NOT NULL,
    last_used_at bigint           NOT NULL,
    PRIMARY KEY (user_id, id),
    UNIQUE (issuer, subject)
);

CREATE TABLE oidc_flows (
    state      text COLLATE "C" NOT NULL PRIMARY KEY, -- a hash of it
    browser    text COLLATE "C" NOT NULL,             -- a hash of the cookie of the browser that began
    purpose    text             NOT NULL,
    user_id    text COLLATE "C" REFERENCES users ON DELETE CASCADE, -- NULL: nobody was signed in
    nonce      text             NOT NULL,
    verifier   text             NOT NULL,
    next       text             NOT NULL,
    expires_at bigint           NOT NULL
);
CREATE INDEX oidc_flows_expiry ON oidc_flows (expires_at);
CREATE INDEX oidc_flows_user ON oidc_flows (user_id);

-- +goose Down
DROP TABLE oidc_flows;
DROP TABLE identities;
