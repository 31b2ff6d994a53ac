package models

import (
	"context"
	"fmt"
	"hash/fnv"
)

// PinThreads puts threads of the user's first in the list, or no longer, all or
// none.
func (db *DB) PinThreads(ctx context.Context, userID string, pinned bool, ids ...string) error {
	set := map[string]any{"pinned_at": nil}
	if pinned {
		set["pinned_at"] = At(db.now())
	}
	return wrap("pin threads", db.setThreads(ctx, userID, ids, threadKept, set))
}

// ArchiveThreads takes threads of the user's out of the list, or puts them back,
// all or none. A message brings a thread back by itself.
func (db *DB) ArchiveThreads(ctx context.Context, userID string, archived bool, ids ...string) error {
	set := map[string]any{"archived_at": nil}
	if archived {
		set["archived_at"] = At(db.now())
	}
	return wrap("archive threads", db.setThreads(ctx, userID, ids, threadKept, set))
}

// maxPinned is how many pinned threads a list begins with at most.
const maxPinned = 100

// PinnedThreads returns the user's pinned threads, the one that was pinned last
// first.
func (db *DB) PinnedThreads(ctx context.Context, userID string) ([]Thread, error) {
	var threads []Thread
	err := threadsOf(db.read(ctx), userID).Where("pinned_at IS NOT NULL AND archived_at IS NULL").
		Order("pinned_at DESC, id DESC").Limit(maxPinned).Find(&threads).Error
	return threads, wrap("pinned threads", err)
}

// ArchivedThreads returns a page of the user's archived threads, the one that
// was archived last first, and whether there are more.
func (db *DB) ArchivedThreads(ctx context.Context, userID, after string, limit int) ([]Thread, bool, error) {
	limit = pageSize(limit)
	from := db.read(ctx).Model(&Thread{}).Where("user_id = ? AND archived_at IS NOT NULL", userID)
	list, err := keyset(threadsOf(db.read(ctx), userID).Where("archived_at IS NOT NULL"), from, "archived_at", after, "")
	if err != nil {
		return nil, false, wrap("archived threads", err)
	}
	var threads []Thread
	if err := list.Limit(limit + 1).Find(&threads).Error; err != nil {
		return nil, false, wrap("archived threads", err)
	}
	threads, more := paged(threads, limit)
	return threads, more, nil
}

// ThreadsChanged returns something that is another after any change of what a list
// of the user's pinned threads and the limit latest active ones shows, also by
// another server.
func (db *DB) ThreadsChanged(ctx context.Context, userID string, limit int) (uint64, error) {
	sum := fnv.New64a()
	for _, list := range []struct {
		which, order string
		limit        int
	}{{"pinned_at IS NOT NULL", "pinned_at DESC, id DESC", maxPinned}, {"TRUE", "updated_at DESC, id DESC", pageSize(limit)}} {
		var rows []struct {
			ID, Title string
			UpdatedAt int64
			Pinned    bool
			Running   bool
		}
		err := db.read(ctx).Model(&Thread{}).
			Select("id, title, updated_at, pinned_at IS NOT NULL AS pinned, EXISTS (SELECT 1 FROM runs WHERE runs.user_id = threads.user_id "+
				"AND runs.thread_id = threads.id AND runs.status = 'running') AS running").
			Where("user_id = ? AND archived_at IS NULL AND "+threadKept+" AND "+list.which, userID).
			Order(list.order).Limit(list.limit).Scan(&rows).Error
		if err != nil {
			return 0, wrap("newest change of threads", err)
		}
		fmt.Fprintf(sum, "%#v", rows)
	}
	return sum.Sum64(), nil
}
