package models

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// ErrLastAdmin means that nobody would be left to look after the server.
var ErrLastAdmin = errors.New("models: the last administrator")

// PeopleQuery is a page of the accounts, newest first.
type PeopleQuery struct {
	Search string // a part of the name or the address; "": everybody
	After  string // the id of the last one seen
	Limit  int
}

// People returns a page of the accounts, and whether there are more.
func (db *DB) People(ctx context.Context, q PeopleQuery) (people []User, more bool, err error) {
	list, err := keyset(db.read(ctx), db.read(ctx).Model(&User{}), "created_at", q.After, chatkit.Desc)
	if err != nil {
		return nil, false, wrap("people", err)
	}
	if part := foldEmail(q.Search); part != "" {
		pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
		list = list.Where(`email LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\'`, pattern, pattern)
	}
	limit := pageSize(q.Limit)
	if err := list.Limit(limit + 1).Find(&people).Error; err != nil {
		return nil, false, wrap("people", err)
	}
	people, more = paged(people, limit)
	return people, more, nil
}

// PeopleByID returns the accounts with these ids that are there.
func (db *DB) PeopleByID(ctx context.Context, ids []string) (map[string]User, error) {
	people := map[string]User{}
	if len(ids) == 0 {
		return people, nil
	}
	var list []User
	err := db.read(ctx).Where("id IN ?", ids).Find(&list).Error
	for _, u := range list {
		people[u.ID] = u
	}
	return people, wrap("people by id", err)
}

// Census counts the accounts, the administrators among them, and the disabled.
type Census struct{ People, Admins, Disabled int64 }

// Census counts the accounts.
func (db *DB) Census(ctx context.Context) (c Census, err error) {
	err = db.read(ctx).Model(&User{}).Select("COUNT(*) AS people, " +
		"COUNT(CASE WHEN role = 'admin' AND disabled_at IS NULL THEN 1 END) AS admins, " +
		"COUNT(disabled_at) AS disabled").Scan(&c).Error
	return c, wrap("census", err)
}

// SetRole makes somebody an administrator, or not one any more. ErrLastAdmin: they
// are the only one.
func (db *DB) SetRole(ctx context.Context, userID, role string) error {
	if role != RoleUser && role != RoleAdmin {
		return &InvalidError{Field: "role", Message: "A role is either user or admin."}
	}
	return wrap("set role", db.write(ctx, func(tx *gorm.DB) error {
		u, err := lockPerson(tx, userID)
		if err != nil || u.Role == role {
			return err
		}
		if role != RoleAdmin {
			if err := notLast(tx, u); err != nil {
				return err
			}
		}
		if err := db.change(tx, userID, map[string]any{"role": role}); err != nil {
			return err
		}
		return db.audit(ctx, tx, AuditRole, userID, u.Role+" → "+role)
	}))
}

// StoppedByAdmin is what a run of somebody says that was stopped by shutting them out.
const StoppedByAdmin = "An administrator of this server stopped this answer."

// DisableUser shuts somebody out: their sessions and tokens end, and their running
// answers are to be stopped wherever they run. What they have stays. ErrLastAdmin:
// they are the only administrator.
func (db *DB) DisableUser(ctx context.Context, userID string) error {
	defer db.accessChanged()
	return wrap("disable user", db.write(ctx, func(tx *gorm.DB) error {
		u, err := lockPerson(tx, userID)
		if err != nil || u.DisabledAt != nil {
			return err
		}
		if err := notLast(tx, u); err != nil {
			return err
		}
		if err := db.change(tx, userID, map[string]any{"disabled_at": At(db.now())}); err != nil {
			return err
		}
		if err := endSignIns(tx, userID); err != nil {
			return err
		}
		if err := db.endTokens(ctx, tx, userID); err != nil {
			return err
		}
		stop := tx.Model(&Run{}).Where("user_id = ? AND status = 'running'", userID).
			Updates(map[string]any{"stop_requested": true, "error_message": StoppedByAdmin})
		if stop.Error != nil {
			return stop.Error
		}
		return db.audit(ctx, tx, AuditDisabled, userID, "")
	}))
}

