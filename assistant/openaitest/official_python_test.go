package openaitest_test

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

// officialClient is a running testdata/client.py.
type officialClient struct {
	*testing.T
	in  io.Writer
	out *bufio.Reader
}

func startClient(t *testing.T) *officialClient {
	t.Helper()
	python, err := officialPython()
	if err != nil {
		t.Fatalf("OpenAI's own Python client is needed for this test: %v\n"+
			"Set TEST_PYTHON_OPENAI to a Python that has it, or let this machine reach a Python package index.", err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-W", "ignore", filepath.Join("testdata", "client.py"))
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
	return &officialClient{t, in, bufio.NewReader(out)}
}

// do runs one of the client's functions and returns what it made of the answer.
func (c *officialClient) do(name, base string, timeout float64) string {
	c.Helper()
	raw, err := json.Marshal(map[string]any{"base": base, "do": name, "timeout": timeout})
	if err != nil {
		c.Fatal(err)
	}
	if _, err := c.in.Write(append(raw, '\n')); err != nil {
		c.Fatal(err)
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		c.Fatalf("client.py ended: %v", err)
	}
	return strings.TrimSpace(line)
}

// officialPython returns a Python that has the client: TEST_PYTHON_OPENAI, or one
// in a virtual environment that is made once and kept in the user's cache.
func officialPython() (string, error) {
	if python := os.Getenv("TEST_PYTHON_OPENAI"); python != "" {
		return python, nil
	}
	requirements, err := os.ReadFile(filepath.Join("testdata", "requirements.txt"))
	if err != nil {
		return "", err
	}
	return pythontest.Python(strings.Fields(string(requirements))...)
}
