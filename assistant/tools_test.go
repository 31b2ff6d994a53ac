package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestTaskTools(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ tool, args, want string }{
		{ToolAddTask, `{"title":"walk"}`, `"status":"created"`},
		{ToolAddTask, `{"title":" walk ","description":"far","priority":"high","due_at":"2026-11-30"}`, `"title":"walk","description":"far","completed":false,"due_at":"2026-11-30T00:00:00Z","priority":"high"`},
		{ToolAddTask, `{"title":"a\u0000b"}`, `"title":"ab"`},
		{ToolAddTask, `{"title":"x","description":null,"due_at":null}`, `"status":"created"`},
		{ToolAddTask, `{}`, "needs a title"},
		{ToolAddTask, `{"title":"x","due_at":"tomorrow"}`, "due_at must look like"},
		{ToolAddTask, `{"title":"x","user_id":"usr_b"}`, `no argument \"user_id\"`},
		{ToolAddTask, `{"title":5}`, `\"title\" can't be a number`},
		{ToolAddTask, `["x"]`, "must be a JSON object"},
		{ToolAddTask, `{"title":"x"} {"title":"y"}`, "one JSON object"},
		{ToolAddTask, `{"title":`, "not valid JSON"},
		{ToolAddTask, `{"title":"` + strings.Repeat("x", 201) + `"}`, "The title is longer than 200 characters."},
		{ToolAddTask, `{"title":"` + strings.Repeat("x", maxToolArgs) + `"}`, "too long"},
		{ToolListTasks, ``, `"total":3`},
		{ToolListTasks, `{"status":null}`, `"total":3`},
		{ToolListTasks, `{"status":"completed"}`, `{"tasks":[],"total":0}`},
		{ToolListTasks, `{"status":"late"}`, "is one of"},
		{ToolFindTask, `{"name":"MILK"}`, `"total":2`},
		{ToolFindTask, `{"name":" "}`, "Say which name"},
		{ToolCompleteTask, `{"task_id":"todo_1"}`, `"status":"completed"`},
		{ToolCompleteTask, `{"name":"buy milk"}`, `"title":"buy milk","description":"","completed":true`},
		{ToolCompleteTask, `{"title":"car"}`, `"title":"sell car","description":"","completed":true`},
		{ToolCompleteTask, `{"task_id":"sell car"}`, `"status":"completed"`},
		{ToolCompleteTask, `{"name":"milk"}`, `Several tasks match \"milk\"`},
		{ToolCompleteTask, `{}`, "Say which task"},
		{ToolCompleteTask, `{"task_id":"todo_9"}`, "No task matches"},
		{ToolDeleteTask, `{"name":"sell car"}`, `"status":"deleted"`},
		{ToolDeleteTask, `{"name":"nothing"}`, "No task matches"},
		{ToolUpdateTask, `{"task_id":"todo_1","title":"new"}`, `"title":"new"`},
		{ToolUpdateTask, `{"name":"car","completed":true}`, `"completed":true`},
		{ToolUpdateTask, `{"name":"car"}`, "Say what to change"},
		{ToolUpdateTask, `{"name":"car","title":" "}`, "needs a title"},
		{ToolUpdateTask, `{"title":"new"}`, "Say which task"},
		{"drop_tables", `{}`, `no tool named \"drop_tables\"`},
	} {
		tools := TaskTools(newMemory("usr_a", "buy milk", "buy milk powder", "sell car"))
		out, err := tools.Call(t.Context(), "usr_a", tc.tool, json.RawMessage(tc.args))
		if got := asJSON(t, out); err != nil || !strings.Contains(got, tc.want) {
			t.Errorf("%s(%.80s) = %.300s, %v; want %s", tc.tool, tc.args, got, err, tc.want)
		}
	}
}

