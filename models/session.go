package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Session is a browser's session. The cookie holds a random token; ID is the
// hexadecimal SHA-256 of it, so that the table is of no use to a thief. UserID
// is empty before sign-in.
type Session struct {
	ID         string
	UserID     string
	Data       []byte
	UserAgent  string
	Network    string
	CreatedAt  Time
	LastSeenAt Time
	ExpiresAt  Time // the absolute end
	ProvenAt   Time // when the person last proved who they are
}

const (
	sessionIdle     = 14 * 24 * time.Hour
	sessionAbsolute = 90 * 24 * time.Hour
	touchEvery      = 5 * time.Minute
)

// sessionRow is a Session with NULL for nobody.
type sessionRow struct {
	ID         string `gorm:"primaryKey"`
	UserID     *string
	Data       []byte
	UserAgent  string
	Network    string
	CreatedAt  Time
	LastSeenAt Time
	ExpiresAt  Time
	ProvenAt   Time
}

// TableName returns "sessions".
func (sessionRow) TableName() string { return "sessions" }

// NeverProven is a Session's ProvenAt for a person who has not proved who they are.
var NeverProven = time.Unix(1, 0)

// CreateSession stores a new session and fills in its times. ProvenAt is now unless
// it is given.
func (db *DB) CreateSession(ctx context.Context, s *Session) error {
	now := At(db.now())
	s.CreatedAt, s.LastSeenAt, s.ExpiresAt = now, now, At(now.Add(sessionAbsolute))
	if s.ProvenAt.IsZero() {
		s.ProvenAt = now
	}
	s.UserAgent, s.Network = clip(line(s.UserAgent), 300), clip(line(s.Network), 100)
	row := sessionRow{ID: s.ID, Data: blob(s.Data), UserAgent: s.UserAgent, Network: s.Network,
		CreatedAt: s.CreatedAt, LastSeenAt: s.LastSeenAt, ExpiresAt: s.ExpiresAt, ProvenAt: s.ProvenAt}
	if s.UserID != "" {
		row.UserID = &s.UserID
	}
	err := db.writer.WithContext(ctx).Create(&row).Error
	switch {
	case duplicate(err):
		return ErrConflict
	case orphaned(err):
		return ErrNotFound
	}
	return wrap("create session", err)
}

// Session returns a live session. One that is too old, too long unused or of a
// disabled user is ErrNotFound.
func (db *DB) Session(ctx context.Context, id string) (*Session, error) {
	var row sessionRow
	err := db.live(db.read(ctx)).Where("id = ?", id).Take(&row).Error
	if err != nil {
		return nil, wrap("session", err)
	}
	s := row.session()
	return &s, nil
}

func (row sessionRow) session() Session {
	s := Session{ID: row.ID, Data: row.Data, UserAgent: row.UserAgent, Network: row.Network,
		CreatedAt: row.CreatedAt, LastSeenAt: row.LastSeenAt, ExpiresAt: row.ExpiresAt, ProvenAt: row.ProvenAt}
	if row.UserID != nil {
		s.UserID = *row.UserID
	}
	return s
}

// live narrows a query of sessions to those that still count.
func (db *DB) live(tx *gorm.DB) *gorm.DB {
	now := db.now()
	return tx.Model(&sessionRow{}).
		Where("expires_at > ? AND last_seen_at > ?", At(now), At(now.Add(-sessionIdle))).
		Where("NOT EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.disabled_at IS NOT NULL)")
}

// SaveSession stores the session's Data. ErrNotFound: the session has ended.
func (db *DB) SaveSession(ctx context.Context, s *Session) error {
	return wrap("save session", gone(db.live(db.writer.WithContext(ctx)).
		Where("id = ?", s.ID).Update("data", blob(s.Data))))
}

// TouchSession notes that the session is in use; it writes at most every five minutes.
func (db *DB) TouchSession(ctx context.Context, id string) error {
	now := db.now()
	var due []string
	stale := db.live(db.read(ctx)).Where("id = ? AND last_seen_at <= ?", id, At(now.Add(-touchEvery)))
	if err := stale.Pluck("id", &due).Error; err != nil || len(due) == 0 {
		return wrap("touch session", err)
	}
	return wrap("touch session", db.live(db.writer.WithContext(ctx)).
		Where("id = ?", id).Update("last_seen_at", At(now)).Error)
}

// DeleteSession ends a session; one that is not there is no error.
func (db *DB) DeleteSession(ctx context.Context, id string) error {
	return wrap("delete session", db.writer.WithContext(ctx).Where("id = ?", id).Delete(&sessionRow{}).Error)
}

// SignOutEverywhere ends every session of a user and every sign-in of a program.
func (db *DB) SignOutEverywhere(ctx context.Context, userID string) error {
	defer db.accessChanged()
	return wrap("sign out everywhere", db.write(ctx, func(tx *gorm.DB) error {
		if err := endSignIns(tx, userID); err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditSignOutAll, userID, "")
	}))
}

func endSignIns(tx *gorm.DB, userID string) error {
	if err := tx.Where("user_id = ?", userID).Delete(&sessionRow{}).Error; err != nil {
		return err
	}
	return tx.Where("user_id = ?", userID).Delete(&familyRow{}).Error
}

// PurgeExpired deletes sessions, refresh tokens, sign-in counters and deleted
// tasks whose time is over. They are of no effect any more; only their space is won back.
func (db *DB) PurgeExpired(ctx context.Context) error {
	now := db.now()
	return wrap("purge expired", db.write(ctx, func(tx *gorm.DB) error {
		for _, step := range []*gorm.DB{
			tx.Where("expires_at <= ?", At(now)).Delete(&sessionRow{}),
			tx.Where("last_seen_at <= ?", At(now.Add(-sessionIdle))).Delete(&sessionRow{}),
			tx.Where("expires_at <= ?", At(now)).Delete(&familyRow{}),
			tx.Where("deleted_at <= ?", At(now.Add(-undoFor))).Delete(&deletedTodo{}),
			tx.Where("expires_at <= ?", At(now)).Delete(&MailLink{}),
			tx.Where("expires_at <= ?", At(now)).Delete(&SignUp{}),
			tx.Where("ends_at <= ?", At(now.Add(-day))).Delete(&Letter{}), // of a server that sends none any more
			tx.Where("expires_at <= ?", At(now)).Delete(&flowRow{}),
			tx.Where("ends_at <= ?", At(now)).Delete(&throttleRow{}),
			tx.Where("expires_at <= ?", At(now.Add(-day))).Delete(&Consent{}), // a late answer is told so
			tx.Where("day < ?", dayOf(now.Add(-usageKept))).Delete(&Usage{}),
			tx.Where("expires_at <= ?", At(now)).Delete(&Invite{}),
			tx.Where("created_at <= ?", db.auditEnd()).Delete(&AuditEvent{}),
		} {
			if step.Error != nil {
				return step.Error
			}
		}
		return nil
	}))
}

// blob makes nil an empty value, since the column is never NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// clip cuts s to at most n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
