package assistant

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/taskpilot/taskpilot/views/locale"
)

var (
	allShown = re(`(?:them(?:\s+(?:all|both))?|both(?:\s+(?:of\s+them|tasks?))?|all\s+of\s+(?:them|these|those)|these|those|all\s+(?:two|three|four|five|six|seven|eight|nine|ten))`)
	endShown = re(`(?:the\s+)?(?P<end>first|last)\s+(?:(?P<digits>\d{1,2})|(?P<word>two|three|four|five|six|seven|eight|nine|ten|few|couple))(?:\s+(?:ones|tasks|items|to-?dos))?`)
	andMark  = regexp.MustCompile(`(?i)\s*(?:,\s*(?:and\s+)?|\band\b|&|\+)\s*`)
)

// places reads which tasks of the list shown last are meant: "2", "the first two",
// "1 and 3", "them". It reports false when the words name no place. Of a list of n
// tasks, a place beyond it is returned as it was said.
func places(s string, n int) ([]int, bool) {
	s = strings.TrimSpace(s)
	if allShown.MatchString(s) {
		return upTo(1, n), true
	}
	if m := endShown.FindStringSubmatch(s); m != nil {
		g := groups(endShown, m)
		many, err := strconv.Atoi(g["digits"])
		if err != nil {
			if many = slices.Index(smallWords, strings.ToLower(g["word"])); many < 0 {
				many = map[string]int{"few": 3, "couple": 2}[strings.ToLower(g["word"])]
			}
		}
		if strings.EqualFold(g["end"], "first") {
			return upTo(1, many), true
		}
		return upTo(n-many+1, n), true
	}
	var list []int
	for _, word := range andMark.Split(s, -1) {
		number, ok := ordinal(word)
		if !ok {
			return nil, false
		}
		if number < 0 {
			number += n + 1
		}
		if !slices.Contains(list, number) {
			list = append(list, number)
		}
	}
	return list, len(list) > 0
}

func upTo(from, to int) []int {
	var list []int
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}

// manyPlaces reports whether words refer to several tasks of a list.
func manyPlaces(s string) bool {
	list, ok := places(s, 2)
	return ok && (len(list) > 1 || allShown.MatchString(s) || endShown.MatchString(s))
}

// refer returns the tasks that words refer to, by their places in the list shown
// last. Instead of tasks it may have a question to ask. It reports false when the
// words refer to no list.
func (r recalled) refer(ctx context.Context, name string) (tasks []Task, ask string, ok bool) {
	numbers, ok := places(name, len(r.list))
	if !ok {
		return nil, "", false
	}
	if r.list == nil {
		return nil, locale.Tf(ctx, "I don't know which list you count in. Say **%[1]s** first, then for example **%[2]s**; or name the task.", sayList(ctx), sayTwo(ctx)), true
	}
	for _, n := range numbers {
		task, there := r.at(n)
		if !there || n == 0 {
			return nil, locale.Tn(ctx, len(r.list), "The list I showed last has %[1]d task. Say **%[2]s** to see it again.", "The list I showed last has %[1]d tasks. Say **%[2]s** to see it again.", sayList(ctx)), true
		}
		tasks = append(tasks, task)
	}
	return tasks, "", true
}
