package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Attachment is a file of a person's: what front ends are told of it, and where
// its bytes are.
type Attachment struct {
	chatkit.Attachment
	Object string // names the bytes; "" until they have come
	Size   int64  // in bytes; as announced until they have come
}

// FileLimits bounds what one person keeps.
type FileLimits struct {
	Bytes  int64 // in all files together
	Unsent int   // files that are in no message
}

// Why a file can't be stored.
var (
	// ErrNoRoom means that the person's files would take more than they may.
	ErrNoRoom = errors.New("models: no room for this file")
	// ErrUnsent means that too many of the person's files are in no message.
	ErrUnsent = errors.New("models: too many files that are not sent")
)

// MaxAttachments is how many files a message has at most.
const MaxAttachments = 20

// Attachment returns one of the user's files.
func (db *DB) Attachment(ctx context.Context, userID, id string) (*Attachment, error) {
	row, err := attachment(db.read(ctx), userID, id)
	if err != nil {
		return nil, wrap("attachment", err)
	}
	return row.attachment()
}

func attachment(tx *gorm.DB, userID, id string) (*attachmentRow, error) {
	row := new(attachmentRow)
	return row, tx.Where("user_id = ? AND id = ? AND "+attachmentKept, userID, id).Take(row).Error
}

// attachmentKept is true of files that are not in a thread that is about to be
// deleted.
const attachmentKept = "NOT EXISTS (SELECT 1 FROM threads WHERE threads.user_id = attachments.user_id " +
	"AND threads.id = attachments.thread_id AND threads.deleted_at IS NOT NULL)"

func (r *attachmentRow) attachment() (*Attachment, error) {
	a := &Attachment{Object: r.Object, Size: r.Size}
	if err := json.Unmarshal([]byte(r.Payload), &a.Attachment); err != nil {
		return nil, fmt.Errorf("models: attachment %s: %w", r.ID, err)
	}
	a.ID, a.ThreadID = r.ID, r.ThreadID
	if r.Object != "" {
		a.UploadDescriptor = nil // there is nothing left to upload
	}
	if len(r.Metadata) > 0 {
		a.Metadata = r.Metadata
	}
	return a, nil
}

// AddAttachment stores a new file of the user's, with or without its bytes.
// ErrNoRoom and ErrUnsent say that they have too much already.
func (db *DB) AddAttachment(ctx context.Context, userID string, a Attachment, limits FileLimits) error {
	row, err := db.attachmentRow(userID, &a.Attachment)
	if err != nil {
		return wrap("add attachment", err)
	}
	row.Object, row.Size = a.Object, a.Size
	return wrap("add attachment", db.write(ctx, func(tx *gorm.DB) error {
		if err := room(tx, userID, a.Size, limits); err != nil {
			return err
		}
		return tx.Create(row).Error
	}))
}

// FillAttachment notes that the bytes of a file have come, and what they turned
// out to be. ErrConflict: they had come before.
func (db *DB) FillAttachment(ctx context.Context, userID string, a Attachment, limits FileLimits) error {
	row, err := db.attachmentRow(userID, &a.Attachment)
	if err != nil {
		return wrap("fill attachment", err)
	}
	return wrap("fill attachment", db.write(ctx, func(tx *gorm.DB) error {
		old, err := attachment(tx, userID, a.ID)
		if err != nil {
			return err
		}
		if old.Object != "" {
			return ErrConflict
		}
		limits.Unsent++ // this one is counted
		if err := room(tx, userID, a.Size-old.Size, limits); err != nil {
			return err
		}
		set := tx.Model(&attachmentRow{}).Where("user_id = ? AND id = ? AND object = ''", userID, a.ID).
			UpdateColumns(map[string]any{"payload": row.Payload, "object": a.Object, "size": a.Size})
		if set.Error == nil && set.RowsAffected == 0 {
			return ErrConflict
		}
		return set.Error
	}))
}

// RoomForFile returns why the user may not have a file more, if so.
func (db *DB) RoomForFile(ctx context.Context, userID string, limits FileLimits) error {
	return wrap("room for file", room(db.read(ctx), userID, 1, limits))
}

// room returns why a user may not have that many bytes more, if so. Nobody else
// can add to what the user has until tx ends.
func room(tx *gorm.DB, userID string, more int64, limits FileLimits) error {
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select("id").
		Where("id = ?", userID).Take(new(User)).Error
	if err != nil {
		return err
	}
	var has struct{ Bytes, Unsent int64 }
	err = tx.Model(&attachmentRow{}).Where("user_id = ?", userID).
		Select("COALESCE(SUM(size), 0) AS bytes, COALESCE(SUM(CASE WHEN thread_id = '' THEN 1 ELSE 0 END), 0) AS unsent").
		Take(&has).Error
	switch {
	case err != nil:
		return err
	case has.Bytes+more > limits.Bytes:
		return ErrNoRoom
	case has.Unsent >= int64(limits.Unsent):
		return ErrUnsent
	}
	return nil
}

