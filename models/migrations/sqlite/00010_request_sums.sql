-- +goose Up
ALTER TABLE runs ADD COLUMN request_sum TEXT; -- of the request that began it under a client_key; NULL: not compared

-- +goose Down
ALTER TABLE runs DROP COLUMN request_sum;
