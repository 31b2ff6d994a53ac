-- +goose Up
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT ''; -- where the browser was last, as 'Asia/Tokyo'; '': not known

-- +goose Down
ALTER TABLE users DROP COLUMN time_zone;
