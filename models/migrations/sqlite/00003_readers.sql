-- +goose Up
ALTER TABLE runs ADD COLUMN read_at INTEGER; -- when another process last read it for somebody
