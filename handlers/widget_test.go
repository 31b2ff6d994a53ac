package handlers

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestWidgetPolicyAllowsWhatTheScriptNeeds(t *testing.T) {
	t.Parallel()
	for script, want := range map[string][]string{
		openAIScript: {
			"script-src 'self' https://cdn.platform.openai.com", "frame-src https://cdn.platform.openai.com",
			"connect-src 'self' https://cdn.platform.openai.com https://api.openai.com", "style-src 'self' 'unsafe-inline'",
		},
		"https://widgets.example.com:8443/a/chatkit.js": {
			"script-src 'self' https://widgets.example.com:8443", "frame-src https://widgets.example.com:8443",
			"connect-src 'self' https://widgets.example.com:8443", "style-src 'self' 'unsafe-inline'",
		},
		"https://notopenai.com/chatkit.js": {
			"script-src 'self' https://notopenai.com", "frame-src https://notopenai.com", "connect-src 'self' https://notopenai.com",
			"style-src 'self' 'unsafe-inline'",
		},
		"/own/chatkit.js": nil,
	} {
		got := map[string]bool{}
		for directive := range strings.SplitSeq(widgetPolicy(script), "; ") {
			got[directive] = true
		}
		for directive := range strings.SplitSeq(contentSecurityPolicy, "; ") {
			name, _, _ := strings.Cut(directive, " ")
			if want != nil && (name == "script-src" || name == "connect-src" || name == "style-src") {
				continue
			}
			if !got[directive] {
				t.Errorf("%s: lost %s", script, directive)
			}
			delete(got, directive)
		}
		for _, directive := range want {
			if !got[directive] {
				t.Errorf("%s: no %s", script, directive)
			}
			delete(got, directive)
		}
		if len(got) > 0 {
			t.Errorf("%s: more than needed: %v", script, got)
		}
	}
}

func TestWidgetPageHasItsSettings(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db, func(o *Options) { o.DomainKey = `key</script><b>"` })
	ann := modelstest.User(t, db, "ann@example.com")
	page := s.browser(ann).do("GET", "/chatkit", nil).want(200)
	if got := page.header.Get("Content-Security-Policy"); got != widgetPolicy(openAIScript) {
		t.Errorf("the policy is %s", got)
	}
	data := regexp.MustCompile(`(?s)<script[^>]*type="application/json"[^>]*>(.*?)</script>`).FindSubmatch(page.lacks("</script><b>").body)
	if data == nil {
		t.Fatalf("no settings in %s", page.body)
	}
	var config map[string]any
	if err := json.Unmarshal(data[1], &config); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"dictation": false, "api_url": "/api/v1/chatkit", "domain_key": `key</script><b>"`, "script_url": openAIScript, "user_id": ann.ID}
	for key, value := range want {
		if config[key] != value {
			t.Errorf("%s is %v, want %v", key, config[key], value)
		}
	}
	if config["csrf_token"] == "" {
		t.Error("there is no CSRF token")
	}
	if got := page.header.Get("Referrer-Policy"); got != "strict-origin" {
		t.Errorf("Referrer-Policy: %s", got)
	}
	// Other pages have nothing of it.
	other := s.browser(ann).do("GET", "/chat", nil).want(200)
	if got := other.header.Get("Content-Security-Policy"); got != contentSecurityPolicy {
		t.Errorf("the chat's policy is %s", got)
	}
	other.lacks("chatkit-page.js")
}

// TestWidgetPageListensWhenItCan: the microphone is allowed, to the page and to
// the frame of the script, only where recordings can be written down.
func TestWidgetPageListensWhenItCan(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	ann := modelstest.User(t, db, "ann@example.com")
	deaf := boot(t, db).browser(ann).do("GET", "/chatkit", nil).want(200).has(`"dictation":false`)
	if got := deaf.header.Get("Permissions-Policy"); !strings.Contains(got, "microphone=()") {
		t.Errorf("without a transcriber: %s", got)
	}
	for script, want := range map[string]string{
		"":           `microphone=(self "https://cdn.platform.openai.com")`,
		"/own/it.js": "microphone=(self)",
	} {
		s := boot(t, db, func(o *Options) { o.ScriptURL, o.Transcriber = script, speech(t, openaitest.New(t)) })
		page := s.browser(ann).do("GET", "/chatkit", nil).want(200).has(`"dictation":true`)
		if got := page.header.Get("Permissions-Policy"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", script, got)
		}
		for path, want := range map[string]string{"/chat": "microphone=(self),", "/tasks": "microphone=()"} {
			if got := s.browser(ann).do("GET", path, nil).want(200).header.Get("Permissions-Policy"); !strings.Contains(got, want) {
				t.Errorf("%s: %s", path, got)
			}
		}
	}
}
