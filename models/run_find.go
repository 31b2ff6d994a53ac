package models

import "context"

// LatestRun returns the run that the thread's newest item is of. ErrNotFound:
// nothing was ever asked there, or the thread is not the user's.
func (db *DB) LatestRun(ctx context.Context, userID, threadID string) (*Run, error) {
	// By way of the items: their index is in order, the runs' is not.
	newest := db.read(ctx).Model(&itemRow{}).Select("run_id").
		Where("user_id = ? AND thread_id = ?", userID, threadID).Order("seq DESC").Limit(1)
	r, err := firstRun(runs(db.read(ctx)).Where("user_id = ? AND id = (?)", userID, newest))
	return r, wrap("latest run", err)
}

// RunByID returns a run of anyone's. The caller has made sure that it may be read.
func (db *DB) RunByID(ctx context.Context, id string) (*Run, error) {
	r, err := firstRun(runs(db.read(ctx)).Where("id = ?", id))
	return r, wrap("run", err)
}
