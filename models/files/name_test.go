package files_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/files"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"plan.pdf": "plan.pdf", "../../etc/passwd": "passwd", `C:\x\y.doc`: "y.doc", "a\x00b\r\nc.txt": "ab c.txt",
		"": "file", "..": "file", "/": "file", "...": "file", "\u202egnp.exe": "gnp.exe", "a\u200bb.txt": "ab.txt",
		"  a   b .txt ": "a b .txt", "ümläut 世界.md": "ümläut 世界.md", `a"b;c.txt`: "ab;c.txt", ".bashrc": "bashrc",
		strings.Repeat("x", 300) + ".txt":  strings.Repeat("x", 196) + ".txt",
		strings.Repeat("世", 100) + ".jpeg": strings.Repeat("世", 65) + ".jpeg",
	} {
		if got := files.CleanName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("a/../b\r\n\u202e.txt")
	f.Fuzz(func(t *testing.T, name string) {
		got := files.CleanName(name)
		bad := func(r rune) bool { return r < ' ' || r == '/' || r == '\\' || r == '"' || r >= 0x202a && r <= 0x202e }
		if got == "" || len(got) > 200 || got == ".." || strings.ContainsFunc(got, bad) || slices.Contains([]byte(got), 0) {
			t.Errorf("%q becomes %q", name, got)
		}
		if again := files.CleanName(got); again != got {
			t.Errorf("%q becomes %q, then %q", name, got, again)
		}
	})
}
