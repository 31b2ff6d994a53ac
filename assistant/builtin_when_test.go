package assistant

import (
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

func TestTakeDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 30, 0, 0, time.UTC) // a Wednesday
	for text, want := range map[string][2]string{
		"call mum tomorrow at 5":            {"call mum", "2026-11-26 17:00"},
		"call mum tomorrow at 5pm":          {"call mum", "2026-11-26 17:00"},
		"call mum at 5 tomorrow":            {"call mum", "2026-11-26 17:00"},
		"call mum tomorrow morning at 8":    {"call mum", "2026-11-26 08:00"},
		"call mum tomorrow evening":         {"call mum", "2026-11-26 19:00"},
		"call mum tonight at 8":             {"call mum", "2026-11-25 20:00"},
		"call mum at 5":                     {"call mum", "2026-11-25 17:00"},
		"call mum at 11":                    {"call mum", "2026-11-26 11:00"},
		"call mum at 05:30":                 {"call mum", "2026-11-26 05:30"},
		"call mum at noon on friday":        {"call mum", "2026-11-27 12:00"},
		"pay rent next friday":              {"pay rent", "2026-12-04 00:00"},
		"pay rent on Friday":                {"pay rent", "2026-11-27 00:00"},
		"pay rent by wednesday":             {"pay rent", "2026-12-02 00:00"},
		"pay rent, due this friday":         {"pay rent", "2026-11-27 00:00"},
		"stretch in 2 hours":                {"stretch", "2026-11-25 14:30"},
		"stretch in half an hour":           {"stretch", "2026-11-25 13:00"},
		"stretch in twenty hours":           {"stretch in twenty hours", ""},
		"review in three days":              {"review", "2026-11-28 00:00"},
		"review in a week":                  {"review", "2026-12-02 00:00"},
		"review in 2 months at 9am":         {"review", "2027-01-25 09:00"},
		"dentist on 3 December":             {"dentist", "2026-12-03 00:00"},
		"dentist on december 3rd at 14:30":  {"dentist", "2026-12-03 14:30"},
		"dentist on the 3rd of march, 2028": {"dentist", "2028-03-03 00:00"},
		"dentist on 1 march":                {"dentist", "2027-03-01 00:00"},
		"renew 2027-01-05":                  {"renew", "2027-01-05 00:00"},
		"clean up the day after tomorrow":   {"clean up", "2026-11-27 00:00"},
		"report by the end of the week":     {"report", "2026-11-29 00:00"},
		"report by the end of the month":    {"report", "2026-11-30 00:00"},
		"plan next week":                    {"plan", "2026-11-30 00:00"},
		"hike this weekend":                 {"hike", "2026-11-28 00:00"},
		"tomorrow: call mum":                {"call mum", "2026-11-26 00:00"},
		"on friday at 6pm, see the band":    {"see the band", "2026-11-27 18:00"},
		"buy may flowers":                   {"buy may flowers", ""},
		"may the force be with you":         {"may the force be with you", ""},
		"read chapter 3":                    {"read chapter 3", ""},
		"book a table for 2":                {"book a table for 2", ""},
		"shop on black friday":              {"shop on black friday", ""},
		"read 1984":                         {"read 1984", ""},
		"meet on 31 february":               {"meet on 31 february", ""},
		"call at 25:00":                     {"call at 25:00", ""},
		"call at 13pm":                      {"call at 13pm", ""},
		"tomorrow":                          {"tomorrow", ""},
		"sun cream":                         {"sun cream", ""},
		"watch Saturday Night Live":         {"watch Saturday Night Live", ""},
	} {
		title, due := (*phrasebook)(nil).takeDue(text, now)
		got := ""
		if due != nil {
			got = due.Format("2006-01-02 15:04")
		}
		if title != want[0] || got != want[1] {
			t.Errorf("%q: %q due %q, want %q", text, title, got, want)
		}
	}
}

// Days and hours are the person's own, east and west of UTC.
func TestTakeDueInZones(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC) // already Friday in Tokyo, Thursday noon in Honolulu
	for zone, wants := range map[string]map[string]string{
		"Asia/Tokyo": {
			"run today":            "2026-11-27T00:00:00Z",
			"run tomorrow":         "2026-11-28T00:00:00Z",
			"run tomorrow at 9":    "2026-11-28T00:00:00.001Z", // nine is midnight UTC, and yet a time
			"run at 8am":           "2026-11-27T23:00:00Z",     // it is half past eight
			"run at 9am":           "2026-11-27T00:00:00.001Z",
			"run next monday":      "2026-11-30T00:00:00Z",
			"run in 2 hours":       "2026-11-27T01:30:00Z",
			"run in 30 minutes":    "2026-11-27T00:00:00.001Z",
			"run on 3 december":    "2026-12-03T00:00:00Z",
			"run tonight":          "2026-11-27T10:00:00Z",
			"run in half an hour":  "2026-11-27T00:00:00.001Z",
			"run end of the month": "2026-11-30T00:00:00Z",
		},
		"Pacific/Honolulu": {
			"run today":         "2026-11-26T00:00:00Z",
			"run tomorrow at 9": "2026-11-27T19:00:00Z",
			"run at 2pm":        "2026-11-27T00:00:00.001Z",
		},
		"Europe/Berlin": { // the clock goes back on 25 October
			"run on 24 october 2027 at 12:00": "2027-10-24T10:00:00Z",
			"run on 31 october 2027 at 12:00": "2027-10-31T11:00:00Z",
		},
	} {
		here, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range wants {
			title, due := bookOf("en").takeDue(text, at.In(here))
			if title != "run" || due == nil || due.UTC().Format(time.RFC3339Nano) != want {
				t.Errorf("%s, %q: %q due %v, want %s", zone, text, title, due, want)
			}
		}
	}
	tokyo, _ := time.LoadLocation("Asia/Tokyo")
	ctx, now := locale.WithZone(t.Context(), tokyo), at.In(tokyo)
	for due, want := range map[string]string{"2026-11-28T00:00:00.001Z": "Saturday 28 November, 09:00", "2026-11-28T00:00:00Z": "Saturday 28 November",
		"2026-11-28T20:00:00Z": "Sunday 29 November, 05:00"} {
		if d, err := time.Parse(time.RFC3339Nano, due); err != nil || dueWords(ctx, d, now) != want {
			t.Errorf("%s is %q, want %q", due, dueWords(ctx, d, now), want)
		}
	}
}

func FuzzTakeDue(f *testing.F) {
	f.Add("call mum next friday at 5pm in 2 hours the 31 of may")
	f.Add("in 9999 years on 99 december at 99:99")
	f.Fuzz(func(t *testing.T, text string) {
		title, due := (*phrasebook)(nil).takeDue(text, time.Date(2026, 11, 25, 12, 30, 0, 0, time.UTC))
		if due == nil && title != text {
			t.Errorf("%q became %q", text, title)
		}
		if due != nil && title == "" {
			t.Errorf("%q lost its title", text)
		}
	})
}
