package models

import (
	"cmp"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// What is said for every document. claimDoc returns the number by which the
// document goes: the one that it had, or a new one if no other document has it.
const (
	claimDoc = `INSERT INTO search_docs (n, user_id, thread_id, item_id) VALUES (?, ?, ?, ?)
		ON CONFLICT (user_id, thread_id, item_id) DO UPDATE SET item_id = item_id
		ON CONFLICT (user_id, thread_id) WHERE item_id IS NULL DO UPDATE SET item_id = item_id
		ON CONFLICT (n) DO NOTHING RETURNING n`
	putWords  = "INSERT OR REPLACE INTO search_index (rowid, words) VALUES (?, ?)"
	forgetDoc = "DELETE FROM search_docs WHERE user_id = ? AND thread_id = ? AND item_id IS ?" // a trigger forgets the words
)

// indexSQLite stores the documents, all rows before all words, and the words in
// the order of their numbers: FTS5 writes what it has so far as a part of the
// index of its own when it hears of a savepoint, which most statements begin, or
// of a smaller number.
func (db *DB) indexSQLite(tx *gorm.DB, docs []searchDoc) error {
	for i := range docs {
		d, err := &docs[i], error(nil)
		if d.Words == "" {
			err = exec(tx, forgetDoc, d.UserID, d.ThreadID, d.ItemID)
		} else {
			err = db.claim(tx, d)
		}
		if err != nil {
			return err
		}
	}
	slices.SortFunc(docs, func(a, b searchDoc) int { return cmp.Compare(a.N, b.N) })
	for i := range docs {
		d := &docs[i]
		if d.Words == "" {
			continue
		}
		place := d.place()
		if err := exec(tx, putWords, d.N, place+strings.ReplaceAll(d.Words, " ", " "+place)); err != nil {
			return err
		}
	}
	db.untidy.Store(true)
	return nil
}

// claim finds the document's number: its index knows it by nothing else.
func (db *DB) claim(tx *gorm.DB, d *searchDoc) error {
	for ; ; d.N++ {
		err := queryRow(tx, claimDoc, d.N, d.UserID, d.ThreadID, d.ItemID).Scan(&d.N)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}
