package handlers

import (
	"bytes"
	"net/url"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestReplacedSecretsCountForATime: what a server has signed is good at one whose
// secrets are others, as long as that one accepts the old ones.
func TestReplacedSecretsCountForATime(t *testing.T) {
	t.Parallel()
	db, box := modelstest.Open(t), mailtest.New(t)
	before := boot(t, db, withMail(t, box))
	ann := modelstest.User(t, db, "ann@example.com")
	page, caller, e := before.browser(ann), before.program(ann), settle(t, before, ann)
	file := before.local(before.h.fileURL(ann.ID, e.file, linkContent))
	written, err := before.h.post.write("", letter{kind: "note", life: noteLife, Letter: mail.Letter{To: ann.Email, Subject: "x", Text: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	waits := &models.Letter{Kind: written.Kind, Sealed: written.Sealed}

	other := bytes.Repeat([]byte("n"), minSecret)
	for name, test := range map[string]struct {
		until time.Time
		old   bool
		good  bool
	}{
		"accepted":    {old: true, good: true},
		"for a while": {old: true, until: time.Now().Add(time.Hour), good: true},
		"no longer":   {old: true, until: time.Now().Add(-time.Second)},
		"never":       {},
	} {
		t.Run(name, func(t *testing.T) {
			after := boot(t, db, withMail(t, box), func(o *Options) {
				if test.old {
					o.OldJWT, o.OldSession = OldSecret{o.JWTSecret, test.until}, OldSecret{o.SessionSecret, test.until}
				}
				o.JWTSecret, o.SessionSecret, o.Files = other, other, before.h.Files
			})
			p, c := *page, *caller
			p.s, c.s = after, after
			status := map[bool][3]int{true: {303, 200, 200}, false: {403, 401, 403}}[test.good]
			p.post("/settings/name", url.Values{"name": {"Ann"}}).want(status[0])
			c.do("GET", "/api/v1/auth/me", nil).want(status[1])
			after.nobody().do("GET", file, nil).want(status[2])
			if _, err := after.h.post.unseal(waits); (err == nil) != test.good {
				t.Errorf("a letter that waits: %v", err)
			}
			// Nobody is signed out, and what is made now has the new secret.
			p.readCSRF("/tasks")
			p.post("/settings/name", url.Values{"name": {"Ann"}}).want(303)
			fresh := after.program(ann)
			fresh.do("GET", "/api/v1/auth/me", nil).want(200)
			fresh.s = before
			fresh.do("GET", "/api/v1/auth/me", nil).want(401)
		})
	}
}
