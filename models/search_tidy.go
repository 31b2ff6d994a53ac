package models

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm"
)

// mergePages is about how many pages of SQLite's index are written at once:
// others write in between.
const mergePages = 100

// ForgetWords takes the words of what was deleted out of the index. SQLite only
// marks them there and drops them when it rewrites that part some day; this
// rewrites all parts now, a little at a time. Postgres keeps no such index apart.
func (db *DB) ForgetWords(ctx context.Context) error {
	if db.pg != nil {
		return nil
	}
	for pages := -mergePages; ; pages = mergePages { // less than 0: all parts are to become one
		more, err := db.mergeIndex(ctx, pages)
		if err != nil || !more {
			return wrap("forget words", err)
		}
	}
}

const (
	// quietFor is between two looks at the index.
	quietFor = 2 * time.Second
	// restAfter is how many times as long as a step of putting it together took
	// everybody else gets before the next.
	restAfter = 9
)

// KeepTidy calls TidyIndex now and then until ctx ends.
func (db *DB) KeepTidy(ctx context.Context, log *slog.Logger) {
	for next := time.NewTimer(quietFor); ; {
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-next.C:
		}
		began := time.Now()
		more, err := db.TidyIndex(ctx)
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "tidying the index for search", "err", err)
		}
		pause := quietFor
		if more {
			pause = restAfter * time.Since(began)
		}
		next.Reset(pause)
	}
}

// TidyIndex puts some parts of SQLite's index together, as there are more with
// every message and a search looks into all, and reports whether there is more to
// do. Commits leave it to quiet times, as long as these come.
func (db *DB) TidyIndex(ctx context.Context) (more bool, err error) {
	if db.pg != nil || !db.untidy.Swap(false) {
		return false, nil
	}
	more, err = db.mergeIndex(ctx, mergePages)
	if more || err != nil {
		db.untidy.Store(true)
	} else {
		// All connections share the room for pages. Once the writer has had more
		// than its part, nothing that another reads stays, and the writer's pages
		// do, whether they are needed or not.
		err = exec(db.writer.WithContext(ctx), "PRAGMA shrink_memory")
	}
	return more, wrap("tidy the index", err)
}

func (db *DB) mergeIndex(ctx context.Context, pages int) (more bool, err error) {
	var before, after int64
	err = db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Raw("SELECT total_changes()").Scan(&before).Error; err != nil {
			return err
		}
		if err := tx.Exec("INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)", pages).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT total_changes()").Scan(&after).Error
	})
	return after-before > 1, err // that is how it says that it did something
}
