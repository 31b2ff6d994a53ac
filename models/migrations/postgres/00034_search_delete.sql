-- SQLite's index for search rewrites less in this version; Postgres's is as it was.

-- +goose Up
SELECT 1;

-- +goose Down
SELECT 1;
