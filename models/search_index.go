package models

import (
	"crypto/sha256"
	"encoding/base32"
	"hash/fnv"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models/words"
)

// searchDoc is a message in the index, or a thread's title if it has no ItemID.
// Every change of it changes the index, in the same transaction.
type searchDoc struct {
	N        int64
	UserID   string
	ThreadID string
	ItemID   *string
	Words    string `gorm:"-"` // "" for none: then there is no row. Only Postgres keeps them
}

// TableName returns "search_docs".
func (searchDoc) TableName() string { return "search_docs" }

// searchTodo is a thread that is not wholly indexed yet.
type searchTodo struct {
	UserID   string `gorm:"primaryKey"`
	ThreadID string `gorm:"primaryKey"`
	Seq      int64
}

// TableName returns "search_todo".
func (searchTodo) TableName() string { return "search_todo" }

const (
	// A document's number is the milliseconds of its time and, so that few have the
	// same, numberBits bits of its id.
	numberBits = 20
	// sliceBits of a number are about twelve days: what one look at the index may
	// have to read.
	sliceBits = numberBits + 30
	titles    = -1 // in place of a slice
)

func docNumber(at Time, id string) int64 {
	const most = 1<<(63-numberBits) - 1
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id)) // it can't fail
	ms := min(max(at.UnixMilli(), 0), most)
	return ms<<numberBits | int64(sum.Sum32()>>(32-numberBits))
}

// placeOf is what stands before each word of an owner's slice in the index. It
// only narrows: who a document belongs to is said by its row.
func placeOf(userID string, slice int64) string {
	sum := sha256.Sum256([]byte(userID + "/" + strconv.FormatInt(slice, 10)))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:5]))
}

// place is what stands before each of the document's words.
func (d *searchDoc) place() string {
	if d.ItemID == nil {
		return placeOf(d.UserID, titles)
	}
	return placeOf(d.UserID, d.N>>sliceBits)
}

// docWords writes words as the database takes them.
func (db *DB) docWords(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	n := 0
	words.Each(text, func(w words.Word) {
		if n++; n > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
		if db.pg != nil {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(n))
		}
	})
	return b.String()
}

func (db *DB) titleDoc(t *Thread, title string) searchDoc {
	return searchDoc{N: docNumber(t.CreatedAt, t.ID), UserID: t.UserID, ThreadID: t.ID, Words: db.docWords(title)}
}

// itemDocs are the documents of those items that people find: messages. Of
// others there is none, or none any more.
func (db *DB) itemDocs(rows []itemRow) ([]searchDoc, error) {
	docs := make([]searchDoc, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		docs = append(docs, searchDoc{N: docNumber(r.CreatedAt, r.ID), UserID: r.UserID, ThreadID: r.ThreadID, ItemID: &r.ID,
			Words: db.docWords(text)})
	}
	return docs, nil
}

// text is what a person reads of a message, with the names of its files; "" for
// what is no message.
func (r *itemRow) text() (string, error) {
	if r.Hidden || r.Type != new(chatkit.UserMessage).ItemType() && r.Type != new(chatkit.AssistantMessage).ItemType() {
		return "", nil
	}
	if r.said != nil {
		return *r.said, nil
	}
	it, err := chatkit.UnmarshalItem([]byte(r.Payload))
	if err != nil {
		return "", err
	}
	return textOf(it), nil
}

func textOf(it chatkit.Item) string {
	switch m := it.(type) {
	case *chatkit.UserMessage:
		text := m.Text()
		for _, a := range m.Attachments {
			text += "\n" + a.Name
		}
		return text
	case *chatkit.AssistantMessage:
		return m.Text()
	}
	return ""
}

// indexItems brings the index up to the rows, which are stored.
func (db *DB) indexItems(tx *gorm.DB, rows ...itemRow) error {
	docs, err := db.itemDocs(rows)
	if err != nil {
		return err
	}
	return db.index(tx, docs)
}

// indexTitle is for a thread whose title was stored.
func (db *DB) indexTitle(tx *gorm.DB, t *Thread, title string) error {
	return db.index(tx, []searchDoc{db.titleDoc(t, title)})
}

func (db *DB) index(tx *gorm.DB, docs []searchDoc) error {
	if db.pg != nil {
		return indexPostgres(tx, docs)
	}
	return db.indexSQLite(tx, docs)
}
