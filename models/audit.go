package models

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// AuditKind is what happened. The kinds that there are have names below.
type AuditKind string

// The kinds of an AuditEvent.
const (
	AuditSignIn          AuditKind = "sign_in"
	AuditSignInFailed    AuditKind = "sign_in_failed"
	AuditSignOut         AuditKind = "sign_out"
	AuditSignOutAll      AuditKind = "sign_out_everywhere"
	AuditPassword        AuditKind = "password_changed"
	AuditEmail           AuditKind = "email_changed"
	AuditSessionEnded    AuditKind = "session_ended"
	AuditAccountMade     AuditKind = "account_made"
	AuditAccountDeleted  AuditKind = "account_deleted"
	AuditTokenMade       AuditKind = "token_made"
	AuditTokenRevoked    AuditKind = "token_revoked"
	AuditTokenReused     AuditKind = "token_reused"
	AuditRole            AuditKind = "role_changed"
	AuditDisabled        AuditKind = "disabled"
	AuditEnabled         AuditKind = "enabled"
	AuditLimits          AuditKind = "limits_changed"
	AuditModels          AuditKind = "models_changed"
	AuditInvited         AuditKind = "invited"
	AuditInviteRevoked   AuditKind = "invite_revoked"
	AuditInviteUsed      AuditKind = "invite_used"
	AuditShareMade       AuditKind = "share_made"
	AuditShareEnded      AuditKind = "share_ended"
	AuditConsentGiven    AuditKind = "consent_given"
	AuditConsentRefused  AuditKind = "consent_refused"
	AuditLetterLost      AuditKind = "letter_lost"
	AuditExported        AuditKind = "exported"
	AuditIdentityLinked  AuditKind = "identity_linked"
	AuditIdentityRemoved AuditKind = "identity_removed"
	AuditPasskeyAdded    AuditKind = "passkey_added"
	AuditPasskeyRemoved  AuditKind = "passkey_removed"
	AuditPasskeyCopied   AuditKind = "passkey_copied"
)

// The ways in which an Actor came.
const (
	DoorPage    = "page"
	DoorAPI     = "api"
	DoorCommand = "command"
)

// Actor is who does something, and from where. UserID is empty for somebody who
// is not signed in, and on the command line.
type Actor struct {
	UserID  string
	Network string
	Door    string
}

type actorKey struct{}

// WithActor says who does what the context is handed to. What is recorded in the
// audit log is recorded as theirs.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

func actorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// AuditEvent is an entry of the audit log: something that touches security. It
// holds no secrets and nothing that people wrote, their names and addresses
// included, so that an account that is deleted leaves nothing of the person.
type AuditEvent struct {
	N         int64 `gorm:"primaryKey"`
	Kind      AuditKind
	ActorID   *string // who did it; nil: nobody who is known, or deleted since
	SubjectID *string // whose account it is about; nil: nobody's, or deleted since
	Network   string  // where it came from
	Door      string
	Detail    string // a role, the name of a tool, and the like
	CreatedAt Time
}

// TableName returns "audit_events".
func (AuditEvent) TableName() string { return "audit_events" }

// Audit appends an event about an account; subject may be empty. detail must hold
// no secret, no address and nothing that a person wrote. Changes of this package
// are recorded with themselves, in one transaction: this is for the rest.
func (db *DB) Audit(ctx context.Context, kind AuditKind, subject, detail string) error {
	return wrap("audit", db.audit(ctx, db.writer.WithContext(ctx), kind, subject, detail))
}

// audit appends an event in a transaction.
func (db *DB) audit(ctx context.Context, tx *gorm.DB, kind AuditKind, subject, detail string) error {
	a := actorOf(ctx)
	return tx.Create(&AuditEvent{Kind: kind, ActorID: orNull(a.UserID), SubjectID: orNull(subject),
		Network: clip(line(a.Network), 100), Door: a.Door, Detail: clip(line(chatkit.CleanText(detail)), 200), CreatedAt: At(db.now())}).Error
}

// auditOwn is audit for what people do to their own account, also while signing
// in, when the context knows nobody yet.
func (db *DB) auditOwn(ctx context.Context, tx *gorm.DB, kind AuditKind, userID, detail string) error {
	a := actorOf(ctx)
	if a.UserID == "" && a.Door != DoorCommand {
		a.UserID = userID
	}
	return db.audit(WithActor(ctx, a), tx, kind, userID, detail)
}

// SignedIn records that somebody has signed in; how says by what.
func (db *DB) SignedIn(ctx context.Context, userID, how string) error {
	return wrap("signed in", db.auditOwn(ctx, db.writer.WithContext(ctx), AuditSignIn, userID, how))
}

// AuditQuery is a page of the audit log, newest first.
type AuditQuery struct {
	Before int64     // only older ones than this N; 0: from the newest
	Kind   AuditKind // "": all
	UserID string    // only what this person did, or what was done to them
	Limit  int
}

// AuditEvents returns a page of the audit log, and whether there are older ones.
func (db *DB) AuditEvents(ctx context.Context, q AuditQuery) (events []AuditEvent, more bool, err error) {
	list := db.read(ctx).Order("n DESC")
	if q.Before > 0 {
		list = list.Where("n < ?", q.Before)
	}
	if q.Kind != "" {
		list = list.Where("kind = ?", string(q.Kind))
	}
	if q.UserID != "" {
		list = list.Where("actor_id = ? OR subject_id = ?", q.UserID, q.UserID)
	}
	limit := pageSize(q.Limit)
	if err := list.Limit(limit + 1).Find(&events).Error; err != nil {
		return nil, false, wrap("audit events", err)
	}
	events, more = paged(events, limit)
	return events, more, nil
}

// KeepAudit says for how long the audit log is kept; 0 is for ever. It is called
// before the database is used.
func (db *DB) KeepAudit(d time.Duration) { db.auditKept = d }

// auditEnd is the time up to which events are deleted.
func (db *DB) auditEnd() Time {
	if db.auditKept <= 0 {
		return Time{}
	}
	return At(db.now().Add(-db.auditKept))
}

// forgetAudit takes from the log what is left of a person: their networks. The
// ids go with the account.
func forgetAudit(tx *gorm.DB, userID string) error {
	return tx.Model(&AuditEvent{}).Where("actor_id = ? OR subject_id = ?", userID, userID).UpdateColumn("network", "").Error
}

// orNull makes an empty id NULL.
func orNull(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}
