package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Message is a user's message on its way in. ThreadID "" creates a thread with
// ThreadMetadata. ClientKey, when not empty, makes a repeated request harmless;
// one with another RequestSum gets ErrKeyReused. Owner is the instance that will run the answer.
type Message struct {
	UserID         string
	ThreadID       string
	ClientKey      string
	RequestSum     string // of the whole request; "" is not compared
	Owner          string
	Message        *chatkit.UserMessage
	Attachments    []string // ids of the user's files that the message has
	ThreadMetadata map[string]any
}

// Accepted is a stored message and its run. Repeated means that the ClientKey
// was seen before: nothing was stored, these are the earlier ones.
type Accepted struct {
	Thread    *Thread
	Run       *Run
	Item      Item
	NewThread bool
	Repeated  bool
	Used      *Usage // today, this message included; nil without Limits
}

// AcceptMessage stores a message and its run, and the thread if it is new, in
// one transaction. It gives the message its id, thread and time. ErrBusy: the
// thread has an active run; ErrNotFound: no such thread of this user's; an
// *InvalidError: the thread is locked or closed; a *LimitError: enough for today.
func (db *DB) AcceptMessage(ctx context.Context, m Message) (*Accepted, error) {
	message, err := m.clean()
	if err != nil {
		return nil, err
	}
	var a *Accepted
	err = db.write(ctx, func(tx *gorm.DB) error {
		a, err = db.accept(tx, m, message)
		return err
	})
	if duplicate(err) {
		// Another transaction was faster: with this very request, or with another
		// message for the thread.
		if a, err = repeated(db.writer.WithContext(ctx), m); errors.Is(err, gorm.ErrRecordNotFound) {
			return nil, ErrBusy
		}
	}
	if err != nil {
		return nil, wrap("accept message", err)
	}
	return a, nil
}

// clean cleans the client's key, and returns the message as it is stored.
func (m *Message) clean() (*chatkit.UserMessage, error) {
	message, err := cleanMessage(m.Message)
	if err != nil {
		return nil, err
	}
	m.ClientKey = chatkit.CleanText(m.ClientKey)
	return message, within("client_key", "The request's key", m.ClientKey, 0, 200)
}

func (db *DB) accept(tx *gorm.DB, m Message, message *chatkit.UserMessage) (*Accepted, error) {
	var t *threadRow
	if m.ThreadID != "" {
		var err error
		if t, err = lockThread(tx, m.UserID, m.ThreadID); err != nil {
			return nil, err
		}
	}
	if a, err := repeated(tx, m); !errors.Is(err, gorm.ErrRecordNotFound) {
		return a, err
	}
	if t == nil {
		created, err := db.createThread(tx, m.UserID, "", m.ThreadMetadata)
		if err != nil {
			return nil, err
		}
		t = &threadRow{Thread: *created}
	}
	if err := idle(tx, t); err != nil {
		return nil, err
	}
	used, err := db.spend(tx, m.UserID, 1)
	if err != nil {
		return nil, err
	}
	a, err := db.place(tx, t, m, message)
	if err != nil {
		return nil, err
	}
	a.NewThread, a.Used = m.ThreadID == "", used
	return a, nil
}

// place puts the message at the end of the thread and begins its run.
func (db *DB) place(tx *gorm.DB, t *threadRow, m Message, message *chatkit.UserMessage) (*Accepted, error) {
	now, runID := At(db.now()), newRunID()
	message.ItemBase = chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage), ThreadID: t.ID, CreatedAt: now.ChatKit()}
	var err error
	if message.Attachments, err = attach(tx, m.UserID, t.ID, m.Attachments); err != nil {
		return nil, err
	}
	row, err := db.rowOf(message, m.UserID, t.ID, runID)
	if err != nil {
		return nil, err
	}
	t.ItemSeq++
	row.Seq = t.ItemSeq
	if err := tx.Create(&row).Error; err != nil {
		return nil, err
	}
	docs, err := db.itemDocs([]itemRow{row})
	if err != nil {
		return nil, err
	}
	run, err := db.begin(tx, m.UserID, t.ID, row.ID, m.Owner, runID, m.ClientKey, m.RequestSum)
	if err != nil {
		return nil, err
	}
	if t.Title == "" {
		t.Title, t.TitleAuto = titleWords(message.Text()), true
		docs = append(docs, db.titleDoc(&t.Thread, t.Title))
	}
	if err := db.index(tx, docs); err != nil {
		return nil, err
	}
	t.UpdatedAt, t.ArchivedAt, t.ActiveRunID = now, nil, runID
	err = tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", m.UserID, t.ID).
		UpdateColumns(map[string]any{"title": t.Title, "title_auto": t.TitleAuto, "item_seq": t.ItemSeq, "updated_at": now, "archived_at": nil}).Error
	return &Accepted{Thread: &t.Thread, Run: run, Item: Item{Seq: row.Seq, RunID: runID, Item: message}}, err
}

// repeated finds what was accepted under the message's key before.
// gorm.ErrRecordNotFound: nothing was.
func repeated(tx *gorm.DB, m Message) (*Accepted, error) {
	if m.ClientKey == "" {
		return nil, gorm.ErrRecordNotFound
	}
	var row runRow
	if err := tx.Where("user_id = ? AND client_key = ?", m.UserID, m.ClientKey).Take(&row).Error; err != nil {
		return nil, err
	}
	if row.differs(m.RequestSum) {
		return nil, ErrKeyReused
	}
	run, err := firstRun(runs(tx).Where("user_id = ? AND id = ?", m.UserID, row.ID))
	if err != nil {
		return nil, err
	}
	t, err := thread(tx, m.UserID, run.ThreadID)
	if err != nil {
		return nil, fmt.Errorf("thread of run %s: %w", run.ID, err)
	}
	it, err := item(tx, m.UserID, run.ThreadID, run.ItemID)
	if err != nil {
		return nil, fmt.Errorf("message of run %s: %w", run.ID, err)
	}
	return &Accepted{Thread: t, Run: run, Item: *it, Repeated: true}, nil
}

// idle returns why no run may begin in the thread, if so.
func idle(tx *gorm.DB, t *threadRow) error {
	if t.Status.Type == chatkit.Locked || t.Status.Type == chatkit.Closed {
		message := "This chat is " + string(t.Status.Type) + ". Start a new one to go on."
		if t.Status.Reason != "" {
			message = t.Status.Reason
		}
		return &InvalidError{Field: "thread_id", Message: message}
	}
	return vacant(tx, t)
}

// vacant returns ErrBusy if a run is active in the thread.
func vacant(tx *gorm.DB, t *threadRow) error {
	switch _, err := activeRun(tx, t.UserID, t.ID); {
	case err == nil:
		return ErrBusy
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return err
	}
	return nil
}

// cleanMessage copies a message in the form in which it will be read back.
func cleanMessage(m *chatkit.UserMessage) (*chatkit.UserMessage, error) {
	if m == nil {
		return nil, &InvalidError{Field: "message", Message: "The message is missing. Write one and send it again."}
	}
	raw, err := json.Marshal(m)
	if err == nil {
		raw, err = chatkit.CleanJSON(raw)
	}
	if err != nil {
		return nil, fmt.Errorf("models: accept message: %w", err)
	}
	clean := new(chatkit.UserMessage)
	if err := json.Unmarshal(raw, clean); err != nil {
		return nil, fmt.Errorf("models: accept message: %w", err)
	}
	return clean, nil
}
