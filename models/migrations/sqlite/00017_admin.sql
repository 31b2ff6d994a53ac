-- Administration: who did what that touches security, invitations, a person's
-- own daily limits, and the models that nobody may choose.

-- +goose Up
ALTER TABLE users ADD COLUMN daily_messages INTEGER; -- NULL: the server's limit
ALTER TABLE users ADD COLUMN daily_tokens INTEGER;

CREATE TABLE audit_events (
    n          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- never given twice
    kind       TEXT    NOT NULL,
    actor_id   TEXT    REFERENCES users ON DELETE SET NULL, -- who did it
    subject_id TEXT    REFERENCES users ON DELETE SET NULL, -- to whom
    network    TEXT    NOT NULL,
    door       TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_events_subject ON audit_events (subject_id, n);
CREATE INDEX audit_events_actor ON audit_events (actor_id, n);
CREATE INDEX audit_events_age ON audit_events (created_at);

CREATE TABLE invites (
    id         TEXT    NOT NULL PRIMARY KEY,
    secret     TEXT    NOT NULL UNIQUE, -- the hash of what is in the link
    email      TEXT    NOT NULL UNIQUE, -- one open invitation an address
    invited_by TEXT    REFERENCES users ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX invites_inviter ON invites (invited_by);
CREATE INDEX invites_expiry ON invites (expires_at);

CREATE TABLE models_off (
    id         TEXT    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;
