package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
)

// env makes a lookupFunc of a map.
func env(values map[string]string) lookupFunc {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

func load(t *testing.T, values map[string]string) (Config, error) {
	t.Helper()
	return loadConfig(env(values), t.TempDir())
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr: ":8000", PublicURL: "http://localhost:8000", DatabaseURL: "sqlite:data/taskpilot.db", DataDir: "data",
		Assistant: "builtin", Tools: ToolSettings{Titles: true}, OIDC: OIDC{Scopes: []string{"openid", "email", "profile"}}, OpenAI: OpenAI{Model: assistant.DefaultModel, Reasoning: "auto", Timeout: time.Minute, Window: 32_000}, DomainKey: "taskpilot-chatkit-domain-key",
		Files:          Files{URL: "file:data/attachments", File: 20 << 20, Total: 1 << 30},
		AllowedOrigins: []string{"http://localhost:8000"}, SignupOpen: true, ShareLinks: true, AuditDays: 365, LogLevel: slog.LevelInfo, LogFormat: "text",
	}
	if got, want := fmt.Sprintf("%+v", c), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

type goodSetting struct {
	name, value string
	got         func(c Config) any
	want        any
}

// goodSettings has at least one value for every variable and what becomes of it.
var goodSettings = []goodSetting{
	{"ADDR", "127.0.0.1:9000", func(c Config) any { return c.Addr }, "127.0.0.1:9000"},
	{"ADDR", "[::1]:9000", func(c Config) any { return c.PublicURL }, "http://localhost:9000"},
	{"PORT", "9000", func(c Config) any { return c.Addr + " " + c.PublicURL }, ":9000 http://localhost:9000"},
	{"PORT", "80", func(c Config) any { return c.PublicURL }, "http://localhost"},
	{"PORT", "8080", func(c Config) any { return c.PublicURL }, "http://localhost:8080"},
	{"PORT", "0", func(c Config) any { return c.Addr }, ":0"},
	{"PORT", " ", func(c Config) any { return c.Addr }, ":8000"},
	{"PUBLIC_URL", "https://Chat.Example.com:443/", func(c Config) any { return c.PublicURL }, "https://chat.example.com"},
	{"PUBLIC_URL", "http://10.0.0.7:8000", func(c Config) any { return c.AllowedOrigins[0] }, "http://10.0.0.7:8000"},
	{"DATABASE_URL", "sqlite:/var/lib/x y.db", func(c Config) any { return c.DatabaseURL }, "sqlite:/var/lib/x y.db"},
	{"DATABASE_URL", "postgres://u:p%40w@db:5432/chat?sslmode=require", func(c Config) any { return c.DatabaseURL }, "postgres://u:p%40w@db:5432/chat?sslmode=require"},
	{"DATABASE_URL", "postgresql:///chat?host=/run/postgresql", func(c Config) any { return c.DatabaseURL }, "postgresql:///chat?host=/run/postgresql"},
	{"DATA_DIR", "/srv/chat", func(c Config) any { return c.DataDir }, "/srv/chat"},
	{"DATA_DIR", "/srv/a b", func(c Config) any { return c.Files.URL }, "file:/srv/a%20b/attachments"},
	{"ATTACHMENTS_URL", "s3://files?region=eu-central-1", func(c Config) any { return c.Files.URL }, "s3://files?region=eu-central-1"},
	{"ATTACHMENTS_URL", "file:/srv/files", func(c Config) any { return c.Files.URL }, "file:/srv/files"},
	{"ATTACHMENT_MB", "5", func(c Config) any { return c.Files.File }, int64(5 << 20)},
	{"ATTACHMENTS_MB", "2048", func(c Config) any { return c.Files.Total }, int64(2 << 30)},
	{"JWT_SECRET", strings.Repeat("j", 32), func(c Config) any { return c.JWTSecret.Reveal() }, strings.Repeat("j", 32)},
	{"SESSION_SECRET", strings.Repeat("s", 64), func(c Config) any { return c.SessionSecret.Reveal() }, strings.Repeat("s", 64)},
	{"JWT_SECRET_OLD", strings.Repeat("j", 32), func(c Config) any { return c.OldJWT.Secret.Reveal() }, strings.Repeat("j", 32)},
	{"SESSION_SECRET_OLD", strings.Repeat("s", 64), func(c Config) any { return c.OldSession.Secret.Reveal() }, strings.Repeat("s", 64)},
	{"METRICS_TOKEN", strings.Repeat("m", 32), func(c Config) any { return c.MetricsToken.Reveal() }, strings.Repeat("m", 32)},
	{"OPENAI_API_KEY", " sk-abc\n", func(c Config) any { return c.OpenAI.APIKey.Reveal() + " " + c.Assistant }, "sk-abc responses"},
	{"OPENAI_BASE_URL", "http://localhost:11434/v1/", func(c Config) any { return c.OpenAI.BaseURL + " " + c.Assistant }, "http://localhost:11434/v1 completions"},
	{"OPENAI_BASE_URL", "https://api.openai.com/v1", func(c Config) any { return c.OpenAI.BaseURL }, ""},
	{"OPENAI_MODEL", "org/model:7b", func(c Config) any { return c.OpenAI.Model }, "org/model:7b"},
	{"OPENAI_TOOLS", "web_search, file_search:vs_1,file_search:vs_2 image_generation", func(c Config) any { return fmt.Sprint(c.OpenAI.Hosted) }, "{true [vs_1 vs_2] true}"},
	{"OPENAI_STORE", "on", func(c Config) any { return c.OpenAI.Store }, true},
	{"OPENAI_REASONING", "High", func(c Config) any { return c.OpenAI.Reasoning }, "high"},
	{"OPENAI_CONTEXT_TOKENS", "8000", func(c Config) any { return c.OpenAI.Window }, 8000},
	{"OPENAI_TIMEOUT", "5m", func(c Config) any { return c.OpenAI.Timeout }, 5 * time.Minute},
	{"ASSISTANT", "Builtin", func(c Config) any { return c.Assistant }, "builtin"},
	{"ASSISTANT", "auto", func(c Config) any { return c.Assistant }, "builtin"},
	{"OPENAI_ASSISTANT_ID", "asst_1", func(c Config) any { return c.OpenAI.AssistantID }, "asst_1"},
	{"TRANSCRIBE_BASE_URL", "http://localhost:9000/v1/", func(c Config) any { return c.Transcribe.BaseURL }, "http://localhost:9000/v1"},
	{"TRANSCRIBE_API_KEY", "sk-speech", func(c Config) any { return c.Transcribe.APIKey.Reveal() + c.Assistant }, "sk-speechbuiltin"},
	{"CHATKIT_DOMAIN_KEY", "domain_pk_1", func(c Config) any { return c.DomainKey }, "domain_pk_1"},
	{"CHATKIT_SCRIPT_URL", "/static/chatkit.js", func(c Config) any { return c.ScriptURL }, "/static/chatkit.js"},
	{"CHATKIT_SCRIPT_URL", "https://cdn.example.com/chatkit.js", func(c Config) any { return c.ScriptURL }, "https://cdn.example.com/chatkit.js"},
	{"ALLOWED_ORIGINS", "https://a.example, http://b.example:3000 https://a.example:443", func(c Config) any { return strings.Join(c.AllowedOrigins, " ") }, "https://a.example http://b.example:3000"},
	{"SMTP_URL", "smtp://u:p%40w@mail.example.com", func(c Config) any { return c.Mail.URL.Reveal() + " " + c.Mail.From }, "smtp://u:p%40w@mail.example.com TaskPilot <taskpilot@localhost>"},
	{"SMTP_URL", "smtps://mail.example.com:465", func(c Config) any { return c.Mail.URL.Reveal() }, "smtps://mail.example.com:465"},
	{"MAIL_FROM", "Chat <chat@example.com>", func(c Config) any { return c.Mail.From }, "Chat <chat@example.com>"},
	{"OIDC_CLIENT_ID", "chat", func(c Config) any { return c.OIDC.ClientID }, "chat"},
	{"OIDC_CLIENT_SECRET", "s3cret", func(c Config) any { return c.OIDC.ClientSecret.Reveal() }, "s3cret"},
	{"OIDC_NAME", "Our Company", func(c Config) any { return c.OIDC.Name }, "Our Company"},
	{"OIDC_SCOPES", "email  openid", func(c Config) any { return fmt.Sprint(c.OIDC.Scopes) }, "[email openid]"},
	{"SIGNUP", "closed", func(c Config) any { return c.SignupOpen }, false},
	{"SHARE_LINKS", "off", func(c Config) any { return c.ShareLinks }, false},
	{"AUDIT_DAYS", "30", func(c Config) any { return c.AuditDays }, 30},
	{"LOG_LEVEL", "WARN", func(c Config) any { return c.LogLevel }, slog.LevelWarn},
	{"OPENAI_MODELS", "a, org/b:7b=The big one", func(c Config) any { return c.Tools.Models == nil }, true}, // there is no model to choose from
	{"TITLES", "words", func(c Config) any { return c.Tools.Titles }, false},
	{"DAILY_MESSAGES", "100", func(c Config) any { return c.Tools.DailyMessages }, int64(100)},
	{"DAILY_TOKENS", "200000", func(c Config) any { return c.Tools.DailyTokens }, int64(200000)},
	{"CLIENT_TOOLS_FILE", "testdata/client-tools.json", func(c Config) any { return strings.Join(clientToolNames(c), " ") }, "show_on_map open_cart"},
	{"MCP_CONFIG_FILE", "testdata/mcp.json", func(c Config) any { return len(c.Tools.MCP) }, 2},
	{"LOG_FORMAT", "json", func(c Config) any { return c.LogFormat }, "json"},
}

func TestGoodSettings(t *testing.T) {
	t.Parallel()
	for _, test := range goodSettings {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, map[string]string{test.name: test.value})
			if err != nil {
				t.Fatal(err)
			}
			if got := test.got(c); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// badSettings has values that must stop the start.
var badSettings = map[string][]string{
	"ADDR":                        {"8000", "localhost", ":http", ":70000", "http://localhost:8000", "a b:80"},
	"PORT":                        {"x", "-1", "65536", ":8000", "8000/tcp"},
	"PUBLIC_URL":                  {"localhost:8000", "//example.com", "ftp://example.com", "https://", "https://example.com/chat", "https://u:p@example.com", "https://example.com?x=1", "https://example.com#x", "http://example.com:99999", "https://*.example.com"},
	"DATABASE_URL":                {"mysql://db/x", "data/taskpilot.db", "sqlite:", "sqlite::memory:", "sqlite:///x.db", "sqlite:x.db?mode=ro", "postgres:db", "postgres:///chat", "postgres://u:canary%zz@db/x"},
	"DATA_DIR":                    {"a\x00b"},
	"ATTACHMENTS_URL":             {"/srv/files", "gs://files", "s3:files", "s3://u:canary@files", "file:", "file://host/x", "file:x?create_dir=1"},
	"ATTACHMENT_MB":               {"0", "-1", "1.5", "20MB", "1025"},
	"ATTACHMENTS_MB":              {"0", "x", "19"}, // the last is less than a file may have
	"JWT_SECRET":                  {"canary", strings.Repeat("j", 31)},
	"JWT_SECRET_OLD":              {"canary", strings.Repeat("j", 31)},
	"SESSION_SECRET_OLD":          {"canary", strings.Repeat("j", 31)},
	"METRICS_TOKEN":               {"canary", strings.Repeat("j", 31), strings.Repeat("j ", 20)},
	"SESSION_SECRET":              {"canary", strings.Repeat("j", 31)},
	"OPENAI_API_KEY":              {"sk canary", "sk-canary\nX-Header: 1", "sk-cänary"},
	"OPENAI_BASE_URL":             {"localhost:11434", "http://u:canary@localhost", "http://localhost/v1?key=canary"},
	"OPENAI_MODEL":                {"two words", strings.Repeat("m", 201)},
	"ASSISTANT":                   {"gpt", "assistants", "responses", "completions"}, // the last two need a model
	"OPENAI_TOOLS":                {"browser", "file_search", "web_search:x", "file_search:"},
	"OPENAI_STORE":                {"yes"},
	"OPENAI_REASONING":            {"hard"},
	"OPENAI_TIMEOUT":              {"60", "0s", "1h"},
	"OPENAI_CONTEXT_TOKENS":       {"many", "999", "2000001"},
	"OPENAI_ASSISTANT_ID":         {"a b"},
	"ASSISTANT_INSTRUCTIONS_FILE": {"/nonexistent/file", "."},
	"TRANSCRIBE_MODEL":            {"two words", "whisper-1"}, // the last needs a server
	"TRANSCRIBE_BASE_URL":         {"localhost:9000", "http://u:canary@localhost", "http://localhost/v1?key=canary"},
	"TRANSCRIBE_API_KEY":          {"sk canary", "sk-cänary"},
	"CHATKIT_DOMAIN_KEY":          {"a b"},
	"CHATKIT_SCRIPT_URL":          {"//evil.example/x.js", "javascript:alert(1)", "chatkit.js", "/a b.js", "https://a;img-src/x.js"},
	"ALLOWED_ORIGINS":             {"*", "https://a.example/path", "https://*.example.com", "https://a.example,b.example"},
	"SMTP_URL":                    {"mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:0", "smtp://host:canary", "smtp://host?tls=yes"},
	"MAIL_FROM":                   {"chat", "a b@c d"},
	"OIDC_ISSUER":                 {"id.example.com", "http://id.example.com", "https://u:canary@id.example.com", "https://id.example.com/?x=1", "https://id.example.com/a b", "https://id.example.com"}, // the last needs OIDC_CLIENT_ID
	"OIDC_CLIENT_ID":              {"a b", strings.Repeat("c", 256)},
	"OIDC_CLIENT_SECRET":          {"a canary", "cänary"},
	"OIDC_NAME":                   {strings.Repeat("n", 41), "a\nb"},
	"OIDC_SCOPES":                 {"email", "openid émail"},
	"SIGNUP":                      {"no", "invite"},
	"SHARE_LINKS":                 {"no", "1"},
	"AUDIT_DAYS":                  {"-1", "a year", "100001"},
	"LOG_LEVEL":                   {"verbose", "3"},
	"LOG_FORMAT":                  {"xml"},
	"OPENAI_MODELS":               {"a,,b", "a=", "a,a", "a b"},
	"TITLES":                      {"off"},
	"DAILY_MESSAGES":              {"-1", "many", "1.5"},
	"DAILY_TOKENS":                {"-1", "9e9", "99999999999999999999"},
	"CLIENT_TOOLS_FILE":           {"/nonexistent/file", "."},
	"MCP_CONFIG_FILE":             {"/nonexistent/file", "."},
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	for name, values := range badSettings {
		for _, value := range values {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				_, err := load(t, map[string]string{name: value})
				if err == nil {
					t.Fatal("accepted")
				}
				text := err.Error()
				if !strings.Contains(text, "\n  "+name+": ") || !strings.Contains(text, "accepted: ") {
					t.Errorf("does not name the variable and what is accepted: %s", text)
				}
				if strings.Count(text, "\n") != 1 {
					t.Errorf("one bad value, several problems: %s", text)
				}
				if strings.Contains(text, "canary") || strings.Contains(text, "cänary") {
					t.Errorf("shows a secret: %s", text)
				}
			})
		}
	}
}

