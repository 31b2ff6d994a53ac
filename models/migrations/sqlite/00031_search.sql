-- The index for search costs a message less: it forgets a document by its number
-- alone, so that the words are not kept a second time, and its parts are put
-- together in quiet times (models/search_tidy.go). It is built anew, beside
-- everything else, as it was the first time.

-- +goose Up
DROP TRIGGER search_docs_insert;
DROP TRIGGER search_docs_update;
DROP TRIGGER search_docs_delete;
DROP TABLE search_index;
DROP TABLE search_docs;

-- A message, or a thread's title where item_id is NULL. n is made from its time:
-- larger is later. In the index, each of its words begins with some letters made
-- from the owner and, for messages, some days, so that a search reads nothing but
-- what is the owner's and of these days.
CREATE TABLE search_docs (
    n         INTEGER NOT NULL PRIMARY KEY,
    user_id   TEXT    NOT NULL,
    thread_id TEXT    NOT NULL,
    item_id   TEXT,
    UNIQUE (user_id, thread_id, item_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, thread_id, item_id) REFERENCES items (user_id, thread_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX search_docs_title ON search_docs (user_id, thread_id) WHERE item_id IS NULL;
CREATE INDEX search_docs_time ON search_docs (user_id, n);

-- The words are split and folded before they come here. A commit leaves the parts
-- of the index alone until there are 64 of a size; quiet times from 8 on.
CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
INSERT INTO search_index (search_index, rank) VALUES ('hashsize', 4194304);
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 64);
INSERT INTO search_index (search_index, rank) VALUES ('crisismerge', 256);
INSERT INTO search_index (search_index, rank) VALUES ('usermerge', 8);

-- +goose StatementBegin
CREATE TRIGGER search_docs_delete AFTER DELETE ON search_docs BEGIN
    DELETE FROM search_index WHERE rowid = old.n;
END;
-- +goose StatementEnd

INSERT OR REPLACE INTO search_todo (user_id, thread_id, seq) SELECT user_id, id, 0 FROM threads;
