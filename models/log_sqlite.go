package models

import (
	"bytes"
	"strconv"
	"sync"

	"gorm.io/gorm"
)

// sqliteLog writes a journal: one row a commit, with the events of all runs in
// it, since a row for each event would cost ten times as much. What a run has in
// the journal is also kept here, until it is a page full or the run ends; then it
// becomes one row of run_events. So the journal is only read when a process
// begins, and stays short.
//
// The log is locked before the database: a commit holds both.
type sqliteLog struct {
	mu      sync.Mutex
	known   bool  // what follows is what the database has
	changes int64 // run_log.changes
	n       int64 // of the journal's newest row, 0 if it has none
	runs    map[string]*openRun
	lines   []byte // room for the journal's next row
	pages   insert // room for rows of run_events
}

var _ eventLog = (*sqliteLog)(nil)

// openRun is a running run.
type openRun struct {
	n                   int64 // its number
	user, thread, owner string

	seq int64 // of its last event

	// Of its events that are in the journal only:
	lines  []byte // all of them, as a row of run_events has them
	events int    // how many
	last   []byte // the payload of the last; nil if there are none
	since  int64  // the first of the journal's rows that they are in
}

const (
	lookJournal   = "SELECT changes, (SELECT COALESCE(MAX(n), 0) FROM run_journal) FROM run_log"
	insertJournal = "INSERT INTO run_journal (n, lines) VALUES (?, ?)"
	tidyJournal   = "DELETE FROM run_journal WHERE n < ?"
)

// begin locks the log. Unless the transaction in which it is then used is
// committed, what it thinks it knows is void.
func (l *sqliteLog) begin() (end func(committed bool)) {
	l.mu.Lock()
	return func(committed bool) {
		l.known = l.known && committed
		l.mu.Unlock()
	}
}

// fence needs no lock in the database: the transaction is the only one that
// writes. It asks for the runs that it does not know.
func (l *sqliteLog) fence(tx *gorm.DB, works []work) error {
	if err := l.look(tx); err != nil {
		return err
	}
	var unknown []string
	for i := range works {
		if id := works[i].RunID; l.runs[id] == nil {
			unknown = append(unknown, id)
		}
	}
	if err := l.ask(tx, unknown); err != nil {
		return err
	}
	for i := range works {
		w := &works[i]
		r := l.runs[w.RunID]
		w.held = r != nil && w.of(r)
	}
	return nil
}

// of reports whether the work is of that run, and of its owner.
func (w *work) of(r *openRun) bool {
	return r.user == w.UserID && r.thread == w.ThreadID && r.owner == w.Owner
}

const (
	// fullPage is when a run's events leave the journal: a row that then fits
	// into one page of the database.
	fullPage = 3200
	// maxJournal is how many commits a run's events stay there at most.
	maxJournal = 256
	// tidyEvery is the number of commits between two looks at that.
	tidyEvery = 32
)

func (l *sqliteLog) append(tx *gorm.DB, works []*work) error {
	n := l.n + 1
	l.lines = l.lines[:0]
	rows := l.insert(tx)
	for _, w := range works {
		r := l.runs[w.RunID]
		begun := len(r.lines)
		r.add(w.Events, n)
		w.last = r.seq
		if w.End != nil {
			delete(l.runs, w.RunID)
		}
		if w.End != nil || len(r.lines) > fullPage {
			if err := r.settle(rows); err != nil {
				return err
			}
			continue
		}
		for line := range bytes.Lines(r.lines[begun:]) {
			l.lines = append(strconv.AppendInt(l.lines, r.n, 10), ' ')
			l.lines = append(l.lines, line...)
		}
	}
	if len(l.lines) > 0 {
		if err := exec(tx, insertJournal, n, l.lines); err != nil {
			return err
		}
		l.n = n
	}
	if err := l.tidy(tx, rows); err != nil {
		return err
	}
	return rows.flush()
}

