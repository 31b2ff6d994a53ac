package assistant

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxSeveral is how many tasks one sentence may name.
const maxSeveral = 20

var (
	listMark  = regexp.MustCompile(`(?:\s*;\s*|,\s+(?:and\s+)?|\s+and\s+(?:also\s+|then\s+)?)`)
	isYear    = regexp.MustCompile(`^\d{4}\b`)
	taskVerbs = words("add answer apply arrange ask bake be book bring build buy call cancel change charge check choose clean collect " +
		"contact cook copy create cut deliver do draft drink drop eat email feed fetch fill find finish fix fold get give go help hire " +
		"invite iron learn listen look mail make meet message mop move mow order organise organize pack paint park pay phone pick plan " +
		"plant play post practise practice prepare print put read register remember renew repair replace reply report rent request research " +
		"return review ring run save schedule see sell send set shop sign sort start stop study submit sweep take talk tell text thank tidy " +
		"translate try update upload vacuum visit walk wash watch water wrap write")
)

// several cuts what is to be done into tasks: "milk, eggs and call mum" are three,
// "buy milk and eggs" is one. Where every piece is a thing, commas part them; where
// pieces begin with a verb, each verb begins a task.
func several(text string) []string {
	pieces := pieced(text)
	if len(pieces) < 2 || len(pieces) > maxSeveral {
		return []string{text}
	}
	if !startsWithVerb(pieces[0].text) {
		if !slices.ContainsFunc(pieces[1:], func(p piece) bool { return strings.ContainsAny(p.mark, ",;") || startsWithVerb(p.text) }) {
			return []string{text} // "salt and pepper"
		}
		var list []string
		for _, p := range pieces {
			list = append(list, p.text)
		}
		return list
	}
	var list []string
	for _, p := range pieces {
		if len(list) == 0 || startsWithVerb(p.text) || strings.Contains(p.mark, ";") {
			list = append(list, p.text)
		} else {
			list[len(list)-1] += p.mark + p.text
		}
	}
	return list
}

// piece is a part of an enumeration with what stands before it.
type piece struct{ mark, text string }

func pieced(text string) []piece {
	var list []piece
	mark, from := "", 0
	for _, at := range append(listMark.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		part := strings.TrimSpace(text[from:at[0]])
		switch {
		case part == "" && from > 0:
		case isYear.MatchString(part) && len(list) > 0:
			list[len(list)-1].text += mark + part // "3 March, 2028"
		default:
			list = append(list, piece{mark, part})
		}
		mark, from = text[at[0]:at[1]], at[1]
	}
	return list
}

func startsWithVerb(s string) bool {
	first, _, _ := strings.Cut(strings.ToLower(s), " ")
	return slices.Contains(taskVerbs, first)
}

var (
	priorityEnd   = regexp.MustCompile(`(?i)[\s,(]+(?:(?:with|as|at|of)\s+(?:a\s+)?)?(low|medium|high|top|highest)[\s-]+prio(?:rity)?\)?$`)
	priorityStart = regexp.MustCompile(`(?i)^(?:(low|medium|high|top|highest)[\s-]+prio(?:rity)?[\s:,–—-]+|(?:urgent|important)\s*[:!–—-]\s*)`)
	urgentEnd     = regexp.MustCompile(`(?i)(?:[\s,]+(?:it'?s|this\s+is|very)?\s*(?:urgent(?:ly)?|asap)|\s*!{2,})$`)
)

// takePriority takes a priority from the end or the beginning of what is to be done.
func takePriority(text string) (title, priority string) {
	level := func(word string) string {
		switch word = strings.ToLower(word); word {
		case "low", "medium":
			return word
		}
		return "high"
	}
	for _, form := range []*regexp.Regexp{priorityEnd, priorityStart, urgentEnd} {
		m := form.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		rest := strings.Trim(text[:m[0]]+text[m[1]:], " ,")
		if rest == "" {
			continue
		}
		word := ""
		if len(m) > 2 && m[2] >= 0 {
			word = text[m[2]:m[3]]
		}
		return rest, level(word)
	}
	return text, ""
}

// newTask is one task of a sentence, as add_task takes it.
func newTask(text, priority string, now time.Time) map[string]any {
	text, said := takePriority(text)
	title, due := takeDue(text, now)
	if said == "" {
		title, said = takePriority(title)
	}
	args := map[string]any{"title": unquoted(title)}
	if priority = firstOf(said, priority); priority != "" {
		args["priority"] = priority
	}
	if due != nil {
		args["due_at"] = due.Format(time.RFC3339Nano)
	}
	return args
}

// newTasks are the tasks of a sentence. Words in quotation marks are taken as they are.
func newTasks(req request, now time.Time) []map[string]any {
	if req.literal {
		args := map[string]any{"title": req.title}
		if req.priority != "" {
			args["priority"] = req.priority
		}
		return []map[string]any{args}
	}
	var list []map[string]any
	for _, text := range several(req.title) {
		list = append(list, newTask(text, req.priority, now))
	}
	return list
}
