package models

import (
	"context"
	"io/fs"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"gorm.io/gorm"
)

// Disable disables a user.
func (db *DB) Disable(t testing.TB, userID string) {
	t.Helper()
	now := At(db.now())
	db.testUpdate(t, userID, "disabled_at", &now)
}

// SetHash stores a password hash.
func (db *DB) SetHash(t testing.TB, userID, hash string) {
	t.Helper()
	db.testUpdate(t, userID, "password_hash", hash)
}

func (db *DB) testUpdate(t testing.TB, userID, column string, value any) {
	t.Helper()
	if err := gone(db.writer.Model(&User{}).Where("id = ?", userID).Update(column, value)); err != nil {
		t.Fatal(err)
	}
}

// CheapHash hashes a password with less effort than today's.
func CheapHash(password string) string {
	c := cost{memory: 8 * 1024, passes: 1, threads: 1}
	salt := []byte("sixteen byte sal")
	return c.format(salt, argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, keyBytes))
}

// Freeze stops the database's clock, and Advance moves a stopped one.
func (db *DB) Freeze() {
	now := time.Now()
	db.now = func() time.Time { return now }
}

// Now is the database's time.
func (db *DB) Now() time.Time { return db.now() }

// Advance moves the clock.
func (db *DB) Advance(d time.Duration) {
	now := db.now().Add(d)
	db.now = func() time.Time { return now }
}

// Raw is the writing side of the database.
func (db *DB) Raw() *gorm.DB { return db.writer }

// Reader is the reading side of the database.
func (db *DB) Reader() *gorm.DB { return db.reader }

// MigrateFrom migrates with other migrations than the program's.
func (db *DB) MigrateFrom(ctx context.Context, fsys fs.FS) error { return db.migrate(ctx, fsys) }

// The lifetimes of sessions and tokens.
const (
	SessionIdle     = sessionIdle
	SessionAbsolute = sessionAbsolute
	RefreshIdle     = refreshIdle
	RefreshAbsolute = refreshAbsolute
	TouchEvery      = touchEvery
)

// TitleWords is titleWords.
func TitleWords(text string) string { return titleWords(text) }

// BreakLease cuts the connection that Own holds, as a network failure would.
func (db *DB) BreakLease(t testing.TB, owner string) {
	t.Helper()
	key := lockKey(owner)
	err := db.writer.Exec("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks "+
		"WHERE locktype = 'advisory' AND classid = ? AND objid = ?", uint32(uint64(key)>>32), uint32(key)).Error
	if err != nil {
		t.Fatal(err)
	}
}

// Owned reports whether a live process owns what runs under the name.
func (db *DB) Owned(t testing.TB, owner string) bool {
	t.Helper()
	key := lockKey(owner)
	var n int64
	err := db.writer.Raw("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = ? AND objid = ?",
		uint32(uint64(key)>>32), uint32(key)).Scan(&n).Error
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// What places are made of.
var (
	PlaceBetween = placeBetween
	PlaceBeside  = beside
)

// Statements counts what is asked of the database from now on.
func (db *DB) Statements(t testing.TB) func() int {
	t.Helper()
	var n atomic.Int64
	count := func(*gorm.DB) { n.Add(1) }
	pools := []*gorm.DB{db.writer}
	if db.reader != db.writer {
		pools = append(pools, db.reader)
	}
	for _, g := range pools {
		c := g.Callback()
		for _, err := range []error{c.Create().Register("count", count), c.Query().Register("count", count), c.Update().Register("count", count),
			c.Delete().Register("count", count), c.Row().Register("count", count), c.Raw().Register("count", count)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return func() int { return int(n.Load()) }
}

// StillHeld reports whether a run counts as its owner's in a transaction that is begun
// again after one in which it was.
func (db *DB) StillHeld(t testing.TB, b RunBatch) bool {
	t.Helper()
	works := []work{{RunBatch: b, held: true}}
	if err := db.changeLog(t.Context(), func(tx *gorm.DB) error { return db.log.fence(tx, works) }); err != nil {
		t.Fatal(err)
	}
	return works[0].held
}
