package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

const canary = "canary-7f3a"

// nest gives a user a row in every table, with the canary in each text.
func nest(t *testing.T, db *models.DB, email string) *models.User {
	t.Helper()
	u := must[*models.User](t)(db.CreateUser(t.Context(), models.NewUser{Email: email, Name: canary, Password: modelstest.Password}))
	want(t, db.CreateSession(t.Context(), &models.Session{ID: canary + u.ID, UserID: u.ID, Data: []byte(canary), UserAgent: canary}), nil)
	_, _, err := db.NewFamily(t.Context(), u.ID)
	want(t, err, nil)
	_, _, err = db.Allow(t.Context(), canary, 3, time.Hour)
	want(t, err, nil)
	must[*models.Todo](t)(db.CreateTodo(t.Context(), u.ID, models.TodoChange{Title: ptr(canary), Description: ptr(canary)}))
	gone := must[*models.Todo](t)(db.CreateTodo(t.Context(), u.ID, models.TodoChange{Title: ptr(canary), Description: ptr(canary)}))
	must[*models.Todo](t)(db.DeleteTodo(t.Context(), u.ID, gone.ID))
	for range 2 {
		a := accept(t, db, models.Message{UserID: u.ID, Owner: owner, ClientKey: "",
			Message: message(canary), ThreadMetadata: map[string]any{"note": canary}})
		b := batch(a)
		b.Events = events(`"`+canary+`"`, `"`+canary+`"`, `"`+canary+`"`)
		b.Items = []models.ItemChange{{Item: answer("msg_"+canary, a.Thread.ID, canary)}}
		commit(t, db, b)
		want(t, db.SaveFeedback(t.Context(), u.ID, a.Thread.ID, []string{canary}, chatkit.FeedbackPositive), nil)
		want(t, db.ShareThread(t.Context(), u.ID, a.Thread.ID), nil)
	}
	want(t, db.AddPasskey(t.Context(), &models.Passkey{UserID: u.ID, CredentialID: canary + u.ID, PublicKey: []byte(canary), Name: canary}), nil)
	file := &chatkit.Attachment{ID: canary, Name: canary, Metadata: map[string]any{"note": canary}}
	want(t, models.NewStore(db).SaveAttachment(models.WithUser(t.Context(), u.ID), file), nil)
	_, err = db.AddImport(t.Context(), u.ID, &models.Import{Name: canary, Preview: models.ImportCount{Titles: []string{canary}}})
	want(t, err, nil)
	want(t, db.PutThread(t.Context(), u.ID, canary, &models.ThreadCopy{Thread: models.Thread{Title: canary},
		Items: []models.Item{{RunID: canary, Item: answer("msg_"+canary, "", canary)}}}, models.FileLimits{}), nil)
	want(t, db.LinkIdentity(t.Context(), u.ID, models.NewIdentity{Issuer: canary, Subject: canary + u.ID, Email: canary}), nil)
	want(t, db.BeginFlow(t.Context(), models.OIDCFlow{State: canary + u.ID, UserID: u.ID, Next: canary}), nil)
	as := models.WithActor(t.Context(), models.Actor{UserID: u.ID, Network: canary})
	want(t, db.Audit(as, models.AuditExported, u.ID, ""), nil)
	_, _, err = db.Invite(as, email+".invalid")
	want(t, err, nil)
	return u
}

// dump returns every row of every table as text, but for tables that are left out.
func dump(t *testing.T, db *models.DB, without ...string) string {
	t.Helper()
	var b strings.Builder
	for _, table := range []string{"users", "sessions", "refresh_families", "refresh_tokens", "throttles",
		"threads", "items", "runs", "run_events", "run_journal", "todos", "deleted_todos", "attachments", "feedback", "shares", "search_docs", "search_todo", "audit_events", "invites", "imports", "imported", "passkeys", "identities", "oidc_flows"} {
		if table == "run_journal" && db.Driver() != "sqlite" || slices.Contains(without, table) {
			continue
		}
		var rows []map[string]any
		if err := db.Raw().Table(table).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			fmt.Fprintf(&b, "%s: %s\n", table, row)
		}
	}
	return b.String()
}

