-- SQLite's log has another form from here on; nothing changes here.

-- +goose Up
SELECT 1;

-- +goose Down
SELECT 1;
