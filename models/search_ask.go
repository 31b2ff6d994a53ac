package models

import (
	"database/sql"
	"strings"

	"github.com/taskpilot/taskpilot/models/words"
)

// What is said to the databases. The join with the user's own rows says whose a
// document is.
const (
	// FTS5 goes through the numbers from the highest, so that it can stop early.
	sqliteLook = `SELECT d.n, d.thread_id, d.item_id, t.title, t.created_at, t.archived_at IS NOT NULL
		FROM search_index AS f CROSS JOIN search_docs AS d ON d.n = f.rowid
		CROSS JOIN threads AS t ON t.user_id = d.user_id AND t.id = d.thread_id
		WHERE search_index MATCH ? AND d.user_id = ? AND f.rowid < ? AND t.deleted_at IS NULL
		ORDER BY f.rowid DESC LIMIT ?`
	// The index is asked first, by itself: nothing else may look easier to Postgres.
	// Then threads are looked up from the newest on, until there are enough.
	postgresLook = `WITH found AS MATERIALIZED (
			SELECT n, user_id, thread_id, item_id FROM search_docs
			WHERE CAST(place || replace(words, ' ', ' ' || place) AS tsvector) @@ CAST(? AS tsquery)
		)` + postgresNewest + " ORDER BY f.n DESC LIMIT ?"
	// The index does not know where words stand: phrases are looked for in what has
	// their words, from the newest on, too.
	postgresPhrases = `WITH found AS MATERIALIZED (
			SELECT n, user_id, thread_id, item_id, words FROM search_docs
			WHERE CAST(place || replace(words, ' ', ' ' || place) AS tsvector) @@ CAST(? AS tsquery)
		)` + postgresNewest + " WHERE CAST(f.words AS tsvector) @@ CAST(? AS tsquery) ORDER BY f.n DESC LIMIT ?"
	postgresNewest = `
		SELECT f.n, f.thread_id, f.item_id, t.title, t.created_at, t.archived_at IS NOT NULL
		FROM (SELECT * FROM found WHERE user_id = ? AND n < ? ORDER BY n DESC OFFSET 0) AS f
		CROSS JOIN LATERAL (SELECT title, created_at, archived_at FROM threads
			WHERE user_id = f.user_id AND id = f.thread_id AND deleted_at IS NULL OFFSET 0) AS t`
)

// ask asks for what has the terms in these places.
func (s *searching) ask(places []string, terms []words.Term, before int64, limit int) (*sql.Rows, error) {
	if s.db.pg == nil {
		return s.db.query(s.ctx, sqliteLook, match(places, " OR ", " AND ", terms, sqliteTerm), s.user, before, limit)
	}
	question := match(places, " | ", " & ", terms, postgresWords)
	if phrases := phrases(terms); len(phrases) > 0 {
		return s.db.query(s.ctx, postgresPhrases, question, s.user, before,
			match([]string{""}, "", " & ", phrases, postgresTerm), limit)
	}
	return s.db.query(s.ctx, postgresLook, question, s.user, before, limit)
}

// phrases are the terms of several words.
func phrases(terms []words.Term) (list []words.Term) {
	for _, t := range terms {
		if len(t.Words) > 1 {
			list = append(list, t)
		}
	}
	return list
}

// match writes the question, for each place. Words have no sign that means
// something to FTS5 or to Postgres.
func match(places []string, or, and string, terms []words.Term, write func(words.Term, string) string) string {
	var b strings.Builder
	for i, place := range places {
		if i > 0 {
			b.WriteString(or)
		}
		b.WriteByte('(')
		for j, t := range terms {
			if j > 0 {
				b.WriteString(and)
			}
			b.WriteString(write(t, place))
		}
		b.WriteByte(')')
	}
	return b.String()
}

func sqliteTerm(t words.Term, place string) string {
	text := `"` + place + strings.Join(t.Words, " "+place) + `"`
	if t.Prefix {
		text += " *"
	}
	return text
}

// postgresWords asks for the words wherever they stand, postgresTerm for the words
// side by side.
func postgresWords(t words.Term, place string) string { return postgresJoined(t, place, "' & '") }
func postgresTerm(t words.Term, place string) string  { return postgresJoined(t, place, "' <-> '") }

func postgresJoined(t words.Term, place, by string) string {
	text := "'" + place + strings.Join(t.Words, by+place) + "'"
	if t.Prefix {
		text += ":*"
	}
	return text
}
