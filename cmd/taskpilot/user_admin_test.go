package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestAdministrationByCommand(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["PUBLIC_URL"] = "https://chat.example.com"
	s.must(testPassword, "user", "add", "ann@example.com")
	s.must(testPassword, "user", "add", "bob@example.com")
	state := func() (list []userRow) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.must("", "user", "list", "--json")), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if l := state(); l[0].Role != "admin" || l[1].Role != "user" {
		t.Errorf("the first one is not the administrator: %+v", l)
	}
	s.fails(exitError, "the only administrator", "", "user", "role", "ann@example.com", "user")
	s.fails(exitError, "the only administrator", "", "user", "disable", "ann@example.com")
	s.fails(exitError, "the only administrator; make somebody else one first", "", "user", "delete", "--yes", "ann@example.com")
	s.fails(exitUsage, "either admin or user", "", "user", "role", "bob@example.com", "root")
	s.fails(exitError, "nobody has", "", "user", "role", "cy@example.com", "admin")
	s.must("", "user", "role", "bob@example.com", "admin")
	s.must("", "user", "disable", "ann@example.com")
	if l := state(); !l[0].Disabled || l[1].Role != "admin" {
		t.Errorf("after the changes: %+v", l)
	}
	s.fails(exitError, "is disabled", "", "token", "ann@example.com")
	s.must("", "user", "enable", "ann@example.com")
	s.must("", "token", "ann@example.com")

	link := s.must("", "user", "invite", "cy@example.com")
	if !regexp.MustCompile(`^https://chat\.example\.com/invite/[\w-]{43}\n$`).MatchString(link) {
		t.Errorf("user invite printed %q", link)
	}
	s.fails(exitError, "has an account already", "", "user", "invite", "ann@example.com")
	if table := s.must("", "user", "list"); !strings.Contains(table, "admin") {
		t.Errorf("user list: %s", table)
	}
}
