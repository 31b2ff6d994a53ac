-- FTS5 rewrote parts of the index of which a tenth was deleted, in the commit of
-- whoever deleted, for which everybody else waited. That is left to quiet times
-- (models/search_tidy.go).

-- +goose Up
INSERT INTO search_index (search_index, rank) VALUES ('deletemerge', 0);

-- +goose Down
INSERT INTO search_index (search_index, rank) VALUES ('deletemerge', 10);
