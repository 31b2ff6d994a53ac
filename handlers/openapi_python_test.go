package handlers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit/pythontest"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestOpenAPIHolds lets Schemathesis send what openapi.json allows, and what it
// forbids, to every documented operation, and hold the answers against it. It
// does so with the same data each time.
func TestOpenAPIHolds(t *testing.T) {
	t.Parallel()
	python := os.Getenv("TEST_PYTHON_SCHEMATHESIS")
	if python == "" {
		var err error
		if python, err = pythontest.Python("schemathesis==4.32.5"); err != nil {
			t.Fatalf("Schemathesis is needed for this test: %v\n"+
				"Set TEST_PYTHON_SCHEMATHESIS to a Python that has it, or let this machine reach a Python package index.", err)
		}
	}
	config, err := filepath.Abs(filepath.Join("testdata", "schemathesis.toml"))
	if err != nil {
		t.Fatal(err)
	}
	srv := openaitest.New(t)
	srv.Always(openaitest.Transcript("Buy milk."))
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Transcriber = speech(t, srv) })
	ann := modelstest.User(t, s.db, "ann@example.com")
	for name, args := range map[string][]string{
		"all":      {"-n", "4", "--exclude-operation-id", "signOut", "--exclude-path", "/mcp"}, // that is JSON-RPC, and another specification
		"sign out": {"-n", "4", "--include-operation-id", "signOut"},                           // ends the token that it is called with
	} {
		args := append([]string{"-m", "schemathesis.cli", "--config-file", config, "run", s.url + "/api/openapi.json",
			"-H", "Authorization: Bearer " + s.program(ann).bearer, "--seed", "1", "--no-color", "--warnings", "off"}, args...)
		cmd := exec.CommandContext(t.Context(), python, args...)
		cmd.Dir = t.TempDir() // it keeps examples
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
