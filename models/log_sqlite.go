package models

import (
	"strconv"

	"gorm.io/gorm"
)

// sqliteLog is a table in order of arrival. An index by run would cost a commit
// of 200 runs about 200 changed pages, twelve times the time of this; so each
// entry names the one before it of its run, and a small table of tails names
// the last.
type sqliteLog struct{}

// tail is the last entry n of a run's log, and that event's number. run is the
// run's own number.
type tail struct{ run, n, seq int64 }

// fence needs no lock: the transaction is the only one that writes.
func (sqliteLog) fence(tx *gorm.DB, works []work) error {
	return hold(tx, works, "SELECT list.key, r.user_id, r.thread_id, r.owner, r.n, COALESCE(t.n, 0), COALESCE(t.seq, 0) "+
		"FROM json_each(?) AS list JOIN runs AS r ON r.id = list.value "+
		"LEFT JOIN run_tails AS t ON t.run = r.n WHERE r.status = 'running'")
}

func (sqliteLog) append(tx *gorm.DB, works []*work) error {
	var n int64 // there is one writer, so nobody else counts on
	err := tx.Statement.ConnPool.QueryRowContext(tx.Statement.Context,
		"SELECT COALESCE(MAX(n), 0) FROM run_events").Scan(&n)
	if err != nil {
		return err
	}
	events := insert{tx: tx, into: "run_events (n, prev, run, seq, payload)"}
	tails := insert{tx: tx, into: "run_tails (run, n, seq)", otherwise: " ON CONFLICT (run) DO UPDATE SET n = excluded.n, seq = excluded.seq"}
	for _, w := range works {
		before := w.end
		for _, e := range w.Events {
			if e.Seq <= w.end.seq {
				continue
			}
			n++
			if err := events.row(string(e.Payload), n, w.end.n, w.end.run, e.Seq); err != nil {
				return err
			}
			w.end.n, w.end.seq = n, e.Seq
		}
		if w.end != before {
			if err := tails.row("", w.end.run, w.end.n, w.end.seq); err != nil {
				return err
			}
		}
	}
	if err := events.flush(); err != nil {
		return err
	}
	return tails.flush()
}

// rowsAtOnce bounds the rows of one INSERT. The driver compiles each statement
// anew and takes time in the square of its parameters, so the numbers of a row
// are written out and only its text is a parameter.
const rowsAtOnce = 50

// insert gathers rows of numbers, and perhaps a text at the end, into statements.
type insert struct {
	tx              *gorm.DB
	into, otherwise string

	query []byte
	rows  int
	texts []any
}

func (s *insert) row(text string, numbers ...int64) error {
	if s.rows == 0 {
		s.query = append(s.query[:0], "INSERT INTO "+s.into+" VALUES "...)
	} else {
		s.query = append(s.query, ',')
	}
	for i, n := range numbers {
		s.query = append(s.query, "(,"[min(i, 1)])
		s.query = strconv.AppendInt(s.query, n, 10)
	}
	if text != "" {
		s.query = append(s.query, ",?"...)
		s.texts = append(s.texts, text)
	}
	s.query = append(s.query, ')')
	if s.rows++; s.rows == rowsAtOnce {
		return s.flush()
	}
	return nil
}

func (s *insert) flush() error {
	if s.rows == 0 {
		return nil
	}
	query := string(append(s.query, s.otherwise...))
	_, err := s.tx.Statement.ConnPool.ExecContext(s.tx.Statement.Context, query, s.texts...)
	s.rows, s.texts = 0, s.texts[:0]
	return err
}

// after walks from the tail back to seq, and then reads forward from there.
func (sqliteLog) after(tx *gorm.DB, runID string, seq int64, limit int) ([]Event, error) {
	return eventsOf(tx.Raw(`
		WITH RECURSIVE chain (n, prev, seq) AS (
			SELECT e.n, e.prev, e.seq FROM runs AS r
				JOIN run_tails AS t ON t.run = r.n
				JOIN run_events AS e ON e.n = t.n
				WHERE r.id = ? AND e.seq > ?
			UNION ALL
			SELECT e.n, e.prev, e.seq FROM chain JOIN run_events AS e ON e.n = chain.prev WHERE e.seq > ?
		), wanted (n) AS (SELECT n FROM chain ORDER BY seq LIMIT ?)
		SELECT e.seq, e.payload FROM wanted JOIN run_events AS e ON e.n = wanted.n ORDER BY e.seq`,
		runID, seq, seq, limit))
}

// remove deletes the runs' tails; a trigger deletes their events.
func (sqliteLog) remove(tx *gorm.DB, runs []Run) (int64, error) {
	var before, after int64
	if err := tx.Raw("SELECT total_changes()").Scan(&before).Error; err != nil {
		return 0, err
	}
	gone := tx.Exec("DELETE FROM run_tails WHERE run IN (SELECT n FROM runs WHERE (user_id, id) IN ?)", runKeys(runs))
	if gone.Error != nil {
		return 0, gone.Error
	}
	err := tx.Raw("SELECT total_changes()").Scan(&after).Error
	return after - before - gone.RowsAffected, err
}
