// Package models keeps everything that TaskPilot stores: people and their
// sessions, threads with items, runs with their event log, and to-do tasks. The
// same code runs on SQLite and on Postgres, with the same tests on both.
//
// Every read and write of a person's own data takes the owner's id first and
// carries it in the query, so that "not yours" and "not there" are one answer:
// [ErrNotFound].
package models
