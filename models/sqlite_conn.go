package models

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// keptStatements is how many compiled statements a connection to SQLite keeps:
// more than the program has that are said often. Compiling one takes longer than
// most of them do.
const keptStatements = 128

// sqlitePool opens connections that keep their statements compiled.
func sqlitePool(dsn string) *sql.DB { return sql.OpenDB(sqliteConnector{dsn}) }

type sqliteConnector struct{ dsn string }

// Connect opens a connection.
func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) {
	made, err := new(sqlite.Driver).Open(c.dsn)
	if err != nil {
		return nil, err
	}
	conn, ok := made.(sqliteDriverConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T lacks a method", made), made.Close())
	}
	return &sqliteConn{sqliteDriverConn: conn, byText: map[string]*list.Element{}}, nil
}

// Driver returns the driver below.
func (c sqliteConnector) Driver() driver.Driver { return new(sqlite.Driver) }

// What database/sql asks of the driver's types.
type (
	sqliteDriverConn interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.ExecerContext
		driver.QueryerContext
		driver.Pinger
		driver.SessionResetter
		driver.Validator
	}
	sqliteDriverStmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	sqliteDriverRows interface {
		driver.Rows
		driver.RowsColumnTypeDatabaseTypeName
		driver.RowsColumnTypeLength
		driver.RowsColumnTypeNullable
		driver.RowsColumnTypePrecisionScale
		driver.RowsColumnTypeScanType
	}
)

// sqliteConn keeps the statements that are not being used. Like any driver's
// connection it is used by one goroutine at a time.
type sqliteConn struct {
	sqliteDriverConn
	byText map[string]*list.Element
	order  list.List // of *sqliteStmt, that which was used last in front
}

type sqliteStmt struct {
	sqliteDriverStmt
	text string
}

// ExecContext executes a statement.
func (c *sqliteConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteDriverConn.ExecContext(ctx, text, args)
	}
	result, err := s.ExecContext(ctx, args)
	return result, errors.Join(err, c.give(s, err == nil))
}

// QueryContext executes a statement that may return rows.
func (c *sqliteConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteDriverConn.QueryContext(ctx, text, args)
	}
	made, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(s, false))
	}
	rows, ok := made.(sqliteDriverRows)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T lacks a method", made), made.Close(), c.give(s, false))
	}
	return &sqliteRows{rows, c, s}, nil
}

// take returns the text's statement, which nobody else has until it is given
// back; nil for a text that is not kept.
func (c *sqliteConn) take(ctx context.Context, text string) (*sqliteStmt, error) {
	if kept, ok := c.byText[text]; ok {
		delete(c.byText, text)
		return c.order.Remove(kept).(*sqliteStmt), nil
	}
	if !keeps(text) {
		return nil, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s, ok := made.(sqliteDriverStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T lacks a method", made), made.Close())
	}
	return &sqliteStmt{s, text}, nil
}

// keeps reports whether the text is one statement that reads or writes rows.
func keeps(text string) bool {
	verb, _, _ := strings.Cut(strings.TrimLeft(text, " \t\n"), " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return !strings.Contains(text, ";")
	}
	return false
}

// give keeps the statement, unless it failed or there is another one of its text
// by now, and lets go of the one that has not been used for longest.
func (c *sqliteConn) give(s *sqliteStmt, well bool) error {
	if _, another := c.byText[s.text]; another || !well {
		return s.Close()
	}
	c.byText[s.text] = c.order.PushFront(s)
	if c.order.Len() <= keptStatements {
		return nil
	}
	oldest := c.order.Remove(c.order.Back()).(*sqliteStmt)
	delete(c.byText, oldest.text)
	return oldest.Close()
}

// Close closes the connection and its statements.
func (c *sqliteConn) Close() error {
	var errs []error
	for e := c.order.Front(); e != nil; e = e.Next() {
		errs = append(errs, e.Value.(*sqliteStmt).Close())
	}
	c.order.Init()
	clear(c.byText)
	return errors.Join(append(errs, c.sqliteDriverConn.Close())...)
}

// sqliteRows gives its statement back when it is closed.
type sqliteRows struct {
	sqliteDriverRows
	conn *sqliteConn
	stmt *sqliteStmt
}

// Close closes the rows.
func (r *sqliteRows) Close() error {
	err := r.sqliteDriverRows.Close()
	if r.stmt == nil {
		return err
	}
	s := r.stmt
	r.stmt = nil
	return errors.Join(err, r.conn.give(s, err == nil))
}
