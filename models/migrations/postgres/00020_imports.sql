-- Files that people import, and where the threads that came with them are from.

-- +goose Up
CREATE TABLE imports (
    user_id    text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    id         text COLLATE "C" NOT NULL,
    name       text             NOT NULL,
    format     text             NOT NULL,
    object     text COLLATE "C" NOT NULL, -- the file's bytes, until the import is done
    state      text             NOT NULL,
    preview    text             NOT NULL, -- what is in the file
    result     text             NOT NULL, -- what has been done of it
    created_at bigint           NOT NULL,
    updated_at bigint           NOT NULL,
    PRIMARY KEY (user_id, id)
);

CREATE TABLE imported (
    user_id    text COLLATE "C" NOT NULL,
    source     text COLLATE "C" NOT NULL, -- where it comes from, and what it is called there
    thread_id  text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, source),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
CREATE INDEX imported_thread ON imported (user_id, thread_id);

-- +goose Down
DROP TABLE imported;
DROP TABLE imports;
