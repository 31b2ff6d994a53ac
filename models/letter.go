package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Letter is a mail that waits to be sent. Its text may hold the secret of a link,
// so whoever writes it seals it: this database can't read it.
type Letter struct {
	ID        string  `gorm:"primaryKey"`
	UserID    *string // whose account it is about, and goes with; nil: nobody's
	Kind      string
	Sealed    []byte
	Attempts  int
	DueAt     Time // nobody tries before
	EndsAt    Time // it is of no use afterwards
	CreatedAt Time
}

// TableName returns "letters".
func (Letter) TableName() string { return "letters" }

// NewLetter is a letter to be sent within Life.
type NewLetter struct {
	UserID string // "": it is about nobody's account
	Kind   string
	Sealed []byte
	Life   time.Duration
}

// Occasion is what a letter is written about.
type Occasion struct {
	User   *User  // whose account it is about, as it was before; nil: nobody's
	Secret string // of the link that was made
	Email  string // the new address, or the one that is invited
}

// WriteLetter writes a letter that is stored in the transaction of what it is
// about: none of the two is without the other. nil is no letter.
type WriteLetter func(Occasion) (*NewLetter, error)

// written is what the writers write.
func written(about Occasion, writers []WriteLetter) (list []*NewLetter, err error) {
	for _, write := range writers {
		l, err := write(about)
		if err != nil {
			return nil, err
		}
		if l != nil {
			list = append(list, l)
		}
	}
	return list, nil
}

// AddLetters stores letters to be sent.
func (db *DB) AddLetters(ctx context.Context, letters ...*NewLetter) error {
	return wrap("add letters", db.addLetters(db.writer.WithContext(ctx), letters))
}

func (db *DB) addLetters(tx *gorm.DB, letters []*NewLetter) error {
	now := db.now()
	for _, n := range letters {
		if n == nil {
			continue
		}
		l := &Letter{ID: chatkit.NewID("ltr"), UserID: orNull(n.UserID), Kind: n.Kind, Sealed: n.Sealed,
			DueAt: At(now), EndsAt: At(now.Add(n.Life)), CreatedAt: At(now)}
		if err := tx.Create(l).Error; err != nil {
			return err
		}
	}
	return nil
}

// ClaimLetters takes letters that are due, the oldest first: for the time hold
// nobody else gets them. Then they are due again, should whoever took them be dead.
func (db *DB) ClaimLetters(ctx context.Context, limit int, hold time.Duration) ([]Letter, error) {
	now := db.now()
	var due []string // first a look, which keeps nobody from writing
	err := db.read(ctx).Model(&Letter{}).Where("due_at <= ?", At(now)).Limit(1).Pluck("id", &due).Error
	if err != nil || len(due) == 0 {
		return nil, wrap("claim letters", err)
	}
	var list []Letter
	err = db.write(ctx, func(tx *gorm.DB) error {
		free := tx.Model(&Letter{}).Select("id").Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).
			Where("due_at <= ?", At(now)).Order("due_at").Limit(limit)
		return tx.Model(&list).Clauses(clause.Returning{}).Where("id IN (?)", free).
			UpdateColumns(map[string]any{"attempts": gorm.Expr("attempts + 1"), "due_at": At(now.Add(hold))}).Error
	})
	return list, wrap("claim letters", err)
}

// LetterSent forgets a letter that was sent.
func (db *DB) LetterSent(ctx context.Context, id string) error {
	return wrap("letter sent", db.writer.WithContext(ctx).Where("id = ?", id).Delete(&Letter{}).Error)
}

// LetterLater has a claimed letter tried again after a pause.
func (db *DB) LetterLater(ctx context.Context, id string, pause time.Duration) error {
	return wrap("letter later", db.writer.WithContext(ctx).Model(&Letter{}).Where("id = ?", id).
		UpdateColumn("due_at", At(db.now().Add(pause))).Error)
}

// GiveUpLetter forgets a letter that can't be sent, and records it.
func (db *DB) GiveUpLetter(ctx context.Context, l *Letter) error {
	return wrap("give up letter", db.write(ctx, func(tx *gorm.DB) error {
		if err := gone(tx.Where("id = ?", l.ID).Delete(&Letter{})); err != nil {
			return err
		}
		about := ""
		if l.UserID != nil {
			about = *l.UserID
		}
		return db.audit(ctx, tx, AuditLetterLost, about, l.Kind)
	}))
}

// LettersWaiting counts the letters that are not sent yet.
func (db *DB) LettersWaiting(ctx context.Context) (n int64, err error) {
	err = db.read(ctx).Model(&Letter{}).Count(&n).Error
	return n, wrap("letters waiting", err)
}
