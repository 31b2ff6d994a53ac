package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm/schema"
)

// rows is one value of every row type: what the schema must have room for.
func (db *DB) rows() []any {
	return append(db.log.rows(), &User{}, &sessionRow{}, &familyRow{}, &refreshRow{}, &throttleRow{},
		&threadRow{}, &itemRow{}, &runRow{}, &todoRow{}, &deletedTodo{}, &attachmentRow{}, &Feedback{},
		&Consent{}, &Usage{}, &MCPApproval{}, &Share{}, &Import{}, &importedRow{}, &searchDoc{}, &searchTodo{}, &AuditEvent{}, &Invite{}, &modelOff{},
		&APIToken{}, &MailLink{}, &Letter{}, &SignUp{})
}

// versionsOf returns the versions that were applied, in order; none for an
// empty database. Tables of ours without a record of versions are refused.
func (db *DB) versionsOf(ctx context.Context, pool *sql.DB) ([]int64, error) {
	tables, err := db.tables(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(tables, goose.DefaultTablename) {
		if i := slices.IndexFunc(tables, db.ours); i >= 0 {
			return nil, fmt.Errorf("the database has a table %q but no record of its version; "+
				"use an empty database, or restore a backup", tables[i])
		}
		return nil, nil
	}
	list, err := pool.QueryContext(ctx,
		"SELECT version_id FROM "+goose.DefaultTablename+" WHERE version_id > 0 ORDER BY version_id")
	if err != nil {
		return nil, err
	}
	defer list.Close()
	var have []int64
	for list.Next() {
		var v int64
		if err := list.Scan(&v); err != nil {
			return nil, err
		}
		have = append(have, v)
	}
	return have, list.Err()
}

// ours reports whether a table of this name is one of the schema's.
func (db *DB) ours(table string) bool {
	return slices.ContainsFunc(db.rows(), func(row any) bool {
		s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		return err == nil && s.Table == table
	})
}

func (db *DB) tables(ctx context.Context) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if db.pg != nil {
		query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	}
	var names []string
	err := db.writer.WithContext(ctx).Raw(query).Scan(&names).Error
	return names, err
}

// checkVersions refuses a schema that is newer than the program, or whose
// versions have gaps.
func (db *DB) checkVersions(ctx context.Context, have []int64, provider *goose.Provider) error {
	sources := provider.ListSources()
	for i, v := range have {
		if i >= len(sources) {
			return fmt.Errorf("the database is at version %d, this program knows version %d at most; "+
				"start the newer program, or restore a backup of the older database", have[len(have)-1], sources[len(sources)-1].Version)
		}
		if v != sources[i].Version {
			return fmt.Errorf("the database has version %d where version %d belongs: a migration is missing; "+
				"restore a backup", v, sources[i].Version)
		}
	}
	return ctx.Err()
}

// verify reads every column of every row type, so that a schema that is only
// half there is found now and not in the middle of someone's work.
func (db *DB) verify(ctx context.Context) error {
	var missing []error
	for _, row := range db.rows() {
		s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			return err
		}
		names := slices.DeleteFunc(slices.Clone(s.DBNames), func(n string) bool {
			return !s.FieldsByDBName[n].Creatable
		})
		query := "SELECT " + strings.Join(names, ", ") + " FROM " + s.Table + " LIMIT 0"
		if err := db.writer.WithContext(ctx).Exec(query).Error; err != nil {
			missing = append(missing, fmt.Errorf("table %s: %w", s.Table, err))
		}
	}
	if err := errors.Join(missing...); err != nil {
		return fmt.Errorf("the database's schema is not whole; restore a backup: %w", err)
	}
	return nil
}