func TestToolsTakeDueDateAway(t *testing.T) {
	t.Parallel()
	m := newMemory("usr_a")
	tools := TaskTools(m)
	for _, args := range []string{`{"title":"x","due_at":"2026-11-30T08:00:00+02:00"}`} {
		if _, err := tools.Call(t.Context(), "usr_a", ToolAddTask, json.RawMessage(args)); err != nil {
			t.Fatal(err)
		}
	}
	if due := m.tasks["usr_a"][0].DueAt; due == nil || due.Hour() != 6 {
		t.Fatalf("due at %v", due)
	}
	if _, err := tools.Call(t.Context(), "usr_a", ToolUpdateTask, json.RawMessage(`{"name":"x","due_at":""}`)); err != nil {
		t.Fatal(err)
	}
	if due := m.tasks["usr_a"][0].DueAt; due != nil {
		t.Errorf("still due at %v", due)
	}
}

func TestToolsPreferWhatFits(t *testing.T) {
	t.Parallel()
	m := newMemory("usr_a", "buy milk", "buy milk")
	m.tasks["usr_a"][1].Completed = true
	out, err := TaskTools(m).Call(t.Context(), "usr_a", ToolCompleteTask, json.RawMessage(`{"name":"buy milk"}`))
	if done, ok := out.(TaskResult); !ok || err != nil || done.Task.ID != "todo_1" {
		t.Errorf("completed %s, %v", asJSON(t, out), err)
	}
	out, err = TaskTools(m).Call(t.Context(), "usr_a", ToolDeleteTask, json.RawMessage(`{"name":"buy milk"}`))
	if failure, ok := out.(ToolFailure); !ok || err != nil || len(failure.Matches) != 2 {
		t.Errorf("deleted one of two: %s, %v", asJSON(t, out), err)
	}
}

func TestToolsFailAlone(t *testing.T) {
	t.Parallel()
	run := func(f func() (any, error)) Tool {
		return Tool{Name: "broken", Run: func(context.Context, string, json.RawMessage) (any, error) { return f() }}
	}
	for name, f := range map[string]func() (any, error){
		"panic":    func() (any, error) { panic("canary") },
		"error":    func() (any, error) { return nil, errors.New("canary") },
		"not JSON": func() (any, error) { return func() {}, nil },
	} {
		out, err := Tools{run(f)}.Call(t.Context(), "usr_a", "broken", nil)
		if _, ok := out.(ToolFailure); !ok || err == nil || strings.Contains(asJSON(t, out), "canary") {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
	out, err := Tools{run(func() (any, error) { return strings.Repeat("x", maxToolOutput), nil })}.Call(t.Context(), "usr_a", "broken", nil)
	if failure, ok := out.(ToolFailure); !ok || err != nil || !strings.Contains(failure.Error, "too long") {
		t.Errorf("huge output: %.100v, %v", out, err)
	}
}

func TestToolSchemas(t *testing.T) {
	t.Parallel()
	tools := TaskTools(newMemory("usr_a"))
	if len(tools) != 6 {
		t.Errorf("%d tools", len(tools))
	}
	for _, tool := range tools {
		var schema struct {
			Type       string                     `json:"type"`
			Properties map[string]json.RawMessage `json:"properties"`
			Additional *bool                      `json:"additionalProperties"`
		}
		if err := json.Unmarshal(tool.Schema, &schema); err != nil || schema.Type != "object" || schema.Additional == nil || *schema.Additional || len(schema.Properties) == 0 {
			t.Errorf("%s: schema %s, %v", tool.Name, tool.Schema, err)
		}
		if tool.Description == "" || tool.Progress.Text == "" || tool.Progress.Icon == "" {
			t.Errorf("%s says too little about itself", tool.Name)
		}
		// Every argument of the schema is one that the tool takes.
		for name := range schema.Properties {
			out, err := tools.Call(t.Context(), "usr_a", tool.Name, json.RawMessage(`{"`+name+`":null}`))
			if err != nil || strings.Contains(asJSON(t, out), "no argument") {
				t.Errorf("%s does not take %s: %s", tool.Name, name, asJSON(t, out))
			}
		}
	}
}
