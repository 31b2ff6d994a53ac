package assistant

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// thursday is when the examples are said.
var thursday = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func languages(t testing.TB) []*locale.Language {
	t.Helper()
	ls, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return ls.All()
}

func TestEveryLanguageHasPhrases(t *testing.T) {
	t.Parallel()
	if _, err := phrasebooks(); err != nil {
		t.Fatal(err)
	}
	for _, l := range languages(t)[1:] {
		if bookOf(l.Code) == nil {
			t.Errorf("there are no phrases of %s", l.Code)
		}
	}
}

// meantBy is what a sentence asks for, but for words that differ by language.
type meantBy struct {
	kind, of         kind
	status, priority string
	due              string
	tasks            int
	places           string
}

func meaning(req request) meantBy {
	m := meantBy{kind: req.kind, of: req.of, status: req.status}
	switch req.kind {
	case kindAdd:
		list := newTasks(req, thursday)
		m.tasks = len(list)
		for _, args := range list {
			due, _ := args["due_at"].(string)
			priority, _ := args["priority"].(string)
			m.due, m.priority = m.due+due, m.priority+priority
		}
	case kindSchedule:
		at, _ := parseWhen(req.value, thursday)
		m.due = at.String()
	case kindPrioritise:
		m.priority = req.value
	case kindRename:
		m.tasks = min(1, len(req.pairs))
	}
	if list, ok := places(req.name, 9); ok {
		m.places = strings.Trim(strings.Join(strings.Fields(stringOf(list)), " "), "[]")
	}
	return m
}

func stringOf(list []int) string {
	var b strings.Builder
	for _, n := range list {
		b.WriteString(" " + string(rune('0'+n)))
	}
	return b.String()
}

// What the product says can be said is understood, in each language, as in English.
func TestExamplesAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, l := range languages(t)[1:] {
		say := l.Meaning("say")
		if len(say) < 18 {
			t.Fatalf("%s has only %d examples", l.Code, len(say))
		}
		for english, translated := range say {
			want := meaning(understand(english, "en"))
			if want.kind == kindUnknown {
				t.Errorf("%q is not understood", english)
			}
			if got := meaning(understand(translated, l.Code)); got != want {
				t.Errorf("%s: %q was understood as %+v, %q is %+v", l.Code, translated, got, english, want)
			}
		}
		for english, translated := range l.Meaning("line") {
			want, got := ReadTask(english, "", thursday), ReadTask(translated, l.Code, thursday)
			if got.DueAt == nil || !(*got.DueAt).Equal(**want.DueAt) || got.Priority == nil || *got.Priority != *want.Priority || len(*got.Title) >= len(translated) {
				t.Errorf("%s: %q was read as %q, %v, %v", l.Code, translated, *got.Title, got.DueAt, got.Priority)
			}
		}
	}
}

var boldWords = regexp.MustCompile(`\*\*([^*]+)\*\*`)

// What an answer shows in bold, when it names no task, can be said.
func TestAnswersShowWhatIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, l := range languages(t) {
		a := NewBuiltin(newMemory("usr_a"), BuiltinOptions{}).newTurn(t.Context(), &Turn{User: User{Language: l.Code}, Now: thursday}, nil)
		answers := []string{nothingToUndo(a.ctx), wordedList(a.ctx, TaskList{}, "all"), wordedFailure(a.ctx, ToolFailure{Error: "No task matches"}, nil)}
		for k := kindUnknown; k <= kindBye; k++ {
			answers = append(answers, a.talk(request{kind: k}), vagueAnswer(a.ctx, k))
		}
		for _, name := range []string{"2", "the first two"} {
			_, ask, _ := recalled{}.refer(a.ctx, name)
			answers = append(answers, ask)
		}
		shown := map[string]bool{}
		for _, m := range boldWords.FindAllStringSubmatch(strings.Join(answers, "\n"), -1) {
			shown[m[1]] = true
		}
		if len(shown) < 14 {
			t.Errorf("%s: only %d examples", l.Code, len(shown))
		}
		for words := range shown {
			if understand(words, l.Code).kind == kindUnknown && words != demoCommand {
				t.Errorf("%s: %q is shown but not understood", l.Code, words)
			}
		}
	}
}

// A conversation in each language, made of the product's own examples, does what it
// says; no answer is English.
func TestBuiltinLifeInEachLanguage(t *testing.T) {
	t.Parallel()
	for _, l := range languages(t)[1:] {
		m := newMemory("usr_a")
		c := newTalk(t, NewBuiltin(m, BuiltinOptions{}))
		c.user.Language = l.Code
		ctx, say := locale.With(t.Context(), l), l.Meaning("say")
		c.say(say["list my tasks"], locale.Tf(ctx, "Your list is empty. Say for example **%s**.", say["add buy milk"]))
		c.say(say["add buy milk"], "**")
		milk := m.titles("usr_a")[0]
		if strings.Contains(say["list my tasks"], milk) || len(milk) >= len(say["add buy milk"]) {
			t.Errorf("%s: the task is called %q", l.Code, milk)
		}
		c.say(say["add milk, eggs and bread"], locale.Tn(ctx, 3, "Added %d task to your list:", "Added %d tasks to your list:"))
		c.say(say["list my tasks"], locale.Tn(ctx, 4, "You have %d task:", "You have %d tasks:"))
		c.say(say["complete 2"], "**")
		c.say(say["delete the first two"], "- ")
		c.say(say["move buy milk to friday"], locale.Weekday(ctx, thursday.AddDate(0, 0, 1)))
		c.say(say["rename buy milk to buy oat milk"], "**")
		c.say(say["undo"], locale.Tf(ctx, "Undone: %s is as it was before.", bold(milk)))
		c.say(say["complete buy milk"], locale.Tf(ctx, "Well done! %s is completed.", bold(milk)))
		c.say(say["show completed tasks"], locale.Tn(ctx, 1, "You have %d completed task:", "You have %d completed tasks:"))
		c.say(say["delete buy milk"], locale.Tf(ctx, "Deleted %s.", bold(milk)))
		if left := m.titles("usr_a"); len(left) != 1 {
			t.Errorf("%s: left are %q", l.Code, left)
		}
	}
}

