package models

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"
)

// look makes sure that the log knows what the database has: at the beginning,
// after a transaction that failed, and when somebody else has been there.
func (l *sqliteLog) look(tx *gorm.DB) error {
	var changes, n int64
	err := queryRow(tx, lookJournal).Scan(&changes, &n)
	if err != nil || l.known && changes == l.changes && n == l.n {
		return err
	}
	l.changes, l.n, l.runs = changes, n, map[string]*openRun{}
	if l.known = false; n > 0 {
		if err := l.read(tx); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	l.known = true
	return nil
}

// read takes the journal in.
func (l *sqliteLog) read(tx *gorm.DB) error {
	byNumber, err := l.running(tx)
	if err != nil {
		return err
	}
	before := map[int64][]byte{} // the newest payload by run; also of events that have left the journal
	return query(tx, func(scan func(...any) error) error {
		var (
			n     int64
			lines []byte
		)
		if err := scan(&n, &lines); err != nil {
			return err
		}
		for line := range bytes.Lines(lines) {
			run, line, err := cutNumber(line)
			if err != nil {
				return err
			}
			r := byNumber[run]
			if r == nil {
				continue
			}
			e, err := readLine(line, before[run])
			if err == nil && e.Payload == nil && e.Seq > r.seq {
				err = fmt.Errorf("event %d of run %d goes on with what is not there", e.Seq, run)
			}
			if err != nil {
				return err
			}
			before[run] = e.Payload
			r.add([]Event{e}, n)
		}
		return nil
	}, "SELECT n, lines FROM run_journal ORDER BY n")
}

// openRuns selects running runs, with their last number in run_events.
const openRuns = "SELECT r.id, r.n, r.user_id, r.thread_id, r.owner, " +
	"(SELECT COALESCE(MAX(e.seq), 0) FROM run_events AS e WHERE e.run = r.n) FROM runs AS r "

// running takes all running runs in.
func (l *sqliteLog) running(tx *gorm.DB) (map[int64]*openRun, error) {
	if err := query(tx, l.scanRun, openRuns+"WHERE r.status = 'running'"); err != nil {
		return nil, err
	}
	byNumber := make(map[int64]*openRun, len(l.runs))
	for _, r := range l.runs {
		byNumber[r.n] = r
	}
	return byNumber, nil
}

// ask takes those of the runs in that are running.
func (l *sqliteLog) ask(tx *gorm.DB, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids) // one statement, whatever their number
	if err != nil {
		return err
	}
	return query(tx, l.scanRun, openRuns+"JOIN json_each(?) AS list ON r.id = list.value WHERE r.status = 'running'", string(list))
}

func (l *sqliteLog) scanRun(scan func(...any) error) error {
	id, r := "", &openRun{}
	if err := scan(&id, &r.n, &r.user, &r.thread, &r.owner, &r.seq); err != nil {
		return err
	}
	l.runs[id] = r
	return nil
}

// query hands each row of a query to each. It goes around GORM, whose reflection
// would cost a commit more than the query does.
func query(tx *gorm.DB, each func(scan func(...any) error) error, sql string, args ...any) error {
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, sql, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

func queryRow(tx *gorm.DB, text string, args ...any) *sql.Row {
	return tx.Statement.ConnPool.QueryRowContext(tx.Statement.Context, text, args...)
}

func exec(tx *gorm.DB, sql string, args ...any) error {
	_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, sql, args...)
	return err
}

// rowsAtOnce bounds the rows of one INSERT. The driver compiles each statement
// anew and takes time in the square of its parameters, so the numbers of a row
// are written out and only its lines are a parameter.
const rowsAtOnce = 50

// insert gathers rows of run_events into statements.
type insert struct {
	tx    *gorm.DB
	query []byte
	lines []byte // of all rows
	rows  []any  // each one's lines
}

// insert is the log's own insert, empty. A transaction that failed may have left
// something in it.
func (l *sqliteLog) insert(tx *gorm.DB) *insert {
	l.pages.tx, l.pages.lines, l.pages.rows = tx, l.pages.lines[:0], l.pages.rows[:0]
	return &l.pages
}

// row takes the run's events that are in the journal only.
func (s *insert) row(r *openRun) error {
	if len(s.rows) == 0 {
		s.query = append(s.query[:0], "INSERT INTO run_events (run, seq, events, lines) VALUES "...)
	} else {
		s.query = append(s.query, ',')
	}
	for i, n := range [...]int64{r.n, r.seq, int64(r.events)} {
		s.query = append(s.query, "(,"[min(i, 1)])
		s.query = strconv.AppendInt(s.query, n, 10)
	}
	s.query = append(s.query, ",?)"...)
	start := len(s.lines)
	s.lines = append(s.lines, r.lines...)
	if s.rows = append(s.rows, s.lines[start:]); len(s.rows) == rowsAtOnce {
		return s.flush()
	}
	return nil
}

func (s *insert) flush() error {
	if len(s.rows) == 0 {
		return nil
	}
	err := exec(s.tx, string(s.query), s.rows...)
	s.lines, s.rows = s.lines[:0], s.rows[:0]
	return err
}
