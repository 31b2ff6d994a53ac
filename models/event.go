package models

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// eventRow is an Event in the table.
type eventRow struct {
	UserID  string `gorm:"primaryKey"`
	RunID   string `gorm:"primaryKey"`
	Seq     int64  `gorm:"primaryKey;autoIncrement:false"`
	Payload string
}

// TableName returns "run_events".
func (eventRow) TableName() string { return "run_events" }

// eventsAtOnce bounds the rows of one INSERT for SQLite, which compiles each
// statement anew.
const eventsAtOnce = 100

const insertEvents = "INSERT INTO run_events (user_id, run_id, seq, payload) "

// insertEvents is the busiest statement of all and goes around GORM, whose
// reflection costs more than the insert.
func (db *DB) insertEvents(tx *gorm.DB, events []eventRow) error {
	if db.pg != nil {
		return insertArrays(tx, events)
	}
	for some := range slices.Chunk(events, eventsAtOnce) {
		args := make([]any, 0, 4*len(some))
		for i := range some {
			e := &some[i]
			args = append(args, e.UserID, e.RunID, e.Seq, e.Payload)
		}
		query := insertEvents + "VALUES " + strings.Repeat("(?,?,?,?),", len(some)-1) + "(?,?,?,?) ON CONFLICT DO NOTHING"
		if _, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, query, args...); err != nil {
			return err
		}
	}
	return nil
}

// insertArrays sends Postgres the columns as arrays: one statement, prepared
// once, whatever the number of rows.
func insertArrays(tx *gorm.DB, events []eventRow) error {
	if len(events) == 0 {
		return nil
	}
	users, runs := make([]string, len(events)), make([]string, len(events))
	seqs, payloads := make([]int64, len(events)), make([]string, len(events))
	for i, e := range events {
		users[i], runs[i], seqs[i], payloads[i] = e.UserID, e.RunID, e.Seq, e.Payload
	}
	_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, insertEvents+
		"SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) ON CONFLICT DO NOTHING",
		users, runs, seqs, payloads)
	return err
}

// RunEvents returns up to limit events of a run after the number after, in
// order. The caller has made sure that the run may be read.
func (db *DB) RunEvents(ctx context.Context, runID string, after int64, limit int) ([]Event, error) {
	var rows []eventRow
	owner := db.read(ctx).Model(&Run{}).Select("user_id").Where("id = ?", runID)
	err := db.read(ctx).Where("user_id = (?) AND run_id = ? AND seq > ?", owner, runID, after).
		Order("seq").Limit(pageSize(limit)).Find(&rows).Error
	if err != nil {
		return nil, wrap("run events", err)
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = Event{Seq: r.Seq, Payload: []byte(r.Payload)}
	}
	return events, nil
}

// purgeAtOnce is the number of runs whose events go in one transaction, so that
// others need not wait long.
const purgeAtOnce = 100

// PurgeEvents deletes the events of runs that finished before a moment and
// returns how many there were. The runs and their items stay.
func (db *DB) PurgeEvents(ctx context.Context, before time.Time) (int64, error) {
	var deleted int64
	for {
		var n int64
		runs, err := db.purgeSome(ctx, before, &n)
		if err != nil {
			return deleted, wrap("purge events", err)
		}
		if deleted += n; runs < purgeAtOnce {
			return deleted, nil
		}
	}
}

func (db *DB) purgeSome(ctx context.Context, before time.Time, deleted *int64) (int, error) {
	var old []Run
	err := db.read(ctx).Select("user_id", "id").Where("purged = false AND finished_at < ?", At(before)).
		Order("finished_at").Limit(purgeAtOnce).Find(&old).Error
	if err != nil || len(old) == 0 {
		return 0, err
	}
	keys := make([][]any, len(old))
	for i, r := range old {
		keys[i] = []any{r.UserID, r.ID}
	}
	return len(old), db.write(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("(user_id, run_id) IN ?", keys).Delete(&eventRow{})
		if gone.Error != nil {
			return gone.Error
		}
		*deleted = gone.RowsAffected
		return tx.Model(&Run{}).Where("(user_id, id) IN ?", keys).UpdateColumn("purged", true).Error
	})
}
