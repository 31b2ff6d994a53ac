package models

import "gorm.io/gorm"

// postgresLog is a table by user, run and number.
type postgresLog struct{}

func (postgresLog) fence(tx *gorm.DB, works []work) error {
	return hold(tx, works, "SELECT list.i - 1, r.user_id, r.thread_id, r.owner, 0, 0, 0 "+
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
