package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// foreignExport is an export of Open WebUI, with one entry that is none.
const foreignExport = `[
 {"id":"a1","title":"Garden","created_at":1760000000,"updated_at":1760000100,"chat":{"title":"Garden","history":{"currentId":"m2","messages":{
  "m1":{"id":"m1","parentId":null,"childrenIds":["m2"],"role":"user","content":"When do I sow basil?","timestamp":1760000000},
  "m2":{"id":"m2","parentId":"m1","childrenIds":[],"role":"assistant","content":"In May.","timestamp":1760000050}}}}},
 {"id":"a2","title":"Broken","chat":{"history":{"currentId":"m9","messages":{}}}}
]`

func TestExportAndImportByCommand(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must(testPassword, "user", "add", "ann@example.com")
	s.must(testPassword, "user", "add", "bob@example.com")
	file := filepath.Join(t.TempDir(), "chats.json")
	if err := os.WriteFile(file, []byte(foreignExport), 0o600); err != nil {
		t.Fatal(err)
	}
	const one = "conversations  1 (messages 2, files 0)"
	says := func(got string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(got, w) {
				t.Errorf("%q is not in %s", w, got)
			}
		}
	}
	const bad = `"Broken": It has no messages.`
	says(s.must("", "import", "--preview", "ann@example.com", file), "An export of Open WebUI", one, "there already  0", bad)
	says(s.must("", "import", "ann@example.com", file), "Imported from Open WebUI", one, "there already  0", "can't be read  1", bad)
	says(s.must("", "import", "ann@example.com", file), "conversations  0", "there already  1")

	zip := filepath.Join(t.TempDir(), "ann.zip")
	if err := os.WriteFile(zip, []byte(s.must("", "export", "ann@example.com")), 0o600); err != nil {
		t.Fatal(err)
	}
	says(s.must("", "import", "bob@example.com", zip), "Imported from TaskPilot", one)
	s.fails(exitError, "nobody has", "", "export", "cy@example.com")
	s.fails(exitError, "nobody has", "", "import", "cy@example.com", zip)
	s.fails(exitError, "no such file", "", "import", "ann@example.com", zip+"x")
	s.fails(exitError, "not", "", "import", "ann@example.com", os.Args[0])
}