// People write in another language than their pages are in.
func TestOtherLanguagesAreUnderstoodToo(t *testing.T) {
	t.Parallel()
	for sentence, title := range map[string]string{
		"Füge Milch kaufen hinzu": "Milch kaufen", "दूध खरीदना जोड़ें": "दूध खरीदना", "add buy milk": "buy milk", "牛乳を買うを追加": "牛乳を買う",
	} {
		for _, code := range []string{"en", "fr", "ar"} {
			req := understand(sentence, code)
			if list := newTasks(req, thursday); req.kind != kindAdd || list[0]["title"] != title {
				t.Errorf("%s: %q is %+v", code, sentence, req)
			}
		}
	}
	for _, sentence := range []string{"Was ist die Hauptstadt von Frankreich?", "Quelle est la capitale de la France ?", "フランスの首都はどこですか？", "ما هي عاصمة فرنسا؟", "法国的首都是哪里？"} {
		if req := understand(sentence, "en"); req.kind != kindUnknown {
			t.Errorf("%q is taken for %+v", sentence, req)
		}
	}
}

func TestWordsOfDates(t *testing.T) {
	t.Parallel()
	for code, list := range map[string]map[string]string{
		"de":      {"übermorgen": "2026-11-28T00:00:00Z", "am 3. Dezember": "2026-12-03T00:00:00Z", "in 2 Stunden": "2026-11-26T14:00:00Z", "nächsten Montag um 9:30 Uhr": "2026-11-30T09:30:00Z", "heute Abend": "2026-11-26T19:00:00Z"},
		"fr":      {"après-demain": "2026-11-28T00:00:00Z", "le 3 décembre": "2026-12-03T00:00:00Z", "dans 2 heures": "2026-11-26T14:00:00Z", "lundi à 9h30": "2026-11-30T09:30:00Z"},
		"es":      {"pasado mañana": "2026-11-28T00:00:00Z", "el 3 de diciembre": "2026-12-03T00:00:00Z", "en 2 horas": "2026-11-26T14:00:00Z", "el lunes a las 9:30": "2026-11-30T09:30:00Z"},
		"pt-BR":   {"depois de amanhã": "2026-11-28T00:00:00Z", "3 de dezembro": "2026-12-03T00:00:00Z", "em 2 horas": "2026-11-26T14:00:00Z", "segunda-feira às 9h30": "2026-11-30T09:30:00Z"},
		"ja":      {"明後日": "2026-11-28T00:00:00Z", "12月3日": "2026-12-03T00:00:00Z", "2時間後": "2026-11-26T14:00:00Z", "月曜日の9時30分": "2026-11-30T09:30:00Z", "来週の月曜日": "2026-11-30T00:00:00Z"},
		"zh-Hans": {"后天": "2026-11-28T00:00:00Z", "12月3日": "2026-12-03T00:00:00Z", "2小时后": "2026-11-26T14:00:00Z", "周一上午9点半": "2026-11-30T09:30:00Z", "下周一": "2026-11-30T00:00:00Z"},
		"hi":      {"परसों": "2026-11-28T00:00:00Z", "3 दिसंबर": "2026-12-03T00:00:00Z", "2 घंटे बाद": "2026-11-26T14:00:00Z", "सोमवार सुबह 9:30 बजे": "2026-11-30T09:30:00Z", "३ दिसंबर": "2026-12-03T00:00:00Z"},
		"ar":      {"بعد غد": "2026-11-28T00:00:00Z", "3 ديسمبر": "2026-12-03T00:00:00Z", "بعد ساعتين": "2026-11-26T14:00:00Z", "يوم الاثنين الساعة 9:30": "2026-11-30T09:30:00Z", "٣ ديسمبر": "2026-12-03T00:00:00Z"},
		"ur":      {"پرسوں": "2026-11-28T00:00:00Z", "3 دسمبر": "2026-12-03T00:00:00Z", "2 گھنٹے بعد": "2026-11-26T14:00:00Z", "پیر صبح 9:30 بجے": "2026-11-30T09:30:00Z"},
	} {
		b := bookOf(code)
		for text, want := range list {
			if at, ok := b.parseWhen(text, thursday); !ok || at.Format(time.RFC3339) != want {
				t.Errorf("%s: %q is %v (%v: %q), want %s", code, text, at, ok, b.english(text), want)
			}
		}
	}
}

// A line of a file that can't be meant is refused, with its number.
func TestBadPhrasesAreRefused(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"add", "ad: {title}", "add: ({title}", "weekdays: a b", "vague undo: x", "when: (?P< => x"} {
		if _, err := readPhrasebook("xx", "# a comment\n"+line); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", line, err)
		}
	}
	if !slices.Contains(examplesOf(t), "undo") {
		t.Error("undo is no example")
	}
}

func examplesOf(t testing.TB) []string {
	t.Helper()
	var list []string
	for english := range languages(t)[1].Meaning("say") {
		list = append(list, english)
	}
	return list
}
