package models

import (
	"cmp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// lockThreads locks the threads that works change, and returns them by id.
func lockThreads(tx *gorm.DB, works []work) (map[string]*threadRow, error) {
	var keys [][]any
	for i := range works {
		if w := &works[i]; w.touchesThread() {
			keys = append(keys, []any{w.UserID, w.ThreadID})
		}
	}
	threads := make(map[string]*threadRow, len(keys))
	for some := range slices.Chunk(keys, maxPage) {
		var rows []*threadRow
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).
			Where("(user_id, id) IN ?", some).Order("id").Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, t := range rows {
			threads[t.ID] = t
		}
	}
	return threads, nil
}

// storeItems removes and stores the works' items. An item that is new takes the
// thread's next number; one that is there keeps its own, and its turn.
func (db *DB) storeItems(tx *gorm.DB, works []*work, threads map[string]*threadRow) error {
	var rows []itemRow
	for _, w := range works {
		if len(w.removed) > 0 {
			if err := itemsOf(tx, w.UserID, w.ThreadID).Where("id IN ?", w.removed).Delete(&itemRow{}).Error; err != nil {
				return err
			}
		}
		if len(w.items) == 0 {
			continue
		}
		t := threads[w.ThreadID]
		for _, row := range w.items {
			t.ItemSeq++
			row.Seq = t.ItemSeq
			rows = append(rows, row)
		}
		if err := tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", w.UserID, w.ThreadID).
			UpdateColumn("item_seq", t.ItemSeq).Error; err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b itemRow) int { return cmp.Compare(a.ThreadID, b.ThreadID) })
	err := tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "user_id"}, {Name: "thread_id"}, {Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"type", "hidden", "incomplete", "payload"}),
	}).CreateInBatches(&rows, 200).Error
	if err != nil {
		return err
	}
	return db.indexItems(tx, rows...)
}
