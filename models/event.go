package models

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"
)

// eventLog keeps the events of runs. The two databases differ in what is cheap.
type eventLog interface {
	// fence finds the works whose run is still running and their Owner's, and
	// keeps them so until tx ends.
	fence(tx *gorm.DB, works []work) error
	// append stores the events of works that fence found, but for those that
	// are there already.
	append(tx *gorm.DB, works []*work) error
	// after reads up to limit events of a run with higher numbers, in order.
	after(tx *gorm.DB, runID string, seq int64, limit int) ([]Event, error)
	// remove deletes all events of runs and says how many there were.
	remove(tx *gorm.DB, runs []Run) (int64, error)
}

// hold runs a fence's query. Its argument is the list of run ids as JSON, so it
// is one statement whatever their number; it goes around GORM, whose reflection
// would cost each commit more than the query does. A row is a place in the list,
// the run's user, thread and owner, and the end of its log.
func hold(tx *gorm.DB, works []work, query string) error {
	ids := make([]string, len(works))
	for i := range works {
		ids[i] = works[i].RunID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, query, string(list))
	if err != nil {
		return err
	}
	for rows.Next() {
		var (
			i                   int
			user, thread, owner string
			end                 tail
		)
		if err := rows.Scan(&i, &user, &thread, &owner, &end.run, &end.n, &end.seq); err != nil {
			return errors.Join(err, rows.Close())
		}
		w := &works[i]
		w.held = user == w.UserID && thread == w.ThreadID && owner == w.Owner
		w.end = end
	}
	return errors.Join(rows.Err(), rows.Close())
}

// eventRow is what both databases store of an Event.
type eventRow struct {
	Seq     int64
	Payload string
}

// TableName returns "run_events".
func (eventRow) TableName() string { return "run_events" }

// RunEvents returns up to limit events of a run after the number after, in
// order. The caller has made sure that the run may be read.
func (db *DB) RunEvents(ctx context.Context, runID string, after int64, limit int) ([]Event, error) {
	events, err := db.log.after(db.read(ctx), runID, after, pageSize(limit))
	return events, wrap("run events", err)
}

func eventsOf(query *gorm.DB) ([]Event, error) {
	var rows []eventRow
	if err := query.Scan(&rows).Error; err != nil {
		return nil, err
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = Event{Seq: r.Seq, Payload: []byte(r.Payload)}
	}
	return events, nil
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
