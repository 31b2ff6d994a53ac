-- SQLite's index for search is built anew in this version; Postgres's stays.

-- +goose Up
SELECT 1;
