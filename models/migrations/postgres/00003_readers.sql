-- +goose Up
ALTER TABLE runs ADD COLUMN read_at bigint; -- when another process last read it for somebody
