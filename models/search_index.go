package models

import (
	"crypto/sha256"
	"encoding/base32"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models/words"
)

// searchDoc is the words of a message, or of a thread's title if it has no
// ItemID. Every change of it changes the index, in the same transaction: by
// triggers on SQLite, by itself on Postgres.
type searchDoc struct {
	N        int64
	UserID   string
	ThreadID string
	ItemID   *string
	Place    string
	Words    string // "" for none: then there is no row
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

// docWords writes words as the database takes them.
func (db *DB) docWords(text string) string {
	var b strings.Builder
	for i, w := range words.Split(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
		if db.pg != nil {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(i + 1))
		}
	}
	return b.String()
}

func (db *DB) titleDoc(t *Thread, title string) searchDoc {
	return searchDoc{N: docNumber(t.CreatedAt, t.ID), UserID: t.UserID, ThreadID: t.ID,
		Place: placeOf(t.UserID, titles), Words: db.docWords(title)}
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
		n := docNumber(r.CreatedAt, r.ID)
		docs = append(docs, searchDoc{N: n, UserID: r.UserID, ThreadID: r.ThreadID, ItemID: &r.ID,
			Place: placeOf(r.UserID, n>>sliceBits), Words: db.docWords(text)})
	}
	return docs, nil
}

// text is what a person reads of a message, with the names of its files; "" for
// what is no message.
func (r *itemRow) text() (string, error) {
	if r.Hidden || r.Type != new(chatkit.UserMessage).ItemType() && r.Type != new(chatkit.AssistantMessage).ItemType() {
		return "", nil
	}
	it, err := chatkit.UnmarshalItem([]byte(r.Payload))
	if err != nil {
		return "", err
	}
	switch m := it.(type) {
	case *chatkit.UserMessage:
		text := m.Text()
		for _, a := range m.Attachments {
			text += "\n" + a.Name
		}
		return text, nil
	case *chatkit.AssistantMessage:
		return m.Text(), nil
	}
	return "", nil
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

// docsAtOnce is how many documents a statement stores.
const docsAtOnce = 100

func (db *DB) index(tx *gorm.DB, docs []searchDoc) error {
	for some := range slices.Chunk(docs, docsAtOnce) {
		var items, titles []searchDoc
		for _, d := range some {
			switch {
			case d.Words == "":
				if err := forget(tx, d); err != nil {
					return err
				}
			case d.ItemID == nil:
				titles = append(titles, d)
			default:
				items = append(items, d)
			}
		}
		if err := db.putDocs(tx, items, "(user_id, thread_id, item_id)"); err != nil {
			return err
		}
		if err := db.putDocs(tx, titles, "(user_id, thread_id) WHERE item_id IS NULL"); err != nil {
			return err
		}
	}
	return nil
}

// forget takes a document away that has no words any more.
func forget(tx *gorm.DB, d searchDoc) error {
	list := tx.Where("user_id = ? AND thread_id = ?", d.UserID, d.ThreadID)
	if d.ItemID == nil {
		return list.Where("item_id IS NULL").Delete(&searchDoc{}).Error
	}
	return list.Where("item_id = ?", *d.ItemID).Delete(&searchDoc{}).Error
}

func (db *DB) putDocs(tx *gorm.DB, docs []searchDoc, key string) error {
	if len(docs) == 0 {
		return nil
	}
	if db.pg == nil {
		if err := freeNumbers(tx, docs); err != nil {
			return err
		}
	}
	args := make([]any, 0, len(docs)*6)
	for _, d := range docs {
		args = append(args, d.N, d.UserID, d.ThreadID, d.ItemID, d.Place, d.Words)
	}
	return tx.Exec("INSERT INTO search_docs (n, user_id, thread_id, item_id, place, words) VALUES (?, ?, ?, ?, ?, ?)"+
		strings.Repeat(", (?, ?, ?, ?, ?, ?)", len(docs)-1)+
		" ON CONFLICT "+key+" DO UPDATE SET words = excluded.words WHERE search_docs.words <> excluded.words", args...).Error
}

// freeNumbers moves documents on whose number another one has: SQLite's index
// knows them by nothing else.
func freeNumbers(tx *gorm.DB, docs []searchDoc) error {
	for {
		list := make([]int64, len(docs))
		for i, d := range docs {
			list[i] = d.N
		}
		var taken []searchDoc
		if err := tx.Select("n", "user_id", "thread_id", "item_id").Where("n IN ?", list).Find(&taken).Error; err != nil {
			return err
		}
		moved := false
		for i := range docs {
			d := &docs[i]
			others := slices.ContainsFunc(taken, func(t searchDoc) bool { return t.N == d.N && !t.same(d) }) ||
				slices.ContainsFunc(docs[:i], func(o searchDoc) bool { return o.N == d.N })
			if others {
				d.N++
				moved = true
			}
		}
		if !moved {
			return nil
		}
	}
}

func (d *searchDoc) same(o *searchDoc) bool {
	if (d.ItemID == nil) != (o.ItemID == nil) || d.ItemID != nil && *d.ItemID != *o.ItemID {
		return false
	}
	return d.UserID == o.UserID && d.ThreadID == o.ThreadID
}
