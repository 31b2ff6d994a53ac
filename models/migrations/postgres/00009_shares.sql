-- Links by which anyone may read a thread, up to an item.

-- +goose Up
CREATE TABLE shares (
    user_id        text COLLATE "C" NOT NULL,
    thread_id      text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL UNIQUE, -- the link: whoever has it may read
    through_seq    bigint           NOT NULL,        -- the newest item that is shown
    created_at     bigint           NOT NULL,
    updated_at     bigint           NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    FOREIGN KEY (user_id, thread_id) REFERENCES threads (user_id, id) ON DELETE CASCADE
);
