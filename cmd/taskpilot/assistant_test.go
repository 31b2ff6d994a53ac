package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// modelEnv is the environment with a scripted model server.
func modelEnv(srv *openaitest.Server, engine string) map[string]string {
	return map[string]string{"OPENAI_BASE_URL": srv.URL(), "OPENAI_API_KEY": "sk-test", "OPENAI_MODEL": "test-model", "ASSISTANT": engine}
}

const reportApple = `{"word":"Apple"}`

func TestAssistantCheck(t *testing.T) {
	t.Parallel()
	counting := openaitest.Text("one ", "two ", "three")
	call, done := openaitest.ToolCall("report_word", reportApple), openaitest.Text("Done.")
	for name, c := range map[string]struct {
		engine string
		script []openaitest.Behaviour
		code   int
		want   []string
		not    string
	}{
		"completions":    {"completions", []openaitest.Behaviour{counting, call, done}, exitOK, []string{"ok      The server answers", "ok      It has the model test-model", "ok      Answers are streamed", "ok      The model calls tools"}, "FAILED"},
		"responses":      {"responses", []openaitest.Behaviour{counting, call, done}, exitOK, []string{"ok      Answers are streamed", "ok      The model calls tools"}, "FAILED"},
		"assistants":     {"assistants", []openaitest.Behaviour{counting, call, done}, exitOK, []string{"ok      The assistant answers", "ok      The model calls tools"}, "FAILED"},
		"not streamed":   {"completions", []openaitest.Behaviour{openaitest.NonStream("one two"), call, done}, exitOK, []string{"note    The answer came in one piece"}, "are streamed"},
		"no tools":       {"completions", []openaitest.Behaviour{counting, openaitest.Text("I'd rather not.")}, exitError, []string{"FAILED  The model did not call a tool"}, "ok      The model calls"},
		"wrong argument": {"completions", []openaitest.Behaviour{counting, openaitest.ToolCall("report_word", `{"word":"pear"}`), done}, exitOK, []string{"note    The model calls tools, but"}, "FAILED"},
		"bad key":        {"completions", []openaitest.Behaviour{openaitest.Unauthorized()}, exitError, []string{"FAILED  The model: ", "OPENAI_API_KEY"}, openaitest.Canary},
		"empty":          {"responses", []openaitest.Behaviour{openaitest.Empty()}, exitError, []string{"FAILED  The model: "}, "ok      The model"},
	} {
		srv := openaitest.New(t)
		srv.Reply(c.script...)
		env := modelEnv(srv, c.engine)
		env["OPENAI_ASSISTANT_ID"] = "asst_1"
		r := (&shell{t, t.TempDir(), env}).run("", "assistant", "check")
		all := r.stdout + r.stderr
		if r.code != c.code || strings.Contains(all, c.not) || strings.Contains(all, "sk-test") || strings.Contains(all, "whoever runs") {
			t.Errorf("%s: exit code %d\n%s", name, r.code, all)
		}
		for _, want := range c.want {
			if !strings.Contains(r.stdout, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, all)
			}
		}
	}
}

func TestAssistantCheckOfServersWithFewManners(t *testing.T) {
	t.Parallel()
	good := []openaitest.Behaviour{openaitest.Text("one ", "two "), openaitest.ToolCall("report_word", reportApple), openaitest.Text("Done.")}
	for name, c := range map[string]struct {
		status int
		models []string
		model  string // OPENAI_MODEL
		code   int
		want   string
		asked  string // the model that answers, "" for none
	}{
		"no list":             {501, nil, "mine", exitOK, "note    The server answers, but has no list of models.", "mine"},
		"no list, no model":   {404, nil, "", exitOK, "note    OPENAI_MODEL is not set: asking for gpt-4.1-mini.", "gpt-4.1-mini"},
		"no model":            {200, []string{"text-embedding-3", "small", "large"}, "", exitOK, "note    OPENAI_MODEL is not set: taking small, the first model of 3 that the server lists.", "small"},
		"empty list":          {200, nil, "", exitOK, "note    OPENAI_MODEL is not set: asking for gpt-4.1-mini.", "gpt-4.1-mini"},
		"a key that is wrong": {401, nil, "", exitError, "FAILED  The server: ", ""},
	} {
		srv := openaitest.New(t)
		srv.Lists(c.status, c.models...)
		srv.Reply(good...)
		env := modelEnv(srv, "completions")
		env["OPENAI_MODEL"] = c.model
		r := (&shell{t, t.TempDir(), env}).run("", "assistant", "check")
		if r.code != c.code || !strings.Contains(r.stdout, c.want) || strings.Contains(r.stdout+r.stderr, openaitest.Canary) {
			t.Errorf("%s: exit code %d, %q is not in\n%s%s", name, r.code, c.want, r.stdout, r.stderr)
		}
		for _, req := range srv.Requests() {
			if req.Chat.Model != c.asked {
				t.Errorf("%s: the model %q was asked, want %q", name, req.Chat.Model, c.asked)
			}
		}
		if n := len(srv.Requests()); (n > 0) != (c.asked != "") {
			t.Errorf("%s: %d questions to the model", name, n)
		}
	}
}

func TestAssistantCheckWithoutServer(t *testing.T) {
	t.Parallel()
	env := map[string]string{"OPENAI_BASE_URL": "http://127.0.0.1:1"}
	sh := &shell{t, t.TempDir(), env}
	if r := sh.run("", "assistant", "check"); r.code != exitError || !strings.Contains(r.stdout, "FAILED  The server: TaskPilot can't reach") || strings.Contains(r.stdout, "whoever") {
		t.Errorf("exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	if r := newShell(t).run("", "assistant", "check"); r.code != exitOK || !strings.Contains(r.stdout, "built-in") {
		t.Errorf("exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
}

func TestAssistantSetup(t *testing.T) {
	t.Parallel()
	srv, dir := openaitest.New(t), t.TempDir()
	env := modelEnv(srv, "assistants")
	sh := &shell{t, dir, env}
	if r := sh.run("", "assistant", "check"); r.code != exitError || !strings.Contains(r.stderr, "assistant setup") {
		t.Errorf("check before setup: %s%s", r.stdout, r.stderr)
	}
	setup := func(want string, flags ...string) {
		t.Helper()
		r := sh.run("", append([]string{"assistant", "setup"}, flags...)...)
		c, err := loadConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok }, dir)
		if r.code != exitOK || err != nil || c.OpenAI.AssistantID != want {
			t.Errorf("setup %v: exit code %d, %s%s, id %q, %v", flags, r.code, r.stdout, r.stderr, c.OpenAI.AssistantID, err)
		}
	}
	setup("asst_1")
	setup("asst_1")
	setup("asst_2", "--new")
	body := string(srv.Others()[0].Body)
	for _, want := range []string{"add_task", "delete_task", "You are TaskPilot", "test-model"} {
		if !strings.Contains(body, want) {
			t.Errorf("the assistant was made without %q: %s", want, body)
		}
	}
	srv.NoAssistants()
	if r := sh.run("", "assistant", "setup"); r.code != exitError || !strings.Contains(r.stderr, "26 August 2026") {
		t.Errorf("without the interface: %s%s", r.stdout, r.stderr)
	}
	env["ASSISTANT"] = "completions"
	setup("")
	if raw, err := os.ReadFile(filepath.Join(dir, assistantFile)); err != nil || !strings.Contains(string(raw), `"engine": "completions"`) {
		t.Errorf("%s, %v", raw, err)
	}
}
