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
// In languages that say the verb last, each verb ends a task.
func (b *phrasebook) several(text string) []string {
	pieces := b.pieced(text)
	if len(pieces) < 2 || len(pieces) > maxSeveral {
		return []string{text}
	}
	edge := pieces[0]
	if b != nil && b.verbLast {
		edge = pieces[len(pieces)-1]
	}
	if !b.hasVerb(edge.text) {
		if !slices.ContainsFunc(pieces, func(p piece) bool { return strings.ContainsAny(p.mark, ",;،؛、，；") || b.hasVerb(p.text) }) {
			return []string{text} // "salt and pepper"
		}
		var list []string
		for _, p := range pieces {
			list = append(list, p.text)
		}
		return list
	}
	var list []string
	for i, p := range pieces {
		begins := i == 0 || strings.ContainsAny(p.mark, ";؛；")
		if b != nil && b.verbLast {
			begins = begins || b.hasVerb(pieces[i-1].text)
		} else {
			begins = begins || b.hasVerb(p.text)
		}
		if begins {
			list = append(list, p.text)
		} else {
			list[len(list)-1] += p.mark + p.text
		}
	}
	return list
}

// piece is a part of an enumeration with what stands before it.
type piece struct{ mark, text string }

func (b *phrasebook) pieced(text string) []piece {
	var list []piece
	mark, from, marks := "", 0, listMark
	if b != nil && b.and != nil {
		marks = b.and
	}
	for _, at := range append(marks.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
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

// hasVerb reports whether what is to be done has a verb where this language has it:
// at the beginning in English.
func (b *phrasebook) hasVerb(s string) bool {
	if b == nil {
		return startsWithVerb(s)
	}
	return b.verb != nil && b.verb.MatchString(s)
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
func (b *phrasebook) takePriority(text string) (title, priority string) {
	if b != nil {
		if title, priority = b.takeLevel(text); priority != "" {
			return title, priority
		}
	}
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
func (b *phrasebook) newTask(text, priority string, now time.Time) map[string]any {
	text, said := b.takePriority(text)
	title, due := b.takeDue(text, now)
	if said == "" {
		title, said = b.takePriority(title)
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
	for _, text := range req.book.several(req.title) {
		list = append(list, req.book.newTask(text, req.priority, now))
	}
	return list
}
