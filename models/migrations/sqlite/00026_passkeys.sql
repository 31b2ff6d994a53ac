-- Passkeys: keys on people's devices, by which they sign in.

-- +goose Up
CREATE TABLE passkeys (
    user_id       TEXT    NOT NULL REFERENCES users ON DELETE CASCADE,
    id            TEXT    NOT NULL,
    credential_id TEXT    NOT NULL UNIQUE, -- the device's own name for it, base64url
    public_key    BLOB    NOT NULL,        -- as COSE
    counter       INTEGER NOT NULL,        -- of its uses, where the device counts them
    flags         INTEGER NOT NULL,        -- of the device's last answer
    transports    TEXT    NOT NULL,        -- words, a space between
    name          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL,        -- 0: never
    copied_at     INTEGER NOT NULL,        -- when its counter went back; 0: never
    PRIMARY KEY (user_id, id)
) STRICT;

-- +goose Down
DROP TABLE passkeys;
