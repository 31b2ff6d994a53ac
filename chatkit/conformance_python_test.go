package chatkit_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/pythontest"
)

// official is a running testdata/conformance/official.py.
type official struct {
	*testing.T
	in  io.Writer
	out *bufio.Reader
}

// answer is what official.py says to a command.
type answer struct {
	Frames []string `json:"frames"`
	Reply  string   `json:"reply"`
	Dump   string   `json:"dump"`
	Error  string   `json:"error"`
}

// startOfficial starts the official Python server.
func startOfficial(t *testing.T) *official {
	t.Helper()
	python, err := officialPython()
	if err != nil {
		t.Fatalf("The official ChatKit package is needed for this test: %v\n"+
			"Set TEST_PYTHON to a Python that has openai-chatkit==1.6.5, or let this machine reach a Python package index.", err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "conformance", "official.py"))
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends with its input
		_ = cmd.Wait()
	})
	return &official{t, in, bufio.NewReader(out)}
}

// ask sends a command and returns the answer.
func (o *official) ask(command any) answer {
	o.Helper()
	raw, err := json.Marshal(command)
	if err != nil {
		o.Fatal(err)
	}
	if _, err := o.in.Write(append(raw, '\n')); err != nil {
		o.Fatal(err)
	}
	line, err := o.out.ReadBytes('\n')
	if err != nil {
		o.Fatalf("official.py ended: %v", err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		o.Fatal(err)
	}
	return a
}

// officialPython returns a Python that has the official package: TEST_PYTHON, or
// one of our own.
func officialPython() (string, error) {
	if python := os.Getenv("TEST_PYTHON"); python != "" {
		return python, nil
	}
	requirements, err := os.ReadFile(filepath.Join("testdata", "conformance", "requirements.txt"))
	if err != nil {
		return "", err
	}
	return pythontest.Python(strings.TrimSpace(string(requirements)))
}