func TestProviderIsNamedByItsHost(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]string{"https://id.example.com/realms/a/": "id.example.com", "http://127.0.0.1:9998": "127.0.0.1", "http://localhost:9998/": "localhost"} {
		c, err := load(t, map[string]string{"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "chat", "OIDC_CLIENT_SECRET": "s3cret"})
		if err != nil {
			t.Errorf("%s: %v", issuer, err)
			continue
		}
		p := c.OIDC.provider()
		if p.Name != want || p.Issuer != issuer || p.ClientID != "chat" || p.ClientSecret != "s3cret" {
			t.Errorf("%s: %+v", issuer, p)
		}
	}
}

func TestHostedToolsNeedTheirEngine(t *testing.T) {
	t.Parallel()
	values := map[string]string{"OPENAI_TOOLS": "web_search", "OPENAI_BASE_URL": "http://localhost:11434/v1"}
	if _, err := load(t, values); err == nil || !strings.Contains(err.Error(), "OPENAI_TOOLS: the engine \"completions\" has no such tools; accepted: ") {
		t.Errorf("without the Responses API: %v", err)
	}
	values["ASSISTANT"] = "responses"
	if _, err := load(t, values); err != nil {
		t.Errorf("with it: %v", err)
	}
}

func TestEverySettingIsTested(t *testing.T) {
	t.Parallel()
	for _, s := range settings() {
		good := slices.ContainsFunc(goodSettings, func(g goodSetting) bool { return g.name == s.name })
		own := slices.Contains([]string{"ASSISTANT_INSTRUCTIONS_FILE", "TRANSCRIBE_MODEL", "OIDC_ISSUER"}, s.name) // have tests of their own
		if !good && !own {
			t.Errorf("%s has no good value in the tests", s.name)
		}
		if len(badSettings[s.name]) == 0 {
			t.Errorf("%s has no bad value in the tests", s.name)
		}
	}
}

// TestTranscriberSettings: recordings go where messages go, or to a server of
// their own, which does not get the other's key.
func TestTranscriberSettings(t *testing.T) {
	t.Parallel()
	for want, values := range map[string]map[string]string{
		" ":                          {},
		"| sk-chat":                  {"OPENAI_API_KEY": "sk-chat"},
		"http://chat/v1 sk-chat":     {"OPENAI_API_KEY": "sk-chat", "OPENAI_BASE_URL": "http://chat/v1"},
		"http://speech/v1 ":          {"OPENAI_API_KEY": "sk-chat", "TRANSCRIBE_BASE_URL": "http://speech/v1"},
		"http://speech/v1 sk-speech": {"OPENAI_API_KEY": "sk-chat", "TRANSCRIBE_BASE_URL": "http://speech/v1", "TRANSCRIBE_API_KEY": "sk-speech"},
		" sk-speech":                 {"OPENAI_BASE_URL": "http://chat/v1", "OPENAI_API_KEY": "sk-chat", "TRANSCRIBE_BASE_URL": "https://api.openai.com/v1", "TRANSCRIBE_API_KEY": "sk-speech"},
	} {
		c, err := load(t, values)
		if got := c.Transcribe.BaseURL + " " + c.Transcribe.APIKey.Reveal(); err != nil || c.Transcribe.Model != "" || got != strings.TrimPrefix(want, "|") {
			t.Errorf("%v: got %q, %v", values, got, err)
		}
		if len(values) == 0 {
			continue
		}
		values["TRANSCRIBE_MODEL"] = "whisper-1"
		if c, err := load(t, values); err != nil || c.Transcribe.Model != "whisper-1" {
			t.Errorf("%v: got %+v, %v", values, c.Transcribe, err)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(t, map[string]string{"PORT": "x", "SIGNUP": "maybe", "LOG_FORMAT": "xml", "JWT_SECRET": "short"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"PORT", "SIGNUP", "LOG_FORMAT", "JWT_SECRET"} {
		if !strings.Contains(err.Error(), "\n  "+name+": ") {
			t.Errorf("%s is missing in: %v", name, err)
		}
	}
}

func TestAddrWinsOverPort(t *testing.T) {
	t.Parallel()
	c, err := load(t, map[string]string{"ADDR": "127.0.0.1:9000", "PORT": "9001"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:9000" || c.PublicURL != "http://localhost:9000" {
		t.Errorf("got %s, %s", c.Addr, c.PublicURL)
	}
}

// TestSettingsAreDocumented keeps the papers complete.
func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	for _, paper := range []string{"README.md", ".env.example"} {
		text, err := os.ReadFile(filepath.Join("..", "..", paper))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range settings() {
			if !strings.Contains(string(text), s.name) {
				t.Errorf("%s does not mention %s", paper, s.name)
			}
		}
	}
}
