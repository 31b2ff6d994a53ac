package models

import (
	"slices"
	"strings"

	"gorm.io/gorm"
)

// sqliteLog is a table in order of arrival. An index by run would cost a commit
// of 200 runs about 200 changed pages, twelve times the time of this; so each
// entry names the one before it of its run, and a small table of tails names
// the last.
type sqliteLog struct{}

// tail is where a run's log ends: its last entry and that one's number.
type tail struct{ n, seq int64 }

// fence needs no lock: the transaction is the only one that writes.
func (sqliteLog) fence(tx *gorm.DB, works []work) error {
	return hold(tx, works, "SELECT r.id, r.user_id, r.thread_id, r.owner, COALESCE(t.n, 0), COALESCE(t.seq, 0) "+
		"FROM json_each(?) AS list JOIN runs AS r ON r.id = list.value "+
		"LEFT JOIN run_tails AS t ON t.user_id = r.user_id AND t.run_id = r.id WHERE r.status = 'running'")
}

func (sqliteLog) append(tx *gorm.DB, works []*work) error {
	var n int64 // there is one writer, so nobody else counts on
	if err := tx.Raw("SELECT COALESCE(MAX(n), 0) FROM run_events").Scan(&n).Error; err != nil {
		return err
	}
	var events, ends []any
	for _, w := range works {
		before := w.tail
		for _, e := range w.Events {
			if e.Seq <= w.tail.seq {
				continue
			}
			n++
			events = append(events, n, w.tail.n, w.RunID, e.Seq, string(e.Payload))
			w.tail = tail{n, e.Seq}
		}
		if w.tail != before {
			ends = append(ends, w.UserID, w.RunID, w.tail.n, w.tail.seq)
		}
	}
	if err := insert(tx, "run_events (n, prev, run_id, seq, payload)", 5, events, ""); err != nil {
		return err
	}
	return insert(tx, "run_tails (user_id, run_id, n, seq)", 4, ends,
		" ON CONFLICT (user_id, run_id) DO UPDATE SET n = excluded.n, seq = excluded.seq")
}

// rowsAtOnce bounds the rows of one INSERT: the driver compiles each statement anew.
const rowsAtOnce = 100

// insert stores rows of width values each.
func insert(tx *gorm.DB, into string, width int, values []any, conflict string) error {
	row := "(" + strings.Repeat("?,", width-1) + "?)"
	for some := range slices.Chunk(values, width*rowsAtOnce) {
		query := "INSERT INTO " + into + " VALUES " + strings.Repeat(row+",", len(some)/width-1) + row + conflict
		if _, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, query, some...); err != nil {
			return err
		}
	}
	return nil
}

// after walks from the tail back to seq, and then reads forward from there.
func (sqliteLog) after(tx *gorm.DB, runID string, seq int64, limit int) ([]Event, error) {
	return eventsOf(tx.Raw(`
		WITH RECURSIVE chain (n, prev, seq) AS (
			SELECT e.n, e.prev, e.seq FROM runs AS r
				JOIN run_tails AS t ON t.user_id = r.user_id AND t.run_id = r.id
				JOIN run_events AS e ON e.n = t.n
				WHERE r.id = ? AND e.seq > ?
			UNION ALL
			SELECT e.n, e.prev, e.seq FROM chain JOIN run_events AS e ON e.n = chain.prev WHERE e.seq > ?
		), wanted (n) AS (SELECT n FROM chain ORDER BY seq LIMIT ?)
		SELECT e.run_id, e.seq, e.payload FROM wanted JOIN run_events AS e ON e.n = wanted.n ORDER BY e.seq`,
		runID, seq, seq, limit))
}

// remove deletes the runs' tails; a trigger deletes their events.
func (sqliteLog) remove(tx *gorm.DB, runs []Run) (int64, error) {
	var before, after int64
	if err := tx.Raw("SELECT total_changes()").Scan(&before).Error; err != nil {
		return 0, err
	}
	gone := tx.Table("run_tails").Where("(user_id, run_id) IN ?", runKeys(runs)).Delete(nil)
	if gone.Error != nil {
		return 0, gone.Error
	}
	err := tx.Raw("SELECT total_changes()").Scan(&after).Error
	return after - before - gone.RowsAffected, err
}