// attach makes files part of a thread: those of a message that is being sent.
func attach(tx *gorm.DB, userID, threadID string, ids []string) ([]*chatkit.Attachment, error) {
	if len(ids) > MaxAttachments {
		return nil, &InvalidError{Field: "attachments", Message: fmt.Sprintf("A message has at most %d files.", MaxAttachments)}
	}
	list := []*chatkit.Attachment{}
	for _, id := range ids {
		row, err := attachment(tx.Clauses(clause.Locking{Strength: "UPDATE"}), userID, id)
		if err != nil {
			return nil, missingFile(err)
		}
		a, err := row.attachment()
		if err != nil {
			return nil, err
		}
		switch {
		case row.Object == "":
			return nil, conflict(fmt.Sprintf("The file “%s” has not arrived yet. Wait for its upload, or take it out.", a.Name))
		case row.ThreadID != "" && row.ThreadID != threadID:
			return nil, conflict(fmt.Sprintf("The file “%s” is part of another conversation. Attach it anew.", a.Name))
		}
		err = tx.Model(&attachmentRow{}).Where("user_id = ? AND id = ?", userID, id).UpdateColumn("thread_id", threadID).Error
		if err != nil {
			return nil, err
		}
		a.ThreadID = threadID
		list = append(list, &a.Attachment)
	}
	return list, nil
}

func conflict(message string) error {
	return &chatkit.Error{Message: message, Err: chatkit.ErrConflict}
}

// missingFile says what is not there, where the message itself was.
func missingFile(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) || unstorable(err) {
		return &chatkit.Error{Message: "There is no such file. Attach it again.", Err: chatkit.ErrNotFound}
	}
	return err
}

// ThreadObjects names the bytes of the files of a thread of the user's.
func (db *DB) ThreadObjects(ctx context.Context, userID, threadID string) ([]string, error) {
	var list []string
	err := db.read(ctx).Model(&attachmentRow{}).
		Where("user_id = ? AND thread_id = ? AND thread_id <> '' AND object <> ''", userID, threadID).Pluck("object", &list).Error
	return list, wrap("thread objects", err)
}

// UserObjects names the bytes of all files of a user's.
func (db *DB) UserObjects(ctx context.Context, userID string) ([]string, error) {
	var list []string
	err := db.read(ctx).Model(&attachmentRow{}).Where("user_id = ? AND object <> ''", userID).Pluck("object", &list).Error
	return list, wrap("user objects", err)
}

// RemoveAttachment deletes one of the user's files and names its bytes, "" if
// they had not come.
func (db *DB) RemoveAttachment(ctx context.Context, userID, id string) (object string, err error) {
	var rows []attachmentRow
	err = db.write(ctx, func(tx *gorm.DB) error {
		return gone(tx.Model(&rows).Clauses(returningObject()).Where("user_id = ? AND id = ? AND "+attachmentKept, userID, id).Delete(&rows))
	})
	if err != nil || len(rows) == 0 {
		return "", wrap("remove attachment", err)
	}
	return rows[0].Object, nil
}

// RemoveUnsent deletes the files that were added before a time and never sent,
// everybody's, and names their bytes.
func (db *DB) RemoveUnsent(ctx context.Context, before time.Time) ([]string, error) {
	var rows []attachmentRow
	err := db.write(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(returningObject()).Where("thread_id = '' AND created_at < ?", At(before)).Delete(&rows).Error
	})
	var objects []string
	for _, r := range rows {
		if r.Object != "" {
			objects = append(objects, r.Object)
		}
	}
	return objects, wrap("remove unsent", err)
}

func returningObject() clause.Returning {
	return clause.Returning{Columns: []clause.Column{{Name: "object"}}}
}

// KnownObjects returns those of the names that are the bytes of somebody's file.
func (db *DB) KnownObjects(ctx context.Context, names []string) ([]string, error) {
	var known []string
	err := db.writer.WithContext(ctx).Model(&attachmentRow{}).Where("object IN ?", names).Pluck("object", &known).Error
	return known, wrap("known objects", err)
}

// FileHome is the name under which this database keeps its objects.
func (db *DB) FileHome(ctx context.Context) (string, error) {
	var id string
	err := db.read(ctx).Raw("SELECT id FROM file_home").Scan(&id).Error
	if err == nil && id == "" {
		err = errors.New("the table file_home is empty")
	}
	return id, wrap("file home", err)
}
