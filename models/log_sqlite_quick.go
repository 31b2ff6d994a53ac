package models

import (
	"context"
	"strconv"

	"gorm.io/gorm"
)

// appendQuick is one more row of the journal, by one statement instead of a
// transaction of five. It inserts nothing if the journal or the runs are not what
// the log thinks they are.
const appendQuick = "INSERT INTO run_journal (n, lines) SELECT ?, ? FROM run_log " +
	"WHERE changes = ? AND (SELECT COALESCE(MAX(n), 0) FROM run_journal) = ?"

// quick stores works that bring nothing but events for the journal, as nearly all
// do. It reports false, and has stored nothing, if they need more than that.
func (l *sqliteLog) quick(writer *gorm.DB, works []work) (bool, error) {
	ctx := writer.Statement.Context
	if err := ctx.Err(); err != nil {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.n + 1
	if !l.known || n%tidyEvery == 0 || !l.linesOf(works) {
		return false, nil
	}
	// As in changeLog, the driver is not to watch the context.
	done, err := writer.Statement.ConnPool.ExecContext(context.WithoutCancel(ctx), appendQuick, n, l.lines, l.changes, l.n)
	if err != nil {
		l.known = false
		return false, err
	}
	rows, err := done.RowsAffected()
	if l.known = rows == 1; !l.known {
		return false, err
	}
	l.n = n
	for i := range works {
		l.runs[works[i].RunID].add(works[i].Events, n)
	}
	return true, nil
}

// linesOf fills l.lines with the journal's row of the works, or reports false if
// they are not for a row alone.
func (l *sqliteLog) linesOf(works []work) bool {
	l.lines = l.lines[:0]
	for i := range works {
		w := &works[i]
		r := l.runs[w.RunID]
		if r == nil || !w.of(r) || w.touchesThread() {
			return false
		}
		size, last := len(r.lines), r.last
		for _, e := range w.Events {
			if e.Seq > r.seq {
				l.lines = append(strconv.AppendInt(l.lines, r.n, 10), ' ')
				begun := len(l.lines)
				l.lines = appendLine(l.lines, last, e)
				size, last = size+len(l.lines)-begun, e.Payload
			}
		}
		if size > fullPage {
			return false
		}
	}
	return len(l.lines) > 0
}
