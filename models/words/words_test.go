package words_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/models/words"
)

func texts(text string) string {
	var list []string
	for _, w := range words.Split(text) {
		list = append(list, w.Text)
	}
	return strings.Join(list, " ")
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "",
		"Buy MILK, today!":      "buy milk today",
		"don't Don’t":           "dont dont",
		"Crème brûlée İstanbul": "creme brulee istanbul",
		"Straße łódź Ørsted":    "strasse lodz orsted",
		"Ελλάς ΕΛΛΆΣ":           "ελλασ ελλασ",
		"ёлка Й":                "елка и",
		"３Ｄ ｗｉｄｅ":               "3d wide",
		"東京都":                   "東京 京都 都",
		"買a":                    "買 a",
		"データ":                   "デー ータ タ",
		"ﾃﾞｰﾀ":                  "デー ータ タ",
		"がぎ が":                  "がぎ ぎ が",
		"검색을":                   "검색 색을 을",
		"ภาษาไทย":               "ภา าษ ษา าไ ไท ทย ย",
		"ก็ดี":                  "ก็ดี ดี",
		"हिन्दी में":            "हिन्दी में",
		"مُحَمَّد مـحـمد":       "محمد محمد",
		"שָׁלוֹם":               "שלום",
		"a 👍 b👍🎉":               "a 👍 b 👍🎉 🎉",
		"user@example.com":      "user example com",
		"x_1-y.2":               "x 1 y 2",
		"a\u00adb":              "ab",
		"\xff\xfe ok":           "ok",
		strings.Repeat("é", 99): strings.Repeat("e", 40),
	} {
		if got := texts(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestSplitOffsets: every word is from where it says, within whole characters.
func TestSplitOffsets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Crème 東京都 don't ก็ดี", "ﾃﾞｰﾀ x", "मैं ok 👍"} {
		for _, w := range words.Split(text) {
			if w.Start >= w.End || w.First > w.End || w.First <= w.Start || !utf8.ValidString(text[w.Start:w.End]) {
				t.Errorf("%q: %+v", text, w)
			}
		}
	}
	all := words.Split("Crème 東京都")
	if got := "Crème 東京都"[all[1].Start:all[1].First]; got != "東" {
		t.Errorf("the first character of the pair is %q", got)
	}
}

func TestSplitIsBounded(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"a ", "東", "'", "ุ", "x"} {
		if n := len(words.Split(strings.Repeat(part, 100_000))); n > 16_000 {
			t.Errorf("%q: %d words", part, n)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                    "[]",
		"!?":                  "[]",
		"buy Mil":             "[{[buy] false} {[mil] true}]",
		"東":                   "[{[東] true}]",
		"東京":                  "[{[東京] false}]",
		"東京都":                 "[{[東京 京都] false}]",
		"東京 mi":               "[{[東京] false} {[mi] true}]",
		`"buy milk"`:          "[{[buy milk] false}]",
		`“Buy milk” now`:      "[{[buy milk] false} {[now] true}]",
		`"東京 tower" x`:        "[{[東京 京 tower] false} {[x] true}]",
		`"unclosed qu`:        "[{[unclosed qu] true}]",
		"don't":               "[{[dont] true}]",
		"a' OR 1=1 -- \\ * (": "[{[a] false} {[or] false} {[1] false} {[1] true}]",
	} {
		if got := fmt.Sprint(words.Parse(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if n := len(words.Parse(strings.Repeat("word ", 1000))); n != 12 {
		t.Errorf("%d terms", n)
	}
}

func TestNarrow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"c": "[{[c] false}]", "É": "[{[e] false}]", "buy c": "[{[buy] false} {[c] true}]", "co": "[{[co] true}]",
		"東": "[{[東] true}]", "ไ": "[{[ไ] true}]", "हि": "[{[हि] true}]", "": "[]",
	} {
		if got := fmt.Sprint(words.Narrow(words.Parse(in))); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// excerpt writes matches in brackets.
func excerpt(text, question string, size int) string {
	var b strings.Builder
	for _, s := range words.Excerpt(text, words.Parse(question), size) {
		if s.Match {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("filler words ", 100)
	for _, c := range []struct{ text, question, want string }{
		{"Buy milk today", "MIL", "Buy [milk] today"},
		{"Une crème brûlée", "brulee creme", "Une [crème] [brûlée]"},
		{"私は東京都に住む", "京", "私は東[京]都に住む"},
		{"私は東京都に住む", "東京都", "私は[東京都]に住む"},
		{"one milk two. buy milk now", `"buy milk"`, "one milk two. [buy milk] now"},
		{"# Title\n\n- [x] **bold** `code` [a link](https://example.com)\n```go\nx := 1\n```", "code", "Title bold [code] a link x := 1"},
		{"<script>alert(1)</script>", "alert", "<script>[alert](1)</script>"},
		{"nothing here", "other", "nothing here"},
		{"", "x", ""},
	} {
		if got := excerpt(c.text, c.question, 80); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.question, c.text, got, c.want)
		}
	}
	got := excerpt(long+"here is the needle in a haystack "+long, "needle haystack", 80)
	if !strings.Contains(got, "[needle] in a [haystack]") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || utf8.RuneCountInString(got) > 100 {
		t.Errorf("a long text: %q", got)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("Crème 東京都 don't", "creme")
	f.Add("ﾃﾞｰﾀ \xff", `"デー`)
	f.Fuzz(func(t *testing.T, text, question string) {
		for _, s := range words.Excerpt(text, words.Parse(question), 60) {
			if s.Text == "" || utf8.ValidString(text) && !utf8.ValidString(s.Text) {
				t.Errorf("%q in %q: %q", question, text, s.Text)
			}
		}
	})
}
