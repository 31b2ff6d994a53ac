package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// gormLike has of GORM what the rule looks at.
const gormLike = `package gorm
type DB struct{}
func (db *DB) Where(query any, args ...any) *DB { return db }
func (db *DB) Order(value any) *DB { return db }
func (db *DB) First(dest any, conds ...any) *DB { return db }
func (db *DB) Limit(n int) *DB { return db }
func Expr(sql string, args ...any) any { return nil }
`

const fmtLike = `package fmt; func Sprintf(format string, args ...any) string { return "" }`

const sqlLike = `package sql; type DB struct{}; func (db *DB) Query(query string, args ...any) {}`

// with are packages that are imported by their names.
type with map[string]*types.Package

// Import returns one of them.
func (w with) Import(path string) (*types.Package, error) { return w[path], nil }

// typedSource checks the types of a file of the package models.
func typedSource(t *testing.T, path, code string, in with) (typed, *types.Package) {
	t.Helper()
	p := typed{path: path, fset: token.NewFileSet(), info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{},
		Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}}
	file, err := parser.ParseFile(p.fset, "models/x.go", code, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.files = []*ast.File{file}
	made, err := (&types.Config{Importer: in}).Check(path, p.fset, p.files, p.info)
	if err != nil {
		t.Fatal(err)
	}
	return p, made
}

func TestStatements(t *testing.T) {
	t.Parallel()
	in := with{}
	for path, code := range map[string]string{"gorm.io/gorm": gormLike, "fmt": fmtLike, "database/sql": sqlLike} {
		_, in[path] = typedSource(t, path, code, nil)
	}
	for name, test := range map[string]struct{ code, want string }{
		"constant":            {`func f(tx *gorm.DB, s string) { tx.Where("a = ?", s).Order("a"+" DESC").First(nil, "id = ?", s) }`, ""},
		"named constant":      {`func f(tx *gorm.DB, s string) { const c = "a"; tx.Where(c+" = ?", s) }`, ""},
		"no string":           {`func f(tx *gorm.DB, n int) { tx.Where(map[string]any{"a": n}).Limit(n) }`, ""},
		"condition":           {`func f(tx *gorm.DB, s string) { tx.Where("a = '"+s+"'") }`, "models.f gives"},
		"order":               {`func f(tx *gorm.DB, s string) { tx.Limit(1).Order(s) }`, "models.f gives"},
		"of another type":     {`type column string; func f(tx *gorm.DB, s column) { tx.Order(string(s)) }`, "models.f gives"},
		"first":               {`func f(tx *gorm.DB, s string) { tx.First(nil, s) }`, "models.f gives"},
		"expression":          {`func f(s string) any { return gorm.Expr(s) }`, "models.f gives"},
		"in a variable":       {`func f(tx *gorm.DB) { s := "a"; tx.Order(s) }`, "models.f gives"},
		"in a closure":        {`func f(tx *gorm.DB, s string) { func() { tx.Order(s) }() }`, "models.f gives"},
		"outside functions":   {`var tx *gorm.DB; var s string; var _ = tx.Order(s)`, "models. gives"},
		"Sprintf":             {`import "fmt"; func f(tx *gorm.DB, s string) { tx.Order(fmt.Sprintf("%s", s)) }`, "models.f gives"},
		"Sprintf of the same": {`import "fmt"; func f(tx *gorm.DB) { tx.Order(fmt.Sprintf("%s %d", "a", 1)) }`, ""},
		"database/sql":        {`import "database/sql"; func f(db *sql.DB, s string) { db.Query(s) }`, "models.f gives"},
		"its arguments":       {`import "database/sql"; func f(db *sql.DB, s string) { db.Query("SELECT ?", s) }`, ""},
		"handed on":           {`func exec(tx *gorm.DB, s string) { tx.Where(s + " = 1") }`, ""},
		"another parameter":   {`func exec(tx *gorm.DB, s, other string) { tx.Where(other) }`, "models.exec gives"},
		"handed on from":      {`func exec(tx *gorm.DB, s string) {}; func f(tx *gorm.DB, s string) { exec(tx, s) }`, "models.f gives"},
		"looked at":           {`func keyset(tx *gorm.DB, s string) { tx.Order(s + " DESC") }`, ""},
	} {
		code := "package models; import \"gorm.io/gorm\"; " + test.code + "; var _ *gorm.DB"
		p, _ := typedSource(t, module+"/models", code, in)
		wantNamed(t, name, checkStatements([]typed{p}), test.want)
	}
}
