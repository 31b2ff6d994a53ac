package models

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
)

// putAtOnce is how many items of a thread that comes from elsewhere are stored in
// one transaction: SQLite's writer has others waiting.
const putAtOnce = 100

// PutThread stores a thread that came from elsewhere, whole or not at all, and
// where it came from. It keeps its times, and its id if that is free. The bytes
// of its files are there. ErrConflict: it came from there before; ErrNoRoom: its
// files are too large for what a person may keep.
//
// The items of a long one go in a few at a time. Until the last of them is there it
// is hidden as what is in the bin, which takes what a crash leaves.
func (db *DB) PutThread(ctx context.Context, userID, source string, c *ThreadCopy, limits FileLimits) error {
	p := putting{db: db, source: source, copy: c, limits: limits}
	var err error
	if len(c.Items) <= putAtOnce {
		err = db.write(ctx, func(tx *gorm.DB) error { return p.whole(tx, userID) })
	} else if err = db.write(ctx, func(tx *gorm.DB) error { return p.begin(tx, userID, true) }); err == nil {
		err = p.steps(ctx)
	}
	if duplicate(err) {
		err = ErrConflict
	}
	if orphaned(err) {
		err = ErrNotFound
	}
	return wrap("put thread", err)
}

// putting is a thread that is being stored.
type putting struct {
	db     *DB
	source string
	copy   *ThreadCopy
	limits FileLimits
	row    *threadRow
}

// whole stores it in one transaction.
func (p *putting) whole(tx *gorm.DB, userID string) error {
	if err := p.begin(tx, userID, false); err != nil {
		return err
	}
	if err := p.db.putItems(tx, p.row, p.copy.Items); err != nil {
		return err
	}
	return p.end(tx)
}

// steps stores the items, and shows the thread when all of them are there. After
// an error nothing is left of it.
func (p *putting) steps(ctx context.Context) error {
	var err error
	for some := range slices.Chunk(p.copy.Items, putAtOnce) {
		before := p.row.ItemSeq
		err = p.db.write(ctx, func(tx *gorm.DB) error {
			p.row.ItemSeq = before // of an attempt that failed
			if err := p.hide(tx, new(At(p.db.now()))); err != nil {
				return err
			}
			return p.db.putItems(tx, p.row, some)
		})
		if err != nil {
			break
		}
	}
	if err == nil {
		err = p.db.write(ctx, func(tx *gorm.DB) error {
			if err := p.hide(tx, nil); err != nil {
				return err
			}
			return p.end(tx)
		})
	}
	if err != nil {
		gone := p.db.deleteThread(context.WithoutCancel(ctx), ThreadKey{p.row.UserID, p.row.ID}, threadHidden)
		if !errors.Is(gone, ErrNotFound) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// begin stores the thread without items, hidden or not.
func (p *putting) begin(tx *gorm.DB, userID string, hidden bool) error {
	var err error
	if p.row, err = p.db.newRow(tx, userID, p.copy); err != nil {
		return err
	}
	if hidden {
		p.row.DeletedAt = new(At(p.db.now()))
	}
	return tx.Create(p.row).Error
}

// hide keeps the thread from everybody until UndoTime after then, or shows it.
func (p *putting) hide(tx *gorm.DB, then *Time) error {
	return gone(tx.Model(&threadRow{}).Where("user_id = ? AND id = ? AND "+threadHidden, p.row.UserID, p.row.ID).
		UpdateColumns(map[string]any{"deleted_at": then}))
}

// end stores what belongs to the thread and its items, and where it came from.
func (p *putting) end(tx *gorm.DB) error {
	// What came from there before and is in the bin gives way.
	err := tx.Exec("DELETE FROM imported WHERE user_id = ? AND source = ? AND EXISTS (SELECT 1 FROM threads WHERE threads.user_id = imported.user_id "+
		"AND threads.id = imported.thread_id AND threads.deleted_at IS NOT NULL)", p.row.UserID, p.source).Error
	if err != nil {
		return err
	}
	if err := tx.Create(&importedRow{UserID: p.row.UserID, Source: p.source, ThreadID: p.row.ID}).Error; err != nil {
		return err
	}
	if err := p.db.putFiles(tx, p.row, p.copy.Files, p.limits); err != nil {
		return err
	}
	if err := putFeedback(tx, p.row, p.copy.Feedback); err != nil {
		return err
	}
	return p.db.indexTitle(tx, &p.row.Thread, p.row.Title)
}
