-- Which thread of a model server a thread goes on in.

-- +goose Up
CREATE TABLE remote_threads (
    user_id        text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL,
    remote_id      text             NOT NULL, -- the model server's thread
    item_id        text COLLATE "C" NOT NULL, -- the newest message that it answered there
    run_id         text             NOT NULL, -- its run that waits for outputs of tools; '' for none
    updated_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
