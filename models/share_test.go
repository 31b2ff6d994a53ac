package models_test

import (
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestShareIsForWhoHasTheLinkUntilItEnds(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		a := accept(t, db, models.Message{UserID: ann.ID, Owner: owner, Message: message("hello")})
		_, err := db.Share(t.Context(), ann.ID, a.Thread.ID)
		want(t, err, models.ErrNotFound)
		want(t, db.ShareThread(t.Context(), bob.ID, a.Thread.ID), models.ErrNotFound)
		want(t, db.ShareThread(t.Context(), ann.ID, a.Thread.ID), nil)
		first := must[*models.Share](t)(db.Share(t.Context(), ann.ID, a.Thread.ID))
		if first.ThroughSeq != a.Item.Seq {
			t.Errorf("the link shows items up to %d, want %d", first.ThroughSeq, a.Item.Seq)
		}
		if chance, ok := strings.CutPrefix(first.ID, "shr_"); !ok || len(chance) != 32 { // hexadecimal: 128 bits
			t.Errorf("the link's secret is %q", first.ID)
		}
		b := batch(a)
		b.Items = []models.ItemChange{{Item: answer("msg_later", a.Thread.ID, "later")}}
		commit(t, db, b)
		want(t, db.ShareThread(t.Context(), ann.ID, a.Thread.ID), nil)
		second, thread, err := db.SharedThread(t.Context(), first.ID)
		want(t, err, nil)
		if second.ThroughSeq <= first.ThroughSeq || thread.ID != a.Thread.ID || thread.UserID != ann.ID {
			t.Errorf("the link leads to %+v of %+v", second, thread)
		}
		want(t, db.Unshare(t.Context(), bob.ID, a.Thread.ID), models.ErrNotFound)
		want(t, db.Unshare(t.Context(), ann.ID, a.Thread.ID), nil)
		_, _, err = db.SharedThread(t.Context(), first.ID)
		want(t, err, models.ErrNotFound)
		want(t, db.ShareThread(t.Context(), ann.ID, a.Thread.ID), nil)
		if s := must[*models.Share](t)(db.Share(t.Context(), ann.ID, a.Thread.ID)); s.ID == first.ID {
			t.Error("the new link is the old one")
		}
		want(t, db.DeleteThread(t.Context(), ann.ID, a.Thread.ID), nil)
		_, err = db.Share(t.Context(), ann.ID, a.Thread.ID)
		want(t, err, models.ErrNotFound)
	})
}

func TestSharesOfDisabledPeopleLeadNowhere(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann := modelstest.User(t, db, "ann@example.com")
		thread := must[*models.Thread](t)(db.CreateThread(t.Context(), ann.ID, "", nil))
		want(t, db.ShareThread(t.Context(), ann.ID, thread.ID), nil)
		s := must[*models.Share](t)(db.Share(t.Context(), ann.ID, thread.ID))
		want(t, db.Raw().Table("users").Where("id = ?", ann.ID).Update("disabled_at", 1).Error, nil)
		_, _, err := db.SharedThread(t.Context(), s.ID)
		want(t, err, models.ErrNotFound)
	})
}
