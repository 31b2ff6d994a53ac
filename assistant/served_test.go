package assistant_test

import (
	"net/http"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// TestModelOfTheServer: without a configured model the server's first one answers.
// It is asked for with the first answer, and asked again only if that failed.
func TestModelOfTheServer(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Lists(http.StatusServiceUnavailable)
	srv.Always(openaitest.Text("Hello."))
	a, err := assistant.NewCompletions(assistant.Config{BaseURL: srv.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	if n := len(srv.Others()); n != 0 {
		t.Errorf("%d requests before anybody asked something", n)
	}
	if text, err := a.Complete(t.Context(), "", "", "Hi"); err == nil {
		t.Errorf("answered %q by a model that is not known", text)
	}
	before := len(srv.Others())
	srv.Lists(http.StatusOK, "nomic-embed-text", "qwen3:4b", "other")
	for range 2 {
		if text, err := a.Complete(t.Context(), "", "", "Hi"); err != nil || text != "Hello." {
			t.Fatalf("%q, %v", text, err)
		}
	}
	if _, err := a.Complete(t.Context(), "chosen", "", "Hi"); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.Others()) - before; n != 1 {
		t.Errorf("the list was asked for %d times, want once", n)
	}
	var asked []string
	for _, r := range srv.Requests() {
		asked = append(asked, r.Chat.Model)
	}
	if len(asked) != 3 || asked[0] != "qwen3:4b" || asked[1] != "qwen3:4b" || asked[2] != "chosen" {
		t.Errorf("asked %v", asked)
	}
	if _, err := assistant.NewCompletions(assistant.Config{APIKey: "sk-test"}); err == nil {
		t.Error("OpenAI itself needs no model's name")
	}
}
