package models

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// What nearly every commit says.
const (
	lookJournal   = "SELECT changes, (SELECT COALESCE(MAX(n), 0) FROM run_journal) FROM run_log"
	insertJournal = "INSERT INTO run_journal (n, lines) VALUES (?, ?)"
	tidyJournal   = "DELETE FROM run_journal WHERE n < ?"
)

// compile compiles the statements of a commit once: that takes longer than they do.
func (l *sqliteLog) compile(ctx context.Context, writer *gorm.DB) error {
	if l.statements != nil {
		return nil
	}
	pool, err := writer.DB()
	if err != nil {
		return err
	}
	statements := map[string]*sql.Stmt{}
	for _, text := range []string{lookJournal, insertJournal, tidyJournal, appendQuick} {
		if statements[text], err = pool.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	l.statements = statements
	return nil
}

// on returns the compiled statement in the transaction.
func (l *sqliteLog) on(tx *gorm.DB, text string) (*sql.Stmt, bool) {
	in, ok := tx.Statement.ConnPool.(*sql.Tx)
	if !ok || l.statements[text] == nil {
		return nil, false
	}
	return in.StmtContext(tx.Statement.Context, l.statements[text]), true
}

// exec is exec for a statement of nearly every commit.
func (l *sqliteLog) exec(tx *gorm.DB, text string, args ...any) error {
	if s, ok := l.on(tx, text); ok {
		_, err := s.ExecContext(tx.Statement.Context, args...)
		return err
	}
	return exec(tx, text, args...)
}

// row asks for the one row of such a statement.
func (l *sqliteLog) row(tx *gorm.DB, text string, args ...any) *sql.Row {
	if s, ok := l.on(tx, text); ok {
		return s.QueryRowContext(tx.Statement.Context, args...)
	}
	return tx.Statement.ConnPool.QueryRowContext(tx.Statement.Context, text, args...)
}