// add takes the events that the run does not have yet; n is the journal's next row.
func (r *openRun) add(events []Event, n int64) {
	for _, e := range events {
		if e.Seq <= r.seq {
			continue
		}
		if r.events == 0 {
			r.since = n
		}
		r.lines = appendLine(r.lines, r.last, e)
		r.seq, r.last = e.Seq, e.Payload
		r.events++
	}
}

// settle moves the run's events out of the journal.
func (r *openRun) settle(rows *insert) error {
	if r.events == 0 {
		return nil
	}
	err := rows.row(r)
	r.lines, r.events, r.last = r.lines[:0], 0, nil
	return err
}

// tidy takes off the journal's beginning what no run needs any more, now and then
// after it has moved what has been there for long.
func (l *sqliteLog) tidy(tx *gorm.DB, rows *insert) error {
	if l.n == 0 {
		return nil
	}
	all, oldest := l.n%tidyEvery == 0, l.n+1
	for _, r := range l.runs {
		if r.events == 0 {
			continue
		}
		if !all {
			return nil
		}
		if l.n-r.since >= maxJournal {
			if err := r.settle(rows); err != nil {
				return err
			}
			continue
		}
		oldest = min(oldest, r.since)
	}
	if oldest > l.n {
		l.n = 0
	}
	return exec(tx, tidyJournal, oldest)
}

// disturb is for a transaction that changes which runs there are, or whose: it
// empties the journal, which may hold what is to be forgotten.
func (l *sqliteLog) disturb(tx *gorm.DB) error {
	if err := l.look(tx); err != nil {
		return err
	}
	rows := l.insert(tx)
	for _, r := range l.runs {
		if err := r.settle(rows); err != nil {
			return err
		}
	}
	if err := rows.flush(); err != nil {
		return err
	}
	if err := exec(tx, "DELETE FROM run_journal"); err != nil {
		return err
	}
	l.known = false
	return exec(tx, "UPDATE run_log SET changes = changes + 1")
}

func (l *sqliteLog) lastSeq(w *work) any { return w.last }

// pageRow and journalRow are the log's tables.
type (
	pageRow struct {
		Run, Seq, Events int64
		Lines            []byte
	}
	journalRow struct {
		N     int64
		Lines []byte
	}
)

// TableName returns "run_events".
func (pageRow) TableName() string { return "run_events" }

// TableName returns "run_journal".
func (journalRow) TableName() string { return "run_journal" }

func (l *sqliteLog) rows() []any { return []any{&pageRow{}, &journalRow{}} }

// after reads the rows of the run, and then what is in the journal.
func (l *sqliteLog) after(tx *gorm.DB, runID string, seq int64, limit int) ([]Event, error) {
	recent, err := l.recent(tx, runID)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context,
		"SELECT e.lines FROM runs AS r JOIN run_events AS e ON e.run = r.n WHERE r.id = ? AND e.seq > ? ORDER BY e.seq", runID, seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var events []Event
	for len(events) < limit && rows.Next() {
		var lines []byte
		if err := rows.Scan(&lines); err != nil {
			return nil, err
		}
		if events, err = appendEvents(events, lines, seq, limit); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if n := len(events); n > 0 {
		seq = events[n-1].Seq
	}
	for _, e := range recent {
		if e.Seq > seq && len(events) < limit {
			events = append(events, e)
		}
	}
	return events, nil
}

// recent returns the run's events that are in the journal only.
func (l *sqliteLog) recent(tx *gorm.DB, runID string) ([]Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.look(tx); err != nil {
		return nil, err
	}
	if r := l.runs[runID]; r != nil {
		return appendEvents(nil, r.lines, 0, r.events)
	}
	return nil, nil
}

// remove deletes the runs' events.
func (l *sqliteLog) remove(tx *gorm.DB, runs []Run) (int64, error) {
	const of = "run IN (SELECT n FROM runs WHERE (user_id, id) IN ?)"
	var n int64
	if err := tx.Raw("SELECT COALESCE(SUM(events), 0) FROM run_events WHERE "+of, runKeys(runs)).Scan(&n).Error; err != nil {
		return 0, err
	}
	return n, tx.Exec("DELETE FROM run_events WHERE "+of, runKeys(runs)).Error
}
