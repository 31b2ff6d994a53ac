package conform

import (
	"fmt"
	"slices"
	"strings"
)

// The rules that hold for many answers.
const (
	ruleAnswer   = "answers with status 200 and the right content type"
	ruleWhole    = "the body is not cut off"
	ruleFrames   = "each frame is data: <json> and an empty line"
	ruleJSON     = "the body is one JSON object"
	ruleFields   = "what is required is there and of the right type"
	ruleNulls    = "no nulls outside of free data"
	ruleMetadata = "metadata stays on the server"
	ruleNoItems  = "threads carry no items here"
	ruleHidden   = "hidden items stay on the server"
	ruleTimes    = "times say their zone"
	ruleOrder    = "events come in order"
	ruleThread   = "all of it is about this thread"
	ruleMessage  = "the message comes back as it was sent"
	ruleError    = "only thread.updated may follow an error"
	ruleUpdates  = "updates are for items that are there"
	ruleReply    = "the assistant answers"
	rulePage     = "a page has a cursor exactly if there is more"
	ruleRefused  = "is refused"
	ruleUnlisted = "is not listed any more"
	ruleFold     = "the stored items are those that were streamed"
)

// exam collects what one answer does wrong, by rule.
type exam struct {
	rules []string // in the order in which they were looked at
	wrong map[string][]string
	odd   map[string][]string

	shapes map[string]string
}

func newExam(rules ...string) *exam {
	return &exam{rules: rules, wrong: map[string][]string{}, odd: map[string][]string{}, shapes: shapes()}
}

// look adds rules that are reported as ok if nothing is found.
func (x *exam) look(rules ...string) {
	for _, rule := range rules {
		if !slices.Contains(x.rules, rule) {
			x.rules = append(x.rules, rule)
		}
	}
}

// fail notes a violation.
func (x *exam) fail(rule, format string, args ...any) {
	x.look(rule)
	x.wrong[rule] = append(x.wrong[rule], fmt.Sprintf(format, args...))
}

// note notes what is no violation.
func (x *exam) note(rule, format string, args ...any) {
	x.look(rule)
	x.odd[rule] = append(x.odd[rule], fmt.Sprintf(format, args...))
}

func (x *exam) failed() bool { return len(x.wrong) > 0 }

// checks returns one check a rule.
func (x *exam) checks(step string) []Check {
	var list []Check
	for _, rule := range x.rules {
		c := Check{Step: step, Rule: rule, Verdict: OK}
		if found := x.wrong[rule]; len(found) > 0 {
			c.Verdict, c.Detail = Failed, several(found)
		} else if found := x.odd[rule]; len(found) > 0 {
			c.Verdict, c.Detail = Note, several(found)
		}
		list = append(list, c)
	}
	return list
}

// several is the first of some findings, and how many more there are.
func several(found []string) string {
	if len(found) == 1 {
		return found[0]
	}
	return fmt.Sprintf("%s (and %d more)", found[0], len(found)-1)
}

// clip quotes what a server sent, shortened to what fits in a line.
func clip[T string | []byte](s T) string { return fmt.Sprintf("%q", brief(s)) }

// brief shortens what a server sent.
func brief[T string | []byte](s T) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(string(s[:most]), "") + "…"
	}
	return string(s)
}
