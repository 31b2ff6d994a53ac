package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Import is a file from elsewhere that a person takes in, from its preview on.
type Import struct {
	UserID    string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	Name      string // of the file
	Format    string // whose export it is
	Object    string // the file's bytes
	State     string
	Preview   ImportCount `gorm:"serializer:json"`
	Result    ImportCount `gorm:"serializer:json"`
	CreatedAt Time
	UpdatedAt Time // while it runs, every few seconds
}

// TableName returns "imports".
func (Import) TableName() string { return "imports" }

// The states of an Import.
const (
	ImportReady   = "ready"   // waits for the person's yes
	ImportRunning = "running" // or left behind, if its UpdatedAt is old
	ImportDone    = "done"
	ImportFailed  = "failed"
)

// ImportCount says what is in a file, or what has been done of it.
type ImportCount struct {
	Entries  int // threads and tasks, readable or not
	Threads  int // that are new
	Messages int // in those
	Tasks    int // that are new
	Files    int // in the new threads
	There    int // threads and tasks that the person has already
	Lost     int // files that are named but not there
	Titles   []string
	Bad      int             // entries that can't be read
	Problems []ImportProblem // the first of them
	Error    string          // why nothing more could be done
}

// ImportProblem names an entry and why it is not taken.
type ImportProblem struct{ Entry, Reason string }

const (
	importStale = time.Minute         // after which a running import was left behind
	importKept  = 30 * 24 * time.Hour // that is how long what was imported can be looked up
)

// Stale reports whether nobody works on a running import any more.
func (i *Import) Stale(now time.Time) bool {
	return i.State == ImportRunning && now.Sub(i.UpdatedAt.Time) > importStale
}

// AddImport stores an import that is ready, gives it its id and times, and takes
// the place of others that are: it returns what their bytes are called.
func (db *DB) AddImport(ctx context.Context, userID string, i *Import) (replaced []string, err error) {
	now := At(db.now())
	i.UserID, i.ID, i.State, i.CreatedAt, i.UpdatedAt = userID, chatkit.NewID("imp"), ImportReady, now, now
	i.Name = clip(line(i.Name), 200)
	err = db.write(ctx, func(tx *gorm.DB) error {
		var old []Import
		err := tx.Clauses(returningObject()).Where("user_id = ? AND (state = ? OR updated_at < ?)", userID, ImportReady, At(now.Add(-importKept))).Delete(&old).Error
		if err != nil {
			return err
		}
		replaced = nil
		for _, o := range old {
			if o.Object != "" {
				replaced = append(replaced, o.Object)
			}
		}
		return tx.Create(i).Error
	})
	if orphaned(err) {
		err = ErrNotFound
	}
	return replaced, wrap("add import", err)
}

// Import returns one of the user's imports.
func (db *DB) Import(ctx context.Context, userID, id string) (*Import, error) {
	i := new(Import)
	err := db.read(ctx).Where("user_id = ? AND id = ?", userID, id).Take(i).Error
	return i, wrap("import", err)
}

// Imports returns the newest of the user's imports.
func (db *DB) Imports(ctx context.Context, userID string, limit int) ([]Import, error) {
	var list []Import
	err := db.read(ctx).Where("user_id = ?", userID).Order("created_at DESC, id DESC").Limit(pageSize(limit)).Find(&list).Error
	return list, wrap("imports", err)
}

// BeginImport takes on an import that is ready or was left behind, once.
// ErrConflict: it is not to be begun.
func (db *DB) BeginImport(ctx context.Context, userID, id string) (*Import, error) {
	now, i := At(db.now()), new(Import)
	err := db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("user_id = ? AND id = ?", userID, id).Take(i).Error; err != nil {
			return err
		}
		if i.State != ImportReady && !i.Stale(now.Time) {
			return ErrConflict
		}
		i.State, i.UpdatedAt, i.Result = ImportRunning, now, ImportCount{}
		return tx.Save(i).Error
	})
	return i, wrap("begin import", err)
}

// SaveImport stores how far an import has come.
func (db *DB) SaveImport(ctx context.Context, i *Import) error {
	i.UpdatedAt = At(db.now())
	change := db.writer.WithContext(ctx).Model(&Import{}).Where("user_id = ? AND id = ?", i.UserID, i.ID).
		Select("State", "Result", "Object", "UpdatedAt").Updates(i)
	return wrap("save import", gone(change))
}

// RemoveImport forgets an import that does not run, and returns what its bytes
// are called.
func (db *DB) RemoveImport(ctx context.Context, userID, id string) (object string, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		i := new(Import)
		if err := tx.Where("user_id = ? AND id = ?", userID, id).Take(i).Error; err != nil {
			return err
		}
		if i.State == ImportRunning && !i.Stale(db.now()) {
			return ErrConflict
		}
		object = i.Object
		return tx.Where("user_id = ? AND id = ?", userID, id).Delete(&Import{}).Error
	})
	return object, wrap("remove import", err)
}
