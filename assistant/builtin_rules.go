package assistant

import (
	"regexp"
	"strings"
	"time"
)

// rule turns a sentence of one form into a request. build may still refuse it.
type rule struct {
	pattern *regexp.Regexp
	build   func(group map[string]string) (request, bool)
}

func as(k kind) func(map[string]string) (request, bool) {
	return func(g map[string]string) (request, bool) {
		req := request{kind: k, name: g["name"], value: strings.ToLower(g["value"])}
		if req.name != "" && everything.MatchString(req.name) && !allShown.MatchString(req.name) {
			return request{kind: kindBulk}, true
		}
		return req, true
	}
}

func vague(of kind) func(map[string]string) (request, bool) {
	return func(map[string]string) (request, bool) { return request{kind: kindVague, of: of}, true }
}

// Names that mean the whole list.
var everything = re(`(?:(?:all|every)(?:\s+.+)?|everything|them|(?:my|the|our)\s+(?:(?:whole|entire|completed|done|finished|pending|open)\s+)*(?:to-?do\s+|to do\s+|task\s+)?(?:list|tasks|to-?dos|items)|(?:completed|done|finished|pending|open)\s+<T>)`)

// rules are tried in this order; the first that fits wins.
var rules = []rule{
	{re(`(?:undo|revert)(?:\s+(?:that|it|this|(?:the|my|your)\s+last\s+(?:change|one|action|thing|step)s?|last\s+(?:change|action)|what\s+(?:you|i)\s+(?:just\s+)?did))?|take\s+(?:that|it|this)\s+back|(?:bring|put)\s+(?:it|that|them)\s+back`), as(kindUndo)},
	{re(`(?:add|create|new|make|start)(?:\s+(?:a|an|another|one))?(?:\s+new)?(?:\s+<T>)?|remind me`), vague(kindAdd)},
	{re(`(?:complete|finish|mark|done|finished|(?:i'm|i am)\s+(?:done|finished)|check\s+off|tick\s+off)(?:\s+(?:a|one)\s+<T>)?(?:\s+as\s+done)?`), vague(kindComplete)},
	{re(`(?:delete|remove|erase)(?:\s+(?:a|one)\s+<T>)?`), vague(kindDelete)},
	{re(`(?:rename|update|edit|change)(?:\s+(?:a|one)\s+<T>)?`), vague(kindRename)},
	{re(`(?:find|search)(?:\s+(?:a|one)\s+<T>)?`), vague(kindFind)},

	{re(`(?:set|change|update|make|give)\s+(?:the\s+)?priority\s+(?:of|for|on)\s+(?P<name>.+?)\s*(?:\s(?:to|as)|:)?\s+(?P<value>low|medium|high|none)`), as(kindPrioritise)},
	{re(`(?:make|mark|set)\s+(?P<name>.+?)\s+(?:(?:as|to|a)\s+)?(?P<value>low|medium|high)[\s-]+priority`), as(kindPrioritise)},

	{re(`(?:set|change|update|make)\s+(?:the\s+)?(?:due\s+(?:date|time)|deadline|due|date)\s+(?:of|for|on)\s+(?P<name>.+?)\s*(?:\s(?:to|as)|:)\s+(?P<value>.+)`), as(kindSchedule)},
	{re(`(?:remove|clear|delete|drop)\s+(?:the\s+)?(?:due\s+(?:date|time)|deadline|date)\s+(?:of|for|from|on)\s+(?P<name>.+)`), as(kindSchedule)},
	{re(`(?:move|postpone|reschedule|push(?:\s+back)?|delay|shift|defer)\s+(?P<name>.+?)\s+(?:to|until|till|by|for)\s+(?P<value>.+)`), scheduled},
	{re(`(?P<name>.+?)\s+(?:is|are)\s+due\s+(?P<value>.+)`), scheduled},

	{re(`(?:reopen|re-open|undo|uncomplete|un-?check|un-?tick|un-?finish)\s+(?P<name>.+)`), as(kindReopen)},
	{re(`(?:mark|set)\s+(?P<name>.+?)\s+(?:(?:as|to)\s+)?(?:not\s+(?:done|complete[d]?|finished)|undone|pending|incomplete|open|unfinished)(?:\s+again)?`), as(kindReopen)},

	{re(`(?:mark|set)\s+(?P<name>.+?)\s+(?:(?:as|to)\s+)?(?:been\s+)?(?:done|complete[d]?|finished|closed|ticked|off)`), as(kindComplete)},
	{re(`mark\s+(?:as\s+)?(?:done|complete[d]?|finished)\s*:?\s+(?P<name>.+)`), as(kindComplete)},
	{re(`(?:complete|finish|close|accomplish|(?:tick|check|cross)\s+(?:off|out)|tick)\s*:?\s+(?P<name>.+?)(?:\s+(?:off|from|on)\s+<LIST>)?`), as(kindComplete)},
	{re(`(?:tick|check|cross)\s+(?P<name>.+?)\s+(?:off|out)(?:\s+(?:of\s+|from\s+)?<LIST>)?`), as(kindComplete)},
	{re(`(?:i|we)(?:'ve|\s+have|\s+am|'m)?\s+(?:(?:just|already|now|finally|also)\s+)*(?:finished|completed|done|did|accomplished|ticked\s+off)\s+(?:with\s+)?(?P<name>.+)`), as(kindComplete)},
	{re(`(?:i'm|i\s+am|we're)\s+(?:(?:all|now|finally)\s+)*(?:done|finished)\s+with\s+(?P<name>.+)`), as(kindComplete)},
	{re(`(?:(?:all\s+)?done|finished|completed)(?:\s+with|:)?\s+(?P<name>.+)`), as(kindComplete)},
	{re(`(?P<name>.+?)\s+(?:is|are|has\s+been|have\s+been|was)\s+(?:(?:now|already|finally)\s+)?(?:done|completed|complete|finished)`), statement},

	{re(`(?:set|change|update|edit|add)\s+(?:the\s+|a\s+)?(?:description|notes?|details)\s+(?:of|for|on|to)\s+(?P<rest>.+)`), split(kindDescribe, sepDescribe)},
	{re(`(?:rename|retitle)\s+(?:(?:the\s+)?(?:title|name)\s+(?:of|for)\s+)?(?P<rest>.+)`), split(kindRename, sepRename)},
	{re(`(?:change|edit|update|modify|replace|reword|correct)\s+(?:(?:the\s+)?(?:title|name|text)\s+(?:of|for)\s+)?(?P<rest>.+)`), split(kindRename, sepUpdate)},
	{re(`(?:rename|update|edit)\s+.+`), vague(kindRename)},

	{re(`(?:delete|remove|erase|drop|cancel|discard|trash|scrap|get\s+rid\s+of|throw\s+(?:away|out)|clear|take\s+off)\s*:?\s+(?P<name>.+?)(?:\s+(?:from|off|off\s+of|on)\s+<LIST>)?`), as(kindDelete)},
	{re(`(?:take|cross)\s+(?P<name>.+?)\s+off\s+(?:of\s+)?<LIST>`), as(kindDelete)},

	{re(`(?:find|search(?:\s+(?:for|in|through))?|look\s+(?:for|up|through)|show|list|get|display|see|view|what|which|(?:are|is)\s+there|do\s+i\s+have|have\s+i\s+got)\s+(?:me\s+)?(?:(?:a|an|any|the|my|all|some)\s+)*<T>\s+(?:do\s+i\s+have\s+|are\s+)?(?:called|named|titled|about|with|containing|for|mentioning|matching|like|that\s+(?:contain|mention|include)s?|related\s+to)\s+(?P<name>.+)`), find},
	{re(`search\s+<LIST>\s+for\s+(?P<name>.+)`), find},
	{re(`(?:find|search(?:\s+for)?|look\s+for|locate)\s*:?\s+(?P<name>.+?)(?:\s+(?:in|on)\s+<LIST>)?`), find},

	{re(`(?:add|create|make|put|insert|schedule|set\s+up|set|open|record)\s+(?:(?:me|in)\s+)?(?:(?:a|an|another|one|the|this|my)\s+)?(?:new\s+)?(?:(?P<level>low|medium|high)[\s-]+priority\s+|(?P<urgent>urgent|important)\s+)?<T>(?:\s+(?:to|on|in)\s+<LIST>)?(?:\s*[:,–—-]\s*|\s+)(?:(?:called|named|titled|to|for|about|that\s+says|saying|with\s+(?:the\s+)?(?:title|name))(?:\s*:\s*|\s+))?(?P<title>.+)`), add},
	{re(`(?:add|put)\s+(?:to|on|onto)\s+<LIST>(?:\s*[:,-]\s*|\s+)(?P<title>.+)`), add},
	{re(`(?:add|append|jot\s+down|note\s+down)(?:\s*:\s*|\s+)(?P<title>.+?)(?:\s+(?:to|on|onto|in|into)\s+<LIST>)?`), add},
	{re(`(?:put|write|place)\s+(?P<title>.+?)\s+(?:on|onto|in|into)\s+<LIST>`), add},
	{re(`(?:new|another)\s+<T>(?:\s*[:,–—-]\s*|\s+)(?P<title>.+)`), add},
	{re(`(?:task|to-?do|reminder)\s*[:–—]\s*(?P<title>.+)`), add},
	{re(`remind\s+me\s+(?:to|about|of|that)\s+(?P<title>.+)`), add},
	{re(`remind\s+me\s+(?P<when>tomorrow|tonight|today|later|(?:on|next|this|every)\s+\w+)\s+(?:to|about)\s+(?P<title>.+)`), add},
	{re(`(?:i|we)\s+(?:(?:really|also|still|just)\s+)?(?:need\s+to|have\s+to|have\s+got\s+to|got\s+to|must|should|ought\s+to|gotta)\s+(?P<title>.+)`), implied},
	{re(`i've\s+got\s+to\s+(?P<title>.+)`), implied},
	{re(`(?:don't|do\s+not)\s+(?:let\s+me\s+)?forget\s+(?:to\s+|about\s+)?(?P<title>.+)`), add},
	{re(`(?:remember|need|have|must)\s+to\s+(?P<title>.+)`), implied},
	{re(`(?:make\s+a\s+)?note\s+(?:to\s+self)?\s*(?::|to\s|that\s)\s*(?P<title>.+)`), add},
}

