package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gofrs/flock"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// lease is the proof that an owner lives, held until release.
type lease interface{ release() error }

// Own declares that this process, under the name owner, runs answers on this
// database. Of a SQLite file there is one owner; a second one is refused. On
// Postgres there may be many, each under a name of its own.
func (db *DB) Own(ctx context.Context, owner string) error {
	db.ownMu.Lock()
	defer db.ownMu.Unlock()
	if db.own != nil {
		return errors.New("models: own: already done")
	}
	var err error
	if db.pg != nil {
		db.own, err = leasePostgres(ctx, db.pg, owner)
	} else {
		db.own, err = leaseSQLite(db.path)
	}
	return wrap("own", err)
}

// Disown gives up what Own declared.
func (db *DB) Disown() error {
	db.ownMu.Lock()
	defer db.ownMu.Unlock()
	if db.own == nil {
		return nil
	}
	own := db.own
	db.own = nil
	return wrap("disown", own.release())
}

// fileLease is a lock on a file beside the database; the system drops it when
// the process ends, however it ends.
type fileLease struct{ file *flock.Flock }

func leaseSQLite(path string) (lease, error) {
	file := flock.New(path+".lock", flock.SetPermissions(0o600))
	ok, err := file.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("another TaskPilot server already uses %s; "+
			"stop it first, or use Postgres to run several", path)
	}
	return fileLease{file}, nil
}

func (l fileLease) release() error { return l.file.Close() }

// Orphans takes over the running runs whose owner is dead and returns them,
// oldest first: Owner is now owner, and the dead one's commits, should it come
// back, are lost.
func (db *DB) Orphans(ctx context.Context, owner string) ([]Run, error) {
	var others, taken []string
	err := db.read(ctx).Model(&Run{}).Where("status = 'running' AND owner <> ?", owner).
		Distinct().Pluck("owner", &others).Error
	if err != nil {
		return nil, wrap("orphans", err)
	}
	for _, other := range others {
		ids, err := db.takeOver(ctx, other, owner)
		if err != nil {
			return nil, wrap("orphans", err)
		}
		taken = append(taken, ids...)
	}
	var orphans []Run
	for some := range slices.Chunk(taken, maxPage) {
		var list []Run
		if err := runs(db.writer.WithContext(ctx)).Where("id IN ?", some).Find(&list).Error; err != nil {
			return nil, wrap("orphans", err)
		}
		orphans = append(orphans, list...)
	}
	slices.SortFunc(orphans, func(a, b Run) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	return orphans, nil
}

// takeOver moves the running runs of another owner to owner if the other is
// dead, and returns their ids. On Postgres an owner is dead if its lock is free;
// holding it until the transaction ends keeps a third process from doing the same.
func (db *DB) takeOver(ctx context.Context, other, owner string) ([]string, error) {
	var taken []Run
	err := db.disturbLog(ctx, func(tx *gorm.DB) error {
		if db.pg != nil {
			var free bool
			err := tx.Raw("SELECT pg_try_advisory_xact_lock(?)", lockKey(other)).Scan(&free).Error
			if err != nil || !free {
				return err
			}
		}
		returning := clause.Returning{Columns: []clause.Column{{Name: "id"}}}
		return tx.Model(&taken).Clauses(returning).
			Where("status = 'running' AND owner = ?", other).UpdateColumn("owner", owner).Error
	})
	ids := make([]string, len(taken))
	for i := range taken {
		ids[i] = taken[i].ID
	}
	return ids, err
}
