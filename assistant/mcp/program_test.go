package mcp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestMain is also the program that the tests of programs run.
func TestMain(m *testing.M) {
	switch os.Args[len(os.Args)-1] {
	case "program=good":
		program()
	case "program=endless":
		endless()
	case "program=silent":
		select {}
	default:
		os.Exit(m.Run())
	}
}

// program is a good MCP server that tells what it was given.
func program() {
	server := sdk.NewServer(&sdk.Implementation{Name: "program", Version: "1"}, nil)
	server.AddTool(&sdk.Tool{Name: "env", Description: "Tells the environment.", InputSchema: json.RawMessage(`{"type":"object"}`)},
		func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			env, err := exec.Command("/usr/bin/env").Output()
			return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: string(env)}}}, err
		})
	server.AddTool(&sdk.Tool{Name: "die", Description: "Ends.", InputSchema: json.RawMessage(`{"type":"object"}`)},
		func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) { os.Exit(3); return nil, nil })
	fmt.Fprintln(os.Stderr, "a line of the program's")
	_ = server.Run(context.Background(), &sdk.StdioTransport{})
}

// endless writes one line that never ends.
func endless() {
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	for {
		if _, err := os.Stdout.WriteString(strings.Repeat("x", 1<<16)); err != nil {
			return
		}
	}
}

func programServer(t *testing.T, kind string) Server {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Server{Name: "program", Command: self, Args: []string{"program=" + kind}, Env: []string{"KEY=" + canary}, Consent: ConsentNever, Timeout: 20 * time.Second}
}

func TestProgram(t *testing.T) {
	t.Parallel()
	var stderr strings.Builder
	s := programServer(t, "good")
	described, err := Describe(t.Context(), s, &stderr)
	if err != nil || len(described) != 2 {
		t.Fatalf("%+v, %v", described, err)
	}
	if !strings.Contains(stderr.String(), "a line of the program's") {
		t.Errorf("its standard error is %q", stderr.String())
	}
	approved := approvedList{}
	for _, d := range described {
		approved[Key{d.Server, d.Name}] = d.Fingerprint
	}
	all := New([]Server{s}, approved, nil)
	t.Cleanup(all.Close)
	tools := offer(t, all)
	env, ok := tools.Find("program__env")
	if !ok || env.Consent {
		t.Fatalf("tools %+v", tools)
	}
	out, err := tools.Call(t.Context(), "usr_a", "program__env", nil)
	if got := fmt.Sprint(out); err != nil || !strings.Contains(got, "KEY="+canary) || strings.Contains(got, "HOME=") {
		t.Errorf("its environment is %s, %v", got, err)
	}
	if got := run(t, tools, "program__die", `{}`); !strings.Contains(got, "no answer of program") {
		t.Errorf("a program that died answers %s", got)
	}
	all.links[0].mu.Lock()
	all.links[0].failed = time.Time{}
	all.links[0].mu.Unlock()
	if tools := offer(t, all); len(tools) != 2 {
		t.Errorf("it is not started again: %v", tools)
	}
}

func TestProgramsThatMisbehave(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"endless": "", "silent": "in time"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			if _, err := Describe(ctx, programServer(t, kind), nil); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
				t.Errorf("%v", err)
			}
		})
	}
}
