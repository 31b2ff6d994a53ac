package models

import "context"

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
