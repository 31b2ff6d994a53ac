package models

import (
	"path/filepath"
	"testing"

	"modernc.org/sqlite"
)

// TestTidyLetsPagesGo: the room for pages, which all connections share, is free
// again when the index has come to rest.
func TestTidyLetsPagesGo(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool, err := db.writer.DB()
	if err != nil {
		t.Fatal(err)
	}
	used := func() (bytes int) {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		err = conn.Raw(func(c any) (err error) {
			below := c.(*sqliteConn).sqliteDriverConn.(interface {
				Status(op sqlite.DBStatusOp, reset bool) (current, high int, err error)
			})
			bytes, _, err = below.Status(sqlite.DBStatusCacheUsed, false)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	say(t, pool, "CREATE TABLE junk (a BLOB)")
	say(t, pool, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO junk SELECT randomblob(1000) FROM n")
	before := used()
	db.untidy.Store(true)
	for more := true; more; {
		if more, err = db.TidyIndex(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if after := used(); before < 1<<20 || after > before/10 {
		t.Errorf("%d bytes of pages, and %d after that", before, after)
	}
}
