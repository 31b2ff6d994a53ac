-- Finding threads again: pins, the archive, what waits to be deleted, and an
-- index of all words.

-- +goose Up
ALTER TABLE threads ADD COLUMN pinned_at bigint;
ALTER TABLE threads ADD COLUMN archived_at bigint;
ALTER TABLE threads ADD COLUMN deleted_at bigint; -- hidden since then, and soon to be deleted

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
-- search reads nothing but what is the owner's and of these days. The words are
-- split and folded before they come here; each has its number.
CREATE TABLE search_docs (
    n         bigint           NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    thread_id text COLLATE "C" NOT NULL,
    item_id   text COLLATE "C",
    place     text             NOT NULL,
    words     text             NOT NULL,
    UNIQUE (user_id, thread_id, item_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, thread_id, item_id) REFERENCES items (user_id, thread_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX search_docs_title ON search_docs (user_id, thread_id) WHERE item_id IS NULL;
CREATE INDEX search_docs_time ON search_docs (user_id, n);
CREATE INDEX search_index ON search_docs USING gin (CAST(place || replace(words, ' ', ' ' || place) AS tsvector));

-- Threads whose items up to the number seq were indexed. Those that were there
-- before the index are worked off beside everything else.
CREATE TABLE search_todo (
    user_id   text COLLATE "C" NOT NULL,
    thread_id text COLLATE "C" NOT NULL,
    seq       bigint           NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
INSERT INTO search_todo (user_id, thread_id, seq) SELECT user_id, id, 0 FROM threads;
