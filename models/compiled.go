package models

import (
	"context"
	"database/sql"
	"sync/atomic"

	"gorm.io/gorm"
)

// compiled are statements of SQLite's writer that are said so often that they
// are compiled once: that takes longer than they do.
type compiled struct {
	list atomic.Pointer[map[string]*sql.Stmt] // by text; nil until compile
}

// compile compiles the texts the first time. It needs the writer, so it can't be
// called within a transaction.
func (c *compiled) compile(ctx context.Context, writer *gorm.DB, texts ...string) error {
	if c.list.Load() != nil {
		return nil
	}
	pool, err := writer.DB()
	if err != nil {
		return err
	}
	list := map[string]*sql.Stmt{}
	for _, text := range texts {
		if list[text], err = pool.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	c.list.CompareAndSwap(nil, &list) // else another was first; the pool closes ours
	return nil
}

func (c *compiled) of(text string) *sql.Stmt {
	if list := c.list.Load(); list != nil {
		return (*list)[text]
	}
	return nil
}

// in returns the compiled statement in the transaction.
func (c *compiled) in(tx *gorm.DB, text string) (*sql.Stmt, bool) {
	pool, ok := tx.Statement.ConnPool.(*sql.Tx)
	s := c.of(text)
	if !ok || s == nil {
		return nil, false
	}
	return pool.StmtContext(tx.Statement.Context, s), true
}

// exec is exec for such a statement.
func (c *compiled) exec(tx *gorm.DB, text string, args ...any) error {
	if s, ok := c.in(tx, text); ok {
		_, err := s.ExecContext(tx.Statement.Context, args...)
		return err
	}
	return exec(tx, text, args...)
}

// row asks for the one row of such a statement.
func (c *compiled) row(tx *gorm.DB, text string, args ...any) *sql.Row {
	if s, ok := c.in(tx, text); ok {
		return s.QueryRowContext(tx.Statement.Context, args...)
	}
	return tx.Statement.ConnPool.QueryRowContext(tx.Statement.Context, text, args...)
}
