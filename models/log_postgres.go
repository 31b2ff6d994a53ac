package models

import (
	"encoding/json"
	"errors"

	"gorm.io/gorm"
)

// postgresLog is a table by user, run and number.
type postgresLog struct{}

// begin does nothing: what the log counts on is in the database.
func (postgresLog) begin() (end func(committed bool)) {
	return func(bool) {}
}

func (postgresLog) quick(*gorm.DB, []work) (bool, error) { return false, nil }

func (postgresLog) disturb(*gorm.DB) error { return nil }

func (postgresLog) rows() []any { return []any{&eventRow{}} }

func (postgresLog) lastSeq(w *work) any {
	return gorm.Expr("COALESCE((SELECT seq FROM run_last WHERE user_id = ? AND run_id = ?), 0)", w.UserID, w.RunID)
}

func (postgresLog) fence(tx *gorm.DB, works []work) error {
	return hold(tx, works, "SELECT list.i - 1, r.user_id, r.thread_id, r.owner "+
		"FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS list (id, i) JOIN runs AS r ON r.id = list.id "+
		"WHERE r.status = 'running' ORDER BY r.id FOR NO KEY UPDATE OF r")
}

// append sends the columns as arrays: one statement, prepared once, whatever
// the number of rows.
func (postgresLog) append(tx *gorm.DB, works []*work) error {
	var (
		users, runs, payloads []string
		seqs                  []int64
	)
	for _, w := range works {
		for _, e := range w.Events {
			users, runs = append(users, w.UserID), append(runs, w.RunID)
			seqs, payloads = append(seqs, e.Seq), append(payloads, string(e.Payload))
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context,
		"INSERT INTO run_events (user_id, run_id, seq, payload) "+
			"SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) ON CONFLICT DO NOTHING",
		users, runs, seqs, payloads)
	return err
}

func (postgresLog) after(tx *gorm.DB, runID string, seq int64, limit int) ([]Event, error) {
	owner := tx.Model(&Run{}).Select("user_id").Where("id = ?", runID)
	return eventsOf(tx.Model(&eventRow{}).
		Where("user_id = (?) AND run_id = ? AND seq > ?", owner, runID, seq).Order("seq").Limit(limit))
}

func (postgresLog) remove(tx *gorm.DB, runs []Run) (int64, error) {
	gone := tx.Where("(user_id, run_id) IN ?", runKeys(runs)).Delete(&eventRow{})
	return gone.RowsAffected, gone.Error
}

// hold runs a fence's query. Its argument is the list of run ids as JSON, so it
// is one statement whatever their number; it goes around GORM, whose reflection
// would cost each commit more than the query does. A row is a place in the list
// and the run's user, thread and owner.
func hold(tx *gorm.DB, works []work, query string) error {
	ids := make([]string, len(works))
	for i := range works {
		ids[i] = works[i].RunID
		works[i].held = false // it may have been, before the transaction was begun again
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
		)
		if err := rows.Scan(&i, &user, &thread, &owner); err != nil {
			return errors.Join(err, rows.Close())
		}
		w := &works[i]
		w.held = user == w.UserID && thread == w.ThreadID && owner == w.Owner
	}
	return errors.Join(rows.Err(), rows.Close())
}

// eventRow is what the log stores of an Event.
type eventRow struct {
	Seq     int64
	Payload string
}

// TableName returns "run_events".
func (eventRow) TableName() string { return "run_events" }

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
