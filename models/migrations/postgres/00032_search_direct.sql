-- Words go into the index with the message that has them. Postgres would collect
-- those of some thousand messages first; then one message, and everybody behind it,
-- waited for seconds until all of them were put in their places.

-- +goose Up
ALTER INDEX search_index SET (fastupdate = off);
SELECT gin_clean_pending_list('search_index');

-- +goose Down
ALTER INDEX search_index RESET (fastupdate);
