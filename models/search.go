package models

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models/words"
)

// SearchQuery asks for a page of what has all words of Text. After is the
// cursor of the page before; Limit 0 is chatkit.DefaultPageSize. Titles asks for
// titles only, Messages for messages only.
type SearchQuery struct {
	Text             string
	Limit            int
	After            string
	Titles, Messages bool
}

// Hit is a message that was found or, without an ItemID, a thread whose title
// was. Excerpt shows where.
type Hit struct {
	ThreadID string
	Title    string
	Archived bool
	ItemID   string
	Type     string // of the item, as the protocol has it
	At       Time   // of the message; of a title the thread's creation
	Excerpt  []words.Span

	n int64
}

// Found is a page of hits: titles first, then messages, each the newest first.
// After is the cursor of the next page, "" on the last one. Unfinished means
// that older threads of the user's are still being indexed.
type Found struct {
	Hits       []Hit
	After      string
	Unfinished bool
}

const (
	// MaxSearch is how many characters of a question count.
	MaxSearch = 200
	// excerptSize is how many characters an excerpt has, about.
	excerptSize = 160
	// maxSlices is how many slices one statement looks at.
	maxSlices = 32

	forTitles, forMessages = "t", "m" // begin a cursor
)

// Matches reports whether a search for question would find the text.
func Matches(text, question string) bool { return words.Match(text, words.Parse(question)) }

// Search finds the user's threads and messages. A question without a word finds
// nothing.
func (db *DB) Search(ctx context.Context, userID string, q SearchQuery) (*Found, error) {
	found, err := db.search(ctx, userID, q)
	return found, wrap("search", err)
}

func (db *DB) search(ctx context.Context, userID string, q SearchQuery) (*Found, error) {
	limit := pageSize(q.Limit)
	kind, before, err := searchCursor(q.After)
	if err != nil {
		return nil, err
	}
	found := &Found{}
	terms := words.Parse(clip(chatkit.CleanText(q.Text), MaxSearch))
	if len(terms) == 0 {
		return found, nil
	}
	if found.Unfinished, err = db.unfinished(ctx, userID); err != nil {
		return nil, err
	}
	s := searching{db: db, ctx: ctx, user: userID, terms: terms}
	if kind == forTitles && !q.Messages {
		if found.Hits, err = s.look([]int64{titles}, s.terms, before, limit+1); err != nil {
			return nil, err
		}
		before = noNumber // of the messages all
	}
	if !q.Titles && len(found.Hits) <= limit {
		messages, err := s.messages(before, limit+1-len(found.Hits))
		if err != nil {
			return nil, err
		}
		found.Hits = append(found.Hits, messages...)
	}
	more := false
	if found.Hits, more = paged(found.Hits, limit); more {
		last := found.Hits[limit-1]
		kind = forMessages
		if last.ItemID == "" {
			kind = forTitles
		}
		found.After = kind + strconv.FormatInt(last.n, 36)
	}
	found.Hits, err = s.excerpts(found.Hits)
	return found, err
}

// noNumber is after every number.
const noNumber = int64(1<<63 - 1)

func searchCursor(after string) (kind string, before int64, err error) {
	if after == "" {
		return forTitles, noNumber, nil
	}
	kind = after[:1]
	if before, err = strconv.ParseInt(after[1:], 36, 64); err != nil || kind != forTitles && kind != forMessages {
		return "", 0, unknownCursor()
	}
	return kind, before, nil
}

func (db *DB) unfinished(ctx context.Context, userID string) (bool, error) {
	var some []string
	err := db.read(ctx).Model(&searchTodo{}).Where("user_id = ?", userID).Limit(1).Pluck("thread_id", &some).Error
	return len(some) > 0, err
}

// searching is one search.
type searching struct {
	db    *DB
	ctx   context.Context
	user  string
	terms []words.Term
}

// messages looks at the newest slice first, then at ever more of the older ones.
func (s *searching) messages(before int64, limit int) ([]Hit, error) {
	terms := words.Narrow(s.terms)
	slices, err := s.slices(before)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for n := 1; len(slices) > 0 && len(hits) < limit; n = min(n*2, maxSlices) {
		some := slices[:min(n, len(slices))]
		slices = slices[len(some):]
		more, err := s.look(some, terms, before, limit-len(hits))
		if err != nil {
			return nil, err
		}
		hits = append(hits, more...)
	}
	return hits, nil
}

// slices are those in which the user has something, the newest first. Each is
// found by one step in an index.
func (s *searching) slices(before int64) ([]int64, error) {
	const newest = "(SELECT max(n) FROM search_docs WHERE user_id = ? AND n < %s)"
	rows, err := s.db.query(s.ctx, fmt.Sprintf(`WITH RECURSIVE slices (slice) AS (
			SELECT `+newest+` >> %d
			UNION ALL
			SELECT `+newest+` >> %d FROM slices WHERE slice IS NOT NULL
		) SELECT slice FROM slices WHERE slice IS NOT NULL`, "?", sliceBits, fmt.Sprintf("(slice << %d)", sliceBits), sliceBits),
		s.user, before, s.user)
	if err != nil {
		return nil, err
	}
	var list []int64
	return list, each(rows, func(rows *sql.Rows) error {
		var slice int64
		err := rows.Scan(&slice)
		list = append(list, slice)
		return err
	})
}

// look returns what the slices have, the newest first. The join with the user's
// own rows says whose it is.
func (s *searching) look(slices []int64, terms []words.Term, before int64, limit int) ([]Hit, error) {
	places := make([]string, len(slices))
	for i, slice := range slices {
		places[i] = placeOf(s.user, slice)
	}
	rows, err := s.ask(places, terms, before, limit)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	return hits, each(rows, func(rows *sql.Rows) error {
		var h Hit
		var item sql.NullString
		err := rows.Scan(&h.n, &h.ThreadID, &item, &h.Title, &h.At, &h.Archived)
		h.ItemID = item.String
		hits = append(hits, h)
		return err
	})
}

// excerpts reads the messages that were found. What is gone by now is left out.
func (s *searching) excerpts(hits []Hit) ([]Hit, error) {
	rows, err := s.messagesOf(hits)
	if err != nil {
		return nil, err
	}
	kept := hits[:0]
	for _, h := range hits {
		if h.ItemID == "" {
			h.Excerpt = words.Excerpt(h.Title, s.terms, 2*excerptSize)
			kept = append(kept, h)
			continue
		}
		row, ok := rows[[2]string{h.ThreadID, h.ItemID}]
		if !ok {
			continue
		}
		text, err := row.text()
		if err != nil {
			return nil, err
		}
		h.Type, h.At, h.Excerpt = row.Type, row.CreatedAt, words.Excerpt(text, words.Narrow(s.terms), excerptSize)
		kept = append(kept, h)
	}
	return kept, nil
}

// messagesOf reads the hits' messages, by thread and id.
func (s *searching) messagesOf(hits []Hit) (map[[2]string]*itemRow, error) {
	var keys [][]any
	for _, h := range hits {
		if h.ItemID != "" {
			keys = append(keys, []any{h.ThreadID, h.ItemID})
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	var list []itemRow
	err := s.db.read(s.ctx).Where("user_id = ? AND (thread_id, id) IN ?", s.user, keys).Find(&list).Error
	rows := make(map[[2]string]*itemRow, len(list))
	for i := range list {
		rows[[2]string{list[i].ThreadID, list[i].ID}] = &list[i]
	}
	return rows, err
}