func TestDeleteUserLeavesNothing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := nest(t, db, "ada@example.com")
		if all := dump(t, db); strings.Count(all, canary) < 15 || !strings.Contains(all, "run_") {
			t.Fatalf("the test's own data is not there:\n%s", all)
		}
		want(t, db.DeleteUser(t.Context(), u.ID), nil)
		if all := dump(t, db); strings.Contains(all, canary) || strings.Contains(all, u.ID) || strings.Contains(all, "run_") {
			t.Errorf("left over:\n%s", all)
		}
		want(t, db.DeleteUser(t.Context(), u.ID), models.ErrNotFound)
	})
}

// TestDeleteUserGoesOn: a deletion that is cut in the middle has shut the person
// out, and comes to its end later.
func TestDeleteUserGoesOn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := nest(t, db, "ada@example.com")
		fill(t, db, thread(t, db, u.ID, canary), 300)
		mend := cutDeletions(t, db)
		before := count(t, db, "items")
		if err := db.DeleteUser(t.Context(), u.ID); err == nil {
			t.Fatal("the test means nothing: it was not cut")
		}
		if n := count(t, db, "items"); n >= before || n < 50 {
			t.Errorf("%d of %d items are left: it goes all at once", n, before)
		}
		for _, table := range []string{"sessions", "refresh_families", "shares"} {
			if n := count(t, db, table); n != 0 {
				t.Errorf("%s has %d rows: they are not shut out", table, n)
			}
		}
		_, err := db.Authenticate(t.Context(), u.Email, modelstest.Password)
		want(t, err, models.ErrNotFound)
		want(t, db.EnableUser(t.Context(), u.ID), nil)
		_, err = db.Authenticate(t.Context(), u.Email, modelstest.Password)
		want(t, err, models.ErrNotFound)
		if next := modelstest.User(t, db, "bob@example.com"); !next.Admin() {
			t.Error("the administrator has left, and the next one is none")
		}

		mend()
		want(t, db.FinishLeaving(t.Context()), nil)
		must[*models.User](t)(db.User(t.Context(), u.ID)) // it may still be under way
		db.Advance(10 * time.Minute)
		want(t, db.FinishLeaving(t.Context()), nil)
		if all := dump(t, db); strings.Contains(all, canary) || strings.Contains(all, u.ID) {
			t.Errorf("left over:\n%s", all)
		}
		want(t, db.FinishLeaving(t.Context()), nil)
	})
}

func TestDeleteUserKeepsOthers(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		nest(t, db, "bob@example.com")
		// A deletion clears the journal: what others have there moves, once.
		want(t, db.DeleteUser(t.Context(), modelstest.User(t, db, "eve@example.com").ID), nil)
		before := dump(t, db, "audit_events") // which has that somebody came and went
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		b := batch(a)
		b.Events = events(`1`, `2`)
		commit(t, db, b)
		want(t, db.DeleteUser(t.Context(), u.ID), nil)
		if after := dump(t, db, "audit_events"); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func TestDeleteThreadTakesRunsAndEvents(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		kept, gone := thread(t, db, u.ID, "kept"), thread(t, db, u.ID, "gone")
		for i := range int64(3) { // their events take turns in the log
			for _, a := range []*models.Accepted{kept, gone} {
				b := batch(a)
				b.Events = []models.Event{{Seq: i + 1, Payload: []byte(`{}`)}}
				commit(t, db, b)
			}
		}
		want(t, db.DeleteThread(t.Context(), u.ID, gone.Thread.ID), nil)
		for table, n := range map[string]int64{"threads": 1, "items": 1, "runs": 1} {
			if got := count(t, db, table); got != n {
				t.Errorf("%s has %d rows, want %d", table, got, n)
			}
		}
		if n := logged(t, db); n != 3 {
			t.Errorf("%d events are stored, want those of the kept run", n)
		}
		if log := must[[]models.Event](t)(db.RunEvents(t.Context(), kept.Run.ID, 0, 10)); len(log) != 3 {
			t.Errorf("the kept run has %d events", len(log))
		}
	})
}
