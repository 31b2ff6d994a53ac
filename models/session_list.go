package models

import (
	"context"

	"gorm.io/gorm"
)

// maxSignIns is how many sign-ins a list shows.
const maxSignIns = 100

// Sessions returns the person's live sessions, last used first.
func (db *DB) Sessions(ctx context.Context, userID string) ([]Session, error) {
	var rows []sessionRow
	err := db.live(db.read(ctx)).Where("user_id = ?", userID).
		Order("last_seen_at DESC, id").Limit(maxSignIns).Find(&rows).Error
	list := make([]Session, len(rows))
	for i, row := range rows {
		list[i] = row.session()
	}
	return list, wrap("sessions", err)
}

// SignIn is one sign-in of a program: a sign-in family.
type SignIn struct {
	ID        string
	CreatedAt Time
	ExpiresAt Time
}

// SignIns returns the sign-ins of the person's programs that still count, newest
// first.
func (db *DB) SignIns(ctx context.Context, userID string) ([]SignIn, error) {
	var list []SignIn
	err := db.familyOf(db.read(ctx)).Where("user_id = ?", userID).
		Order("created_at DESC, id").Limit(maxSignIns).Find(&list).Error
	return list, wrap("sign-ins", err)
}

// EndSession ends a session of the person's.
func (db *DB) EndSession(ctx context.Context, userID, id string) error {
	return db.endOne(ctx, "end session", userID, id, &sessionRow{})
}

// EndSignIn ends a sign-in of one of the person's programs.
func (db *DB) EndSignIn(ctx context.Context, userID, family string) error {
	defer db.accessChanged()
	return db.endOne(ctx, "end sign-in", userID, family, &familyRow{})
}

func (db *DB) endOne(ctx context.Context, doing, userID, id string, row any) error {
	return wrap(doing, db.write(ctx, func(tx *gorm.DB) error {
		if err := gone(tx.Where("user_id = ? AND id = ?", userID, id).Delete(row)); err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditSessionEnded, userID, "")
	}))
}

// EndOthers ends all sessions of the person's but one, and the sign-ins of their
// programs.
func (db *DB) EndOthers(ctx context.Context, userID, session string) error {
	defer db.accessChanged()
	return wrap("end other sessions", db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("user_id = ? AND id <> ?", userID, session).Delete(&sessionRow{}).Error; err != nil {
			return err
		}
		if err := tx.Where("user_id = ?", userID).Delete(&familyRow{}).Error; err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditSignOutAll, userID, "")
	}))
}

// ProveSession notes that the person has just proved who they are in a session.
func (db *DB) ProveSession(ctx context.Context, userID, id string) error {
	return wrap("prove session", gone(db.live(db.writer.WithContext(ctx)).
		Where("user_id = ? AND id = ?", userID, id).Update("proven_at", At(db.now()))))
}
