-- SQLite's log of runs changes its shape here; this one keeps its own.

-- +goose Up
SELECT 1;
