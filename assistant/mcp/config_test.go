package mcp

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func lookup(name string) (string, bool) {
	switch name {
	case "TOKEN":
		return "tok-" + canary, true
	case "OPENAI_API_KEY":
		return "sk-ours", true
	}
	return "", false
}

func TestReadConfig(t *testing.T) {
	t.Parallel()
	servers, err := ReadConfig([]byte(`{"mcpServers":{
		"web":{"type":"http","url":"https://x.example/mcp","headers":{"Authorization":"Bearer ${TOKEN}"},"consent":"never","timeout":7,"autoApprove":["x"]},
		"files":{"command":"cat","args":["-u","--token=${TOKEN}"],"env":{"KEY":"${TOKEN}"}},
		"off":{"disabled":true}},"other":1}`), lookup)
	if err != nil || len(servers) != 2 {
		t.Fatalf("%+v, %v", servers, err)
	}
	files, web := servers[0], servers[1]
	if web.Headers["Authorization"] != "Bearer tok-"+canary || web.Timeout != 7*time.Second || web.Consent != ConsentNever {
		t.Errorf("web is %+v", web)
	}
	if files.Consent != ConsentWrites || files.Args[1] != "--token=tok-"+canary || !slices.Contains(files.Env, "KEY=tok-"+canary) {
		t.Errorf("files is %+v", files)
	}
	if slices.ContainsFunc(files.Env, func(pair string) bool { return strings.Contains(pair, "sk-ours") }) {
		t.Error("a program gets our own secrets")
	}
}

func TestReadConfigRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ config, want string }{
		"not JSON":           {`{"mcpServers":{"a":{"headers":{"k":"` + canary, "not JSON"},
		"another form":       {`{"servers":{}}`, "needs mcpServers"},
		"a bad name":         {`{"mcpServers":{"a__b":{"command":"cat"}}}`, "a name has letters"},
		"neither":            {`{"mcpServers":{"a":{}}}`, "either a command or a url"},
		"both":               {`{"mcpServers":{"a":{"command":"cat","url":"http://x"}}}`, "either a command or a url"},
		"no such program":    {`{"mcpServers":{"a":{"command":"no-such-program-here"}}}`, "can be found"},
		"a strange address":  {`{"mcpServers":{"a":{"url":"file:///etc/passwd"}}}`, "must begin with http"},
		"a user in the URL":  {`{"mcpServers":{"a":{"url":"https://u:` + canary + `@x.example"}}}`, "no user"},
		"no such variable":   {`{"mcpServers":{"a":{"url":"https://x.example/${NONE}"}}}`, "NONE is not set"},
		"a header in a line": {`{"mcpServers":{"a":{"url":"https://x.example","headers":{"K":"` + canary + `\r\nX: y"}}}}`, "headers"},
		"a strange consent":  {`{"mcpServers":{"a":{"command":"cat","consent":"yes"}}}`, "consent"},
		"a strange timeout":  {`{"mcpServers":{"a":{"command":"cat","timeout":1e9}}}`, "timeout"},
	} {
		_, err := ReadConfig([]byte(test.config), lookup)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOfferedNames(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range []string{"get", "get.x", "get/x", "get x", strings.Repeat("a", 100), strings.Repeat("a", 100) + "b", "日本"} {
		got := offered("web", name)
		if len(got) > longestName || oddName.MatchString(got) || !strings.HasPrefix(got, "web__") || seen[got] != "" {
			t.Errorf("%q is offered as %q", name, got)
		}
		seen[got] = name
	}
	if seen["web__get"] != "get" {
		t.Error("a plain name does not stay as it is")
	}
}
