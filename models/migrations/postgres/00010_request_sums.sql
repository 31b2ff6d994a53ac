-- +goose Up
ALTER TABLE runs ADD COLUMN request_sum text; -- of the request that began it under a client_key; NULL: not compared

-- +goose Down
ALTER TABLE runs DROP COLUMN request_sum;
