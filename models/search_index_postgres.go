package models

import (
	"slices"
	"strings"

	"gorm.io/gorm"
)

// docsAtOnce is how many documents a statement stores.
const docsAtOnce = 100

// indexPostgres stores the documents: their words are in a column, which has an
// index.
func indexPostgres(tx *gorm.DB, docs []searchDoc) error {
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
		if err := putDocs(tx, items, "(user_id, thread_id, item_id)"); err != nil {
			return err
		}
		if err := putDocs(tx, titles, "(user_id, thread_id) WHERE item_id IS NULL"); err != nil {
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

func putDocs(tx *gorm.DB, docs []searchDoc, key string) error {
	if len(docs) == 0 {
		return nil
	}
	args := make([]any, 0, len(docs)*6)
	for i := range docs {
		d := &docs[i]
		args = append(args, d.N, d.UserID, d.ThreadID, d.ItemID, d.place(), d.Words)
	}
	return tx.Exec("INSERT INTO search_docs (n, user_id, thread_id, item_id, place, words) VALUES (?, ?, ?, ?, ?, ?)"+
		strings.Repeat(", (?, ?, ?, ?, ?, ?)", len(docs)-1)+
		" ON CONFLICT "+key+" DO UPDATE SET words = excluded.words WHERE search_docs.words <> excluded.words", args...).Error
}
