-- +goose Up
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- of the pages; '': as the browser

-- +goose Down
ALTER TABLE users DROP COLUMN language;