// Sums are no tasks.
var sum = re(`[-\d.,\s]+(?:and|to|plus|\+)[-\d.,\s]+`)

func add(g map[string]string) (request, bool) {
	title := unquoted(g["title"])
	literal, priority := title != strings.TrimSpace(g["title"]), strings.ToLower(g["level"])
	if g["urgent"] != "" {
		priority = "high"
	}
	if when := g["when"]; when != "" {
		title += " " + when
	}
	if title == "" || sum.MatchString(title) {
		return request{}, false
	}
	return request{kind: kindAdd, title: strings.TrimLeft(title, "; "), literal: literal, priority: priority}, true
}

// What follows "I need to" in talk, not in a task.
var smallTalk = re(`(?:know|understand|ask|say|admit|wonder|think|tell)\b.*`)

func implied(g map[string]string) (request, bool) {
	if smallTalk.MatchString(g["title"]) {
		return request{}, false
	}
	return add(g)
}

// scheduled is "move X to friday", if that is a date.
func scheduled(g map[string]string) (request, bool) {
	if _, ok := parseWhen(g["value"], time.Time{}); !ok || question.MatchString(g["name"]) && !pronoun.MatchString(g["name"]) {
		return request{}, false
	}
	return as(kindSchedule)(g)
}

var question = re(`(?:what|who|whom|how|why|when|where|which|is|are|was|if|it|this|there)\b.*`)

