package models_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestMailLinkWorksOnce: of many who use a link at once, one does.
func TestMailLinkWorksOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		for purpose, use := range map[string]func(secret string) error{
			models.LinkPassword: func(secret string) error {
				_, err := db.ResetPassword(t.Context(), secret, "another good phrase")
				return err
			},
			models.LinkEmail: func(secret string) error {
				err := db.ConfirmEmail(t.Context(), secret)
				return err
			},
		} {
			secret := must[string](t)(db.NewMailLink(t.Context(), u.ID, purpose, "new@example.com"))
			var used atomic.Int64
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if err := use(secret); err == nil {
						used.Add(1)
					} else {
						want(t, err, models.ErrNotFound)
					}
				})
			}
			if all.Wait(); used.Load() != 1 {
				t.Errorf("%s: used %d times", purpose, used.Load())
			}
		}
	})
}

func TestMailLinkEnds(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		secret := must[string](t)(db.NewMailLink(t.Context(), u.ID, models.LinkPassword, u.Email))
		_, err := db.MailLink(t.Context(), models.LinkEmail, secret) // for something else
		want(t, err, models.ErrNotFound)
		db.Advance(models.MailLinkLife - time.Second)
		_, err = db.MailLink(t.Context(), models.LinkPassword, secret)
		want(t, err, nil)
		db.Advance(time.Second)
		_, err = db.MailLink(t.Context(), models.LinkPassword, secret)
		want(t, err, models.ErrNotFound)
		_, err = db.ResetPassword(t.Context(), secret, "another good phrase")
		want(t, err, models.ErrNotFound)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "mail_links"); n != 0 {
			t.Errorf("%d are kept", n)
		}
		_, err = db.NewMailLink(t.Context(), "usr_nobody", models.LinkPassword, u.Email)
		want(t, err, models.ErrNotFound)
	})
}

func TestConfirmedAddressMayBeTaken(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		secret := must[string](t)(db.NewMailLink(t.Context(), u.ID, models.LinkEmail, "bob@example.com"))
		modelstest.User(t, db, "bob@example.com")
		err := db.ConfirmEmail(t.Context(), secret)
		want(t, err, models.ErrConflict)
		want(t, db.ChangeEmail(t.Context(), u.ID, "bob@example.com"), models.ErrConflict)
		if got := must[*models.User](t)(db.User(t.Context(), u.ID)); got.Email != "ada@example.com" {
			t.Errorf("the address is %s", got.Email)
		}
	})
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ada, bob := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		token, secret, err := db.MakeAPIToken(t.Context(), ada.ID, models.NewAPIToken{Name: "x", Scopes: []string{"read", "chat", "other"}, Life: time.Hour})
		want(t, err, nil)
		if token.Scopes != "chat read" || token.Hash == secret {
			t.Errorf("made %+v", token)
		}
		want(t, db.RevokeAPIToken(t.Context(), bob.ID, token.ID), models.ErrNotFound)
		if n := len(must[[]models.APIToken](t)(db.APITokens(t.Context(), bob.ID))); n != 0 {
			t.Errorf("another person sees %d", n)
		}
		found := must[*models.APIToken](t)(db.FindAPIToken(t.Context(), secret))
		if found.ID != token.ID || !found.Allows("chat") || found.Allows("tasks") {
			t.Errorf("found %+v", found)
		}
		want(t, db.TouchAPIToken(t.Context(), found), nil)
		if got := must[[]models.APIToken](t)(db.APITokens(t.Context(), ada.ID)); got[0].LastUsedAt.IsZero() {
			t.Error("its use was not noted")
		}
		db.Advance(time.Hour)
		_, err = db.FindAPIToken(t.Context(), secret)
		want(t, err, models.ErrNotFound)
		if must[bool](t)(db.APITokenActive(t.Context(), ada.ID, token.ID)) {
			t.Error("it does not end")
		}
	})
}

func TestTooManyAPITokens(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	u := modelstest.User(t, db, "ada@example.com")
	made := models.NewAPIToken{Name: "x", Scopes: []string{"read"}}
	for range 50 {
		_, _, err := db.MakeAPIToken(t.Context(), u.ID, made)
		want(t, err, nil)
	}
	_, _, err := db.MakeAPIToken(t.Context(), u.ID, made)
	want(t, err, models.ErrInvalid)
}

// TestForgetWords: the words of the deleted leave the index, those of others stay.
func TestForgetWords(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	kept, gone := modelstest.User(t, db, "bob@example.com"), modelstest.User(t, db, "ada@example.com") // the first is the administrator
	for range 3 {
		thread(t, db, gone.ID, "zyxgone question")
		thread(t, db, kept.ID, "zyxkept question")
	}
	indexed := func(word string) bool {
		var parts [][]byte
		want(t, db.Raw().Raw("SELECT block FROM search_index_data").Scan(&parts).Error, nil)
		return bytes.Contains(bytes.Join(parts, nil), []byte(word))
	}
	want(t, db.DeleteUser(t.Context(), gone.ID), nil)
	if !indexed("zyxgone") {
		t.Error("the test means nothing: the words went by themselves")
	}
	want(t, db.ForgetWords(t.Context()), nil)
	if indexed("zyxgone") || !indexed("zyxkept") {
		t.Error("the index has the words of the deleted, or lacks those of others")
	}
	want(t, db.ForgetWords(t.Context()), nil)
	found := must[*models.Found](t)(db.Search(t.Context(), kept.ID, models.SearchQuery{Text: "zyxkept", Messages: true, Limit: 10}))
	if len(found.Hits) != 3 {
		t.Errorf("%d of 3 are found", len(found.Hits))
	}
}
