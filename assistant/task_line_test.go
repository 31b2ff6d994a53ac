package assistant

import (
	"testing"
	"time"
)

func TestReadTask(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // a Sunday
	for line, want := range map[string][3]string{
		"buy milk":               {"buy milk", "", ""},
		"call mum tomorrow at 5": {"call mum", "2026-11-23T17:00:00Z", ""},
		"pay the rent next friday, high priority": {"pay the rent", "2026-11-27T00:00:00Z", "high"},
		"urgent: call the bank":                   {"call the bank", "", "high"},
		"buy May flowers":                         {"buy May flowers", "", ""},
		`"see you tomorrow"`:                      {"see you tomorrow", "", ""},
		"tomorrow":                                {"tomorrow", "", ""},
		"":                                        {"", "", ""},
	} {
		in := ReadTask(line, "", now)
		got := [3]string{*in.Title}
		if in.DueAt != nil {
			got[1] = (*in.DueAt).Format(time.RFC3339)
		}
		if in.Priority != nil {
			got[2] = *in.Priority
		}
		if got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
