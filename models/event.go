package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// eventLog keeps the events of runs. The two databases differ in what is cheap.
type eventLog interface {
	// begin comes before a transaction in which fence and append, or disturb, are
	// called, and end after it.
	begin() (end func(committed bool))
	// quick stores works without a transaction of writer, if it can: then it
	// reports true.
	quick(writer *gorm.DB, works []work) (bool, error)
	// fence finds the works whose run is still running and their Owner's, and
	// keeps them so until tx ends.
	fence(tx *gorm.DB, works []work) error
	// append stores the events of works that fence found, but for those that
	// are there already.
	append(tx *gorm.DB, works []*work) error
	// lastSeq is the number of the last event that work's run has, once append is done.
	lastSeq(w *work) any
	// disturb precedes what takes running runs away or gives them to another owner.
	disturb(tx *gorm.DB) error
	// after reads up to limit events of a run with higher numbers, in order.
	after(tx *gorm.DB, runID string, seq int64, limit int) ([]Event, error)
	// remove deletes all events of runs and says how many there were.
	remove(tx *gorm.DB, runs []Run) (int64, error)
	// rows is one value of each type of row.
	rows() []any
}

// RunEvents returns up to limit events of a run after the number after, in
// order. The caller has made sure that the run may be read.
func (db *DB) RunEvents(ctx context.Context, runID string, after int64, limit int) ([]Event, error) {
	events, err := db.log.after(db.read(ctx), runID, after, pageSize(limit))
	return events, wrap("run events", err)
}

// runKeys names runs for a condition like (user_id, id) IN ?.
func runKeys(runs []Run) [][]any {
	keys := make([][]any, len(runs))
	for i, r := range runs {
		keys[i] = []any{r.UserID, r.ID}
	}
	return keys
}

// purgeAtOnce is the number of runs whose events go in one transaction, so that
// others need not wait long.
const purgeAtOnce = 100

// PurgeEvents deletes the events of runs that finished before a moment and
// returns how many there were. The runs and their items stay.
func (db *DB) PurgeEvents(ctx context.Context, before time.Time) (int64, error) {
	var deleted int64
	for {
		runs, n, err := db.purgeSome(ctx, before)
		if err != nil {
			return deleted, wrap("purge events", err)
		}
		if deleted += n; runs < purgeAtOnce {
			return deleted, nil
		}
	}
}

func (db *DB) purgeSome(ctx context.Context, before time.Time) (runs int, events int64, err error) {
	var old []Run
	err = db.read(ctx).Select("user_id", "id").Where("purged = false AND finished_at < ?", At(before)).
		Order("finished_at").Limit(purgeAtOnce).Find(&old).Error
	if err != nil || len(old) == 0 {
		return 0, 0, err
	}
	err = db.write(ctx, func(tx *gorm.DB) (err error) {
		if events, err = db.log.remove(tx, old); err != nil {
			return err
		}
		return tx.Model(&Run{}).Where("(user_id, id) IN ?", runKeys(old)).UpdateColumn("purged", true).Error
	})
	return len(old), events, err
}
