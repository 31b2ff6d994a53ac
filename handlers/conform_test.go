package handlers

import (
	"net/http"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/conform"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// The server passes its own tour of the protocol, uploads included.
func TestTourOfTheProtocol(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		ann, bob := s.program(modelstest.User(t, db, "ann@example.com")), s.program(modelstest.User(t, db, "bob@example.com"))
		report, err := conform.Run(t.Context(), conform.Options{URL: s.url + "/api/v1/chatkit", Client: ann.http,
			Header: http.Header{"Authorization": {"Bearer " + ann.bearer}}, Other: http.Header{"Authorization": {"Bearer " + bob.bearer}}})
		if err != nil {
			t.Fatal(err)
		}
		passed := map[string]bool{}
		for _, c := range report.Checks {
			if c.Verdict == conform.Failed {
				t.Errorf("%s: %s: %s", c.Step, c.Rule, c.Detail)
			}
			passed[c.Step+": "+c.Rule] = c.Verdict == conform.OK
		}
		for _, want := range []string{"upload, text/plain: takes the bytes that were announced", "upload, image/png: takes the bytes that were announced",
			"upload, image/png: a picture's preview is a picture"} {
			if !passed[want] {
				t.Errorf("not passed: %s", want)
			}
		}
	})
}
