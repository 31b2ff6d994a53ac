package models

import (
	"context"

	"gorm.io/gorm"
)

// forgetPages is about how many pages of the index are written at once: others
// write in between.
const forgetPages = 200

// ForgetWords takes the words of what was deleted out of the index. SQLite only
// marks them there and drops them when it rewrites that part some day; this
// rewrites all parts now, a little at a time. Postgres keeps no such index apart.
func (db *DB) ForgetWords(ctx context.Context) error {
	if db.pg != nil {
		return nil
	}
	for pages := -forgetPages; ; pages = forgetPages { // less than 0: all parts are to become one
		var before, after int64
		err := db.write(ctx, func(tx *gorm.DB) error {
			if err := tx.Raw("SELECT total_changes()").Scan(&before).Error; err != nil {
				return err
			}
			if err := tx.Exec("INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)", pages).Error; err != nil {
				return err
			}
			return tx.Raw("SELECT total_changes()").Scan(&after).Error
		})
		if err != nil {
			return wrap("forget words", err)
		}
		if after-before < 2 { // that is how it says that there was nothing to do
			return nil
		}
	}
}
