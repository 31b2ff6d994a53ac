package models

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

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
		if found.Hits, err = s.look([]int64{titles}, before, limit+1); err != nil {
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
	slices, err := s.slices(before)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for n := 1; len(slices) > 0 && len(hits) < limit; n = min(n*2, maxSlices) {
		some := slices[:min(n, len(slices))]
		slices = slices[len(some):]
		more, err := s.look(some, before, limit-len(hits))
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
func (s *searching) look(slices []int64, before int64, limit int) ([]Hit, error) {
	text := sqliteLook
	match := s.matchSQLite
	if s.db.pg != nil {
		text, match = postgresLook, s.matchPostgres
	}
	places := make([]string, len(slices))
	for i, slice := range slices {
		places[i] = placeOf(s.user, slice)
	}
	rows, err := s.db.query(s.ctx, text, match(places), s.user, before, limit)
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

const (
	// FTS5 goes through the numbers from the highest, so that it can stop early.
	sqliteLook = `SELECT d.n, d.thread_id, d.item_id, t.title, t.created_at, t.archived_at IS NOT NULL
		FROM search_index AS f CROSS JOIN search_docs AS d ON d.n = f.rowid
		CROSS JOIN threads AS t ON t.user_id = d.user_id AND t.id = d.thread_id
		WHERE search_index MATCH ? AND d.user_id = ? AND f.rowid < ? AND t.deleted_at IS NULL
		ORDER BY f.rowid DESC LIMIT ?`
	// The index is asked first, by itself: nothing else may look easier to Postgres.
	postgresLook = `WITH found AS MATERIALIZED (
			SELECT n, user_id, thread_id, item_id FROM search_docs
			WHERE CAST(place || replace(words, ' ', ' ' || place) AS tsvector) @@ CAST(? AS tsquery)
		)
		SELECT f.n, f.thread_id, f.item_id, t.title, t.created_at, t.archived_at IS NOT NULL
		FROM (SELECT * FROM found WHERE user_id = ? AND n < ? ORDER BY n DESC) AS f
		JOIN threads AS t ON t.user_id = f.user_id AND t.id = f.thread_id AND t.deleted_at IS NULL
		ORDER BY f.n DESC LIMIT ?`
)

// matchSQLite writes the question for FTS5, for each place. Words have no sign
// that means something there, or on Postgres.
func (s *searching) matchSQLite(places []string) string {
	return s.match(places, " OR ", " AND ", func(t words.Term, place string) string {
		text := `"` + place + strings.Join(t.Words, " "+place) + `"`
		if t.Prefix {
			text += " *"
		}
		return text
	})
}

func (s *searching) matchPostgres(places []string) string {
	return s.match(places, " | ", " & ", func(t words.Term, place string) string {
		text := "'" + place + strings.Join(t.Words, "' <-> '"+place) + "'"
		if t.Prefix {
			text += ":*"
		}
		return text
	})
}

func (s *searching) match(places []string, or, and string, write func(words.Term, string) string) string {
	var b strings.Builder
	for i, place := range places {
		if i > 0 {
			b.WriteString(or)
		}
		b.WriteByte('(')
		for j, t := range s.terms {
			if j > 0 {
				b.WriteString(and)
			}
			b.WriteString(write(t, place))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// excerpts reads the messages that were found. What is gone by now is left out.
func (s *searching) excerpts(hits []Hit) ([]Hit, error) {
	kept := hits[:0]
	for _, h := range hits {
		if h.ItemID == "" {
			h.Excerpt = words.Excerpt(h.Title, s.terms, 2*excerptSize)
			kept = append(kept, h)
			continue
		}
		var row itemRow
		if err := itemsOf(s.db.read(s.ctx), s.user, h.ThreadID).Where("id = ?", h.ItemID).Limit(1).Find(&row).Error; err != nil {
			return nil, err
		}
		if row.ID == "" {
			continue
		}
		text, err := row.text()
		if err != nil {
			return nil, err
		}
		h.Type, h.At, h.Excerpt = row.Type, row.CreatedAt, words.Excerpt(text, s.terms, excerptSize)
		kept = append(kept, h)
	}
	return kept, nil
}
