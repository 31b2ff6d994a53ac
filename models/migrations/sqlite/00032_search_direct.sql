-- Postgres puts words into the index for search at once in this version; SQLite's is as it was.

-- +goose Up
SELECT 1;

-- +goose Down
SELECT 1;
