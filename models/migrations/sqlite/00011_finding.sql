-- Finding threads again: pins, the archive, what waits to be deleted, and an
-- index of all words.

-- +goose Up
ALTER TABLE threads ADD COLUMN pinned_at INTEGER;
ALTER TABLE threads ADD COLUMN archived_at INTEGER;
ALTER TABLE threads ADD COLUMN deleted_at INTEGER; -- hidden since then, and soon to be deleted

-- Lists are of what is neither archived nor about to be deleted.
DROP INDEX threads_created;
DROP INDEX threads_recent;
CREATE INDEX threads_created ON threads (user_id, created_at, id) WHERE archived_at IS NULL AND deleted_at IS NULL;
CREATE INDEX threads_recent ON threads (user_id, updated_at, id) WHERE archived_at IS NULL AND deleted_at IS NULL;
CREATE INDEX threads_pinned ON threads (user_id, pinned_at, id) WHERE pinned_at IS NOT NULL AND archived_at IS NULL AND deleted_at IS NULL;
CREATE INDEX threads_archived ON threads (user_id, archived_at, id) WHERE archived_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX threads_deleted ON threads (deleted_at) WHERE deleted_at IS NOT NULL;

-- The words of a message, or of a thread's title where item_id is NULL. n is
-- made from its time: larger is later. place stands before each word in the
-- index: it is made from the owner and, for messages, some days, so that a
-- search reads nothing but what is the owner's and of these days.
CREATE TABLE search_docs (
    n         INTEGER NOT NULL PRIMARY KEY,
    user_id   TEXT    NOT NULL,
    thread_id TEXT    NOT NULL,
    item_id   TEXT,
    place     TEXT    NOT NULL,
    words     TEXT    NOT NULL,
    UNIQUE (user_id, thread_id, item_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, thread_id, item_id) REFERENCES items (user_id, thread_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX search_docs_title ON search_docs (user_id, thread_id) WHERE item_id IS NULL;
CREATE INDEX search_docs_time ON search_docs (user_id, n);

-- The words are split and folded before they come here.
CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', columnsize = 0, tokenize = 'ascii');

-- +goose StatementBegin
CREATE TRIGGER search_docs_insert AFTER INSERT ON search_docs BEGIN
    INSERT INTO search_index (rowid, words) VALUES (new.n, new.place || replace(new.words, ' ', ' ' || new.place));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_docs_delete AFTER DELETE ON search_docs BEGIN
    INSERT INTO search_index (search_index, rowid, words)
        VALUES ('delete', old.n, old.place || replace(old.words, ' ', ' ' || old.place));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_docs_update AFTER UPDATE OF words ON search_docs BEGIN
    INSERT INTO search_index (search_index, rowid, words)
        VALUES ('delete', old.n, old.place || replace(old.words, ' ', ' ' || old.place));
    INSERT INTO search_index (rowid, words) VALUES (new.n, new.place || replace(new.words, ' ', ' ' || new.place));
END;
-- +goose StatementEnd

-- Threads whose items up to the number seq were indexed. Those that were there
-- before the index are worked off beside everything else.
CREATE TABLE search_todo (
    user_id   TEXT    NOT NULL,
    thread_id TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO search_todo (user_id, thread_id, seq) SELECT user_id, id, 0 FROM threads;
