-- Where the bytes of attachments are, and how much room they take.

-- +goose Up
ALTER TABLE attachments ADD COLUMN object TEXT NOT NULL DEFAULT '';  -- '' until the bytes have come
ALTER TABLE attachments ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attachments_object ON attachments (object);
CREATE INDEX attachments_unsent ON attachments (created_at) WHERE thread_id = '';

-- The name under which this database keeps its objects, in a bucket that it may
-- share with other databases. It has one row.
CREATE TABLE file_home (id TEXT NOT NULL PRIMARY KEY) STRICT;
INSERT INTO file_home VALUES (lower(hex(randomblob(8))));