// statement is "X is done", unless X makes it a question or says nothing.
func statement(g map[string]string) (request, bool) {
	if name := strings.ToLower(g["name"]); question.MatchString(name) && !pronoun.MatchString(name) {
		return request{}, false
	}
	return as(kindComplete)(g)
}

// Things that are not looked for among tasks.
var elsewhere = re(`(?:me|us|out|a|an|how|why|where|who|online|google|the\s+(?:web|internet))\b.*`)

func find(g map[string]string) (request, bool) {
	if elsewhere.MatchString(g["name"]) {
		return request{}, false
	}
	return request{kind: kindFind, name: g["name"]}, true
}

var (
	sepRename   = regexp.MustCompile(`(?i)\s+(?:to|as|into)\s*:?\s+|\s*(?:->|=>|→)\s*`)
	sepUpdate   = regexp.MustCompile(`(?i)\s+(?:to|into|with)\s*:?\s+|\s*(?:->|=>|→|:)\s*`)
	sepDescribe = regexp.MustCompile(`(?i)\s+(?:to|as)\s*:?\s+|\s*(?:->|=>|→|:)\s*`)
	doneWord    = re(`(?:done|complete[d]?|finished)`)
	openWord    = re(`(?:not\s+done|undone|pending|incomplete|open)`)
)

// split reads "A to B" in every way it can be read: a task's name may hold the
// word "to" as well.
func split(k kind, sep *regexp.Regexp) func(map[string]string) (request, bool) {
	return func(g map[string]string) (request, bool) {
		rest := g["rest"]
		req := request{kind: k}
		for _, at := range sep.FindAllStringIndex(rest, -1) {
			name, value := strings.TrimSpace(rest[:at[0]]), unquoted(rest[at[1]:])
			if name == "" || value == "" || strings.Count(name, `"`)%2 == 1 {
				continue
			}
			req.pairs = append(req.pairs, pair{name, value})
		}
		if len(req.pairs) == 0 {
			return request{}, false
		}
		if first := req.pairs[0]; k == kindRename && doneWord.MatchString(first.value) {
			return request{kind: kindComplete, name: first.name}, true
		} else if k == kindRename && openWord.MatchString(first.value) {
			return request{kind: kindReopen, name: first.name}, true
		}
		return req, true
	}
}
