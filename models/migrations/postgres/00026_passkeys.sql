-- Passkeys: keys on people's devices, by which they sign in.

-- +goose Up
CREATE TABLE passkeys (
    user_id       text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id            text COLLATE "C" NOT NULL,
    credential_id text COLLATE "C" NOT NULL UNIQUE, -- the device's own name for it, base64url
    public_key    bytea            NOT NULL,        -- as COSE
    counter       bigint           NOT NULL,        -- of its uses, where the device counts them
    flags         integer          NOT NULL,        -- of the device's last answer
    transports    text             NOT NULL,        -- words, a space between
    name          text             NOT NULL,
    created_at    bigint           NOT NULL,
    last_used_at  bigint           NOT NULL,        -- 0: never
    copied_at     bigint           NOT NULL,        -- when its counter went back; 0: never
    PRIMARY KEY (user_id, id)
);

-- +goose Down
DROP TABLE passkeys;
