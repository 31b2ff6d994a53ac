package models

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// What is here reads what clients are shown, and no more: a thread without its
// metadata, items without the hidden ones and, where they are stored as they are
// sent, without decoding them. A limit stands in the text: as an argument it
// makes SQLite compile each statement twice.

// ShowThreads is a Store's ListThreads for a reply.
func (db *DB) ShowThreads(ctx context.Context, userID string, page chatkit.PageRequest) (chatkit.Page[chatkit.Thread], error) {
	out, err := db.showThreads(ctx, userID, page)
	return out, told("show threads", err)
}

func (db *DB) showThreads(ctx context.Context, userID string, page chatkit.PageRequest) (out chatkit.Page[chatkit.Thread], err error) {
	direction, than := sqlOrder(page.Order)
	text, args := "SELECT "+shownThread+" FROM threads WHERE user_id = ? AND archived_at IS NULL AND "+threadKept, []any{userID}
	if page.After != "" {
		at, err := cursor(db.read(ctx).Model(&Thread{}).Where("user_id = ?", userID), "created_at", page.After)
		if err != nil {
			return out, err
		}
		text, args = text+" AND (created_at, id) "+than+" (?, ?)", append(args, at, page.After)
	}
	limit := pageSize(page.Limit)
	rows, err := db.query(ctx, fmt.Sprintf("%s ORDER BY created_at %s, id %s LIMIT %d", text, direction, direction, limit+1), args...)
	if err != nil {
		return out, err
	}
	out.Data = make([]chatkit.Thread, 0, limit+1)
	err = each(rows, func(rows *sql.Rows) error {
		t, err := scanShownThread(rows)
		out.Data = append(out.Data, t)
		return err
	})
	if out.Data, out.HasMore = paged(out.Data, limit); out.HasMore {
		out.After = out.Data[limit-1].ID
	}
	return out, err
}

// shownThread is the columns that scanShownThread reads.
// What most threads have no need of is NULL, which is read fastest.
const shownThread = "id, title, created_at, nullif(status_type, 'active'), nullif(status_reason, ''), nullif(image_domains, 'null')"

func scanShownThread(rows *sql.Rows) (t chatkit.Thread, err error) {
	var created Time
	var status, reason, domains sql.NullString
	if err := rows.Scan(&t.ID, &t.Title, &created, &status, &reason, &domains); err != nil {
		return t, err
	}
	t.CreatedAt = created.ChatKit()
	t.Status = chatkit.ThreadStatus{Type: chatkit.StatusType(cmp.Or(status.String, string(chatkit.Active))), Reason: reason.String}
	if domains.String != "" {
		err = json.Unmarshal([]byte(domains.String), &t.AllowedImageDomains)
	}
	return t, err
}

// ShowThread is a Store's LoadThread for a reply, with the first items.
func (db *DB) ShowThread(ctx context.Context, userID, id string) (*chatkit.Thread, error) {
	t, err := db.showThread(ctx, userID, id)
	return t, told("show thread", err)
}

func (db *DB) showThread(ctx context.Context, userID, id string) (*chatkit.Thread, error) {
	rows, err := db.query(ctx, "SELECT "+shownThread+" FROM threads WHERE user_id = ? AND id = ? AND "+threadKept, userID, id)
	if err != nil {
		return nil, err
	}
	var found []chatkit.Thread
	err = each(rows, func(rows *sql.Rows) error {
		t, err := scanShownThread(rows)
		found = append(found, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	t := &found[0]
	t.Items, err = db.showItems(ctx, userID, id, chatkit.PageRequest{Order: chatkit.Asc})
	return t, err
}

// ShowItems is a Store's ListItems for a reply. Hidden items are left out of the page, so
// that it may be short and still have a cursor.
func (db *DB) ShowItems(ctx context.Context, userID, threadID string, page chatkit.PageRequest) (chatkit.Page[chatkit.Item], error) {
	out, err := db.showItems(ctx, userID, threadID, page)
	return out, told("show items", err)
}

func (db *DB) showItems(ctx context.Context, userID, threadID string, page chatkit.PageRequest) (out chatkit.Page[chatkit.Item], err error) {
	direction, than := sqlOrder(page.Order)
	text, args := "SELECT id, created_at, CASE WHEN hidden THEN NULL ELSE payload END FROM items WHERE user_id = ? AND thread_id = ?"+
		" AND EXISTS (SELECT 1 FROM threads WHERE user_id = ? AND id = ? AND "+threadKept+")", []any{userID, threadID, userID, threadID}
	if page.After != "" {
		seq, err := cursor(itemsOf(db.read(ctx), userID, threadID), "seq", page.After)
		if err != nil {
			return out, cmp.Or(threadThere(db.read(ctx), userID, threadID), err)
		}
		text, args = text+" AND seq "+than+" ?", append(args, seq)
	}
	limit := pageSize(page.Limit)
	rows, err := db.query(ctx, fmt.Sprintf("%s ORDER BY seq %s LIMIT %d", text, direction, limit+1), args...)
	if err != nil {
		return out, err
	}
	n, last := 0, ""
	out.Data = make([]chatkit.Item, 0, limit)
	err = each(rows, func(rows *sql.Rows) error {
		row := itemRow{UserID: userID, ThreadID: threadID}
		if n++; n > limit {
			out.HasMore, out.After = true, last
			return nil
		}
		var payload sql.NullString
		if err := rows.Scan(&row.ID, &row.CreatedAt, &payload); err != nil {
			return err
		}
		if last, row.Payload = row.ID, payload.String; !payload.Valid {
			return nil // hidden
		}
		it, err := row.shown()
		out.Data = append(out.Data, it)
		return err
	})
	if err == nil && n == 0 {
		// A thread with items is there; whether one without is must be asked.
		err = threadThere(db.read(ctx), userID, threadID)
	}
	return out, err
}

// shown is the item as it is stored, or decoded if that is not how it is sent. A
// person's message that has more than text is decoded: the addresses of
// attachments are the caller's to make anew.
func (r *itemRow) shown() (chatkit.Item, error) {
	typ, _, _ := strings.Cut(strings.TrimPrefix(r.Payload, `{"type":"`), `"`)
	plain := typ != (*chatkit.UserMessage)(nil).ItemType() || strings.HasSuffix(r.Payload, `,"attachments":[],"inference_options":{}}`)
	base := chatkit.ItemBase{ID: r.ID, ThreadID: r.ThreadID, CreatedAt: r.CreatedAt.ChatKit()}
	if it, ok := chatkit.NewEncodedItem(typ, base, r.Payload); ok && plain {
		return it, nil
	}
	it, err := r.item()
	return it.Item, err
}
