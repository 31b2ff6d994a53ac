package assistant

import (
	"slices"
	"strconv"
	"strings"
)

var social = []rule{
	{re(`(?:hi|hello|hey|hiya|howdy|yo|greetings|good\s+(?:morning|afternoon|evening|day)|how\s+are\s+you(?:\s+(?:doing|today))*)(?:[\s,]+(?:there|taskpilot|assistant|everyone|again))*`), as(kindGreeting)},
	{re(`(?:many\s+)?(?:thanks|thank\s+you|thank\s+u|thx|ty|cheers)(?:[\s,]+(?:a\s+lot|so\s+much|very\s+much|again|taskpilot|you))*|(?:great|awesome|perfect|nice|cool|wonderful|excellent|well\s+done|good\s+job)(?:[\s,!]+(?:thanks|thank\s+you|job|work))*`), as(kindThanks)},
	{re(`(?:good\s*)?bye(?:\s+bye)?|see\s+you(?:\s+(?:later|soon))?|good\s*night`), as(kindBye)},
	{re(`help(?:\s+me)?|(?:i\s+need|can\s+i\s+get)\s+(?:some\s+)?help|commands?|usage|menu|instructions|examples|what\s+can\s+(?:you|i)\s+(?:do|say|ask)(?:\s+here)?|what\s+do\s+you\s+do|how\s+(?:does\s+this|do\s+you)\s+work|how\s+(?:do|can)\s+i\s+use\s+(?:this|you|taskpilot)|(?:who|what)\s+are\s+you|what\s+is\s+(?:this|taskpilot)`), as(kindHelp)},
}

func parseSocial(s string) (request, bool) {
	if s == "" {
		return request{kind: kindHelp}, true
	}
	for _, r := range social {
		if r.pattern.MatchString(s) {
			return r.build(nil)
		}
	}
	return request{}, false
}

// A request to list tasks is recognised by its words alone, in any order: all
// are of these sets, and enough of them are there.
var (
	listVerbs   = words("list show display view see get give read print open check fetch review tell")
	listAsks    = words("what what's whats which how do have are is any")
	listNouns   = words("task tasks todo todos to-do to-dos list lists reminders items chores agenda plate")
	listFill    = words("me my mine the of on in i i've ive us our got still currently right now today so far to do up for that are been not yet need must should out there have haven't havent many whole entire it's all everything complete this week")
	listPending = words("pending open incomplete unfinished remaining left outstanding active undone uncompleted")
	listDone    = words("completed done finished closed ticked")
)

func words(list string) []string { return strings.Fields(list) }

// parseList reads "what's on my list" and the like and says which tasks are
// asked for.
func parseList(s string) (status string, ok bool) {
	tokens := strings.Fields(strings.ToLower(strings.NewReplacer("’", "'", ",", " ", "?", " ").Replace(s)))
	if len(tokens) == 0 || len(tokens) > 14 {
		return "", false
	}
	has := func(set ...[]string) bool {
		return slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(slices.Concat(set...), t) })
	}
	known := slices.Concat(listVerbs, listAsks, listNouns, listFill, listPending, listDone)
	for _, t := range tokens {
		if !slices.Contains(known, t) {
			return "", false
		}
	}
	first := tokens[0]
	verb, asks := slices.Contains(listVerbs, first), slices.Contains(listAsks, first)
	opens := verb || asks || slices.Contains(slices.Concat(listNouns, listPending, listDone, words("my all everything")), first)
	noun := has(listNouns)
	what := strings.HasPrefix(first, "what")
	plain := slices.Contains(words("list show display view see"), first) // a verb of looking
	enough := noun && first != "done" ||
		(plain || what) && has(listPending, listDone) ||
		plain && has(words("all everything")) ||
		what && len(tokens) > 3 && has(words("i")) && asksToDo(tokens)
	if !opens || !enough {
		return "", false
	}
	return listStatus(tokens, verb, noun), true
}

// asksToDo reports whether the words end in "do", but for a time.
func asksToDo(tokens []string) bool {
	for i := len(tokens) - 1; i >= 0; i-- {
		if !slices.Contains(words("today now right this week still"), tokens[i]) {
			return tokens[i] == "do"
		}
	}
	return false
}

func listStatus(tokens []string, verb, noun bool) string {
	if verb && (tokens[0] != "open" || len(tokens) > 1 && !slices.Contains(listNouns, tokens[1])) {
		tokens = tokens[1:] // "open my list" asks for all of it
	}
	has := func(set []string) bool {
		return slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(set, t) })
	}
	switch {
	case has(listPending), has(words("not haven't havent")):
		return "pending"
	case has(listDone), has(words("complete")):
		return "completed"
	case !noun && !has(words("all everything")):
		return "pending" // "what do I have to do"
	}
	return "all"
}

var (
	ordinalPattern = re(`(?:(?:the|task|to-?do|item|number|no\.?|nr\.?|#)\s*)*(?:#?(?P<digits>\d{1,3})(?:st|nd|rd|th|\.|\))?|(?P<word>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last))(?:\s+(?:one|task|to-?do|item|entry))?`)
	ordinalWords   = words("first second third fourth fifth sixth seventh eighth ninth tenth")
	pronoun        = re(`(?:it|this|that|(?:this|that)\s+(?:one|task)|the\s+(?:same|last)\s+task)`)
)

// ordinal reads "the second one", "#2", "task 2"; the last is -1.
func ordinal(s string) (int, bool) {
	m := ordinalPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false
	}
	g := groups(ordinalPattern, m)
	if d := g["digits"]; d != "" {
		n, err := strconv.Atoi(d)
		return n, err == nil && n > 0
	}
	if at := slices.Index(ordinalWords, strings.ToLower(g["word"])); at >= 0 {
		return at + 1, true
	}
	return -1, true
}