// EnableUser lets somebody in again, who has to sign in anew.
func (db *DB) EnableUser(ctx context.Context, userID string) error {
	return wrap("enable user", db.write(ctx, func(tx *gorm.DB) error {
		u, err := lockPerson(tx, userID)
		if err != nil || u.DisabledAt == nil || u.LeavingAt != nil {
			return err
		}
		if err := db.change(tx, userID, map[string]any{"disabled_at": nil}); err != nil {
			return err
		}
		return db.audit(ctx, tx, AuditEnabled, userID, "")
	}))
}

// SetUserLimits gives somebody daily limits of their own; nil is the server's.
func (db *DB) SetUserLimits(ctx context.Context, userID string, messages, tokens *int64) error {
	for _, n := range []*int64{messages, tokens} {
		if n != nil && (*n < 0 || *n > 1e15) {
			return &InvalidError{Field: "limits", Message: "A limit is a number from 0 up; 0 is no limit."}
		}
	}
	return wrap("set limits", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := lockPerson(tx, userID); err != nil {
			return err
		}
		if err := db.change(tx, userID, map[string]any{"daily_messages": messages, "daily_tokens": tokens}); err != nil {
			return err
		}
		return db.audit(ctx, tx, AuditLimits, userID, "")
	}))
}

func (db *DB) change(tx *gorm.DB, userID string, columns map[string]any) error {
	columns["updated_at"] = At(db.now())
	return gone(tx.Model(&User{}).Where("id = ?", userID).Updates(columns))
}

func lockPerson(tx *gorm.DB, userID string) (*User, error) {
	u := new(User)
	return u, tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", userID).Take(u).Error
}

// notLast refuses to take away the only administrator. All of them are locked, in
// order: of two who take each other's place away one waits, and then sees.
func notLast(tx *gorm.DB, u *User) error {
	if !u.Admin() {
		return nil
	}
	var admins []string
	err := tx.Model(&User{}).Clauses(clause.Locking{Strength: "UPDATE"}).Order("id").
		Where("role = ? AND disabled_at IS NULL", RoleAdmin).Pluck("id", &admins).Error
	for _, id := range admins {
		if id != u.ID {
			return err
		}
	}
	if err != nil {
		return err
	}
	return ErrLastAdmin
}

// MayLeave returns ErrLastAdmin if DeleteUser would, so that nothing is done
// towards what will not happen.
func (db *DB) MayLeave(ctx context.Context, userID string) error {
	u, err := db.User(ctx, userID)
	if err != nil {
		return err
	}
	return wrap("may leave", leavesAdmin(db.read(ctx), u))
}

// leavesAdmin refuses to take the only administrator away from others.
func leavesAdmin(tx *gorm.DB, u *User) error {
	err := notLast(tx, u)
	if !errors.Is(err, ErrLastAdmin) {
		return err
	}
	var others []string
	if err := tx.Model(&User{}).Where("id <> ?", u.ID).Limit(1).Pluck("id", &others).Error; err != nil {
		return err
	}
	if len(others) == 0 {
		return nil
	}
	return ErrLastAdmin
}

// modelOff is a model that is configured, but that nobody may choose.
type modelOff struct {
	ID        string `gorm:"primaryKey"`
	CreatedAt Time
}

// TableName returns "models_off".
func (modelOff) TableName() string { return "models_off" }

// ModelsOff returns the models that nobody may choose.
func (db *DB) ModelsOff(ctx context.Context) ([]string, error) {
	var ids []string
	err := db.read(ctx).Model(&modelOff{}).Order("id").Pluck("id", &ids).Error
	return ids, wrap("models off", err)
}

// SetModelsOff says which models nobody may choose.
func (db *DB) SetModelsOff(ctx context.Context, ids []string) error {
	return wrap("set models off", db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("1 = 1").Delete(&modelOff{}).Error; err != nil {
			return err
		}
		for _, id := range ids {
			if err := tx.Create(&modelOff{ID: id, CreatedAt: At(db.now())}).Error; err != nil {
				return err
			}
		}
		return db.audit(ctx, tx, AuditModels, "", "")
	}))
}
