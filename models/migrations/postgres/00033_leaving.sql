-- Deleting an account takes many short transactions: whoever has begun to leave is
-- known, so that it comes to its end after a crash, too.

-- +goose Up
ALTER TABLE users ADD COLUMN leaving_at bigint;
CREATE INDEX users_leaving ON users (leaving_at) WHERE leaving_at IS NOT NULL;

-- +goose Down
DROP INDEX users_leaving;
ALTER TABLE users DROP COLUMN leaving_at;
