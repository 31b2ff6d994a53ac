package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// stored compares a thread as it is stored with the fold of what was streamed.
func (t *tour) stored(th *thread, step string) {
	x := newExam()
	defer func() { t.done(step, x) }()
	o, ok := t.call(x, "threads.get_by_id", params{"thread_id": th.id})
	if !ok {
		return
	}
	x.look(ruleThread, ruleFold)
	x.shape("the thread", "thread", map[string]any(o))
	if o.text("id") != th.id {
		x.fail(ruleThread, "expected %s, got %s", th.id, o.text("id"))
	}
	if th.fold.Thread != nil && o.text("title") != th.fold.Thread.Title {
		x.note(ruleFold, "the title is %s, the stream's was %s", clip(o.text("title")), clip(th.fold.Thread.Title))
	}
	page := o.object("items")
	x.page(page, "item", 0)
	x.compare(th.known(), page.list("data"), page["has_more"] == true)
}

// compare matches items by id. Only messages are compared to the last letter:
// servers may read a widget back with its defaults, and don't store the updates
// of one that is done.
func (x *exam) compare(want []chatkit.Item, got []object, more bool) {
	stored := map[string]object{}
	var ids, wantIDs []string
	for _, it := range got {
		stored[it.text("id")] = it
		ids = append(ids, it.text("id"))
	}
	for _, it := range want {
		id := it.Base().ID
		wantIDs = append(wantIDs, id)
		switch found, ok := stored[id]; {
		case !ok && !more:
			x.fail(ruleFold, "%s %s was streamed and is not stored", it.ItemType(), id)
		case ok && it.ItemType() == "widget" && found.text("type") == "widget":
		case ok && !same(it, found):
			x.fail(ruleFold, "expected %s, got %s", show(it), show(found))
		}
	}
	for _, it := range got {
		if !slices.Contains(wantIDs, it.text("id")) {
			x.fail(ruleFold, "%s %s is stored and was never streamed", it.text("type"), it.text("id"))
		}
	}
	if !x.failed() && !more && !slices.Equal(ids, wantIDs) {
		x.note(ruleFold, "in another order: streamed %s, stored %s", strings.Join(wantIDs, ", "), strings.Join(ids, ", "))
	}
}

// same compares items as this package reads and writes them, so that the form of
// a time or a default that is left out makes no difference.
func same(streamed chatkit.Item, stored object) bool {
	raw, err := json.Marshal(stored)
	if err != nil {
		return false
	}
	read, err := chatkit.UnmarshalItem(raw)
	if err != nil {
		return false
	}
	a, err1 := chatkit.Marshal(streamed)
	b, err2 := chatkit.Marshal(read)
	if err1 != nil || err2 != nil {
		return false
	}
	var x, y any
	return bytes.Equal(a, b) || json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// page checks a page of items or threads that has at most size rows; 0: any.
func (x *exam) page(o object, kind string, size int) {
	x.look(ruleFields, rulePage, ruleNulls, ruleMetadata)
	if kind == "thread" {
		x.look(ruleNoItems)
	} else {
		x.look(ruleHidden)
	}
	x.shape("the page", "page", map[string]any(o))
	rows := o.list("data")
	for i, row := range rows {
		path := fmt.Sprintf("row %d", i+1)
		x.shape(path, kind, map[string]any(row))
		if kind == "thread" && (len(row.object("items").list("data")) > 0 || row.object("items")["has_more"] == true) {
			x.fail(ruleNoItems, "thread %s has items in a list", row.text("id"))
		}
	}
	more, _ := o["has_more"].(bool)
	if after := o.text("after"); more != (after != "") {
		x.fail(rulePage, "has_more is %v and after %q", more, after)
	}
	if size > 0 && len(rows) > size {
		x.fail(rulePage, "expected at most %d rows, got %d", size, len(rows))
	}
}

// pages reads a list to its end, or to most pages.
func (t *tour) pages(x *exam, typ string, p params, kind string, most int) ([]object, bool) {
	var rows []object
	size, _ := p["limit"].(int)
	for seen := map[string]bool{}; most > 0; most-- {
		o, ok := t.call(x, typ, p)
		if !ok {
			return nil, false
		}
		x.page(o, kind, size)
		rows = append(rows, o.list("data")...)
		after := o.text("after")
		if o["has_more"] != true || after == "" {
			break
		}
		if seen[after] {
			x.fail(rulePage, "the cursor %s comes again: the list has no end", after)
			return nil, false
		}
		seen[after] = true
		next := params{"after": after}
		for key, v := range p {
			if key != "after" {
				next[key] = v
			}
		}
		p = next
	}
	return rows, !x.failed()
}

func position(rows []object, id string) int {
	return slices.IndexFunc(rows, func(o object) bool { return o.text("id") == id })
}

func idsOf(rows []object) []string {
	var ids []string
	for _, o := range rows {
		ids = append(ids, o.text("id"))
	}
	return ids
}

// The rules of lists.
const (
	ruleNewest = "the newest comes first, unless asked otherwise"
	rulePaging = "page by page it is the same list"
	ruleHere   = "has all that was made"
)

// listItems reads a thread's items in every way.
func (t *tour) listItems(th *thread) {
	const most = 500 // more than any assistant says in two answers
	x := newExam()
	defer func() { t.done("items.list", x) }()
	down, ok1 := t.pages(x, "items.list", params{"thread_id": th.id}, "item", most)
	up, ok2 := t.pages(x, "items.list", params{"thread_id": th.id, "order": "asc", "limit": 9999}, "item", most)
	single, ok3 := t.pages(x, "items.list", params{"thread_id": th.id, "order": "desc", "limit": 1}, "item", most)
	if !ok1 || !ok2 || !ok3 {
		return
	}
	x.look(ruleHere, ruleNewest, rulePaging)
	if position(down, th.input) < 0 {
		x.fail(ruleHere, "expected %s, got %s", th.input, strings.Join(idsOf(down), ", "))
	}
	reversed := slices.Clone(idsOf(up))
	slices.Reverse(reversed)
	if !slices.Equal(reversed, idsOf(down)) || len(up) > 0 && up[0].text("id") != th.input {
		x.fail(ruleNewest, "ascending %s, by default %s", strings.Join(idsOf(up), ", "), strings.Join(idsOf(down), ", "))
	}
	if !slices.Equal(idsOf(single), idsOf(down)) {
		x.fail(rulePaging, "one by one %s, at once %s", strings.Join(idsOf(single), ", "), strings.Join(idsOf(down), ", "))
	}
}

// listThreads finds the tour's threads in the list, of which other clients may
// make more at the same time.
func (t *tour) listThreads(first, second *thread) {
	const most = 200
	x := newExam()
	defer func() { t.done("threads.list, with the new threads", x) }()
	down, ok1 := t.pages(x, "threads.list", params{"limit": 9999}, "thread", most)
	up, ok2 := t.pages(x, "threads.list", params{"limit": 9999, "order": "asc"}, "thread", most)
	single, ok3 := t.pages(x, "threads.list", params{"limit": 1}, "thread", position(down, first.id)+1)
	if !ok1 || !ok2 || !ok3 {
		return
	}
	x.look(ruleHere, ruleNewest, rulePaging)
	newer, older := position(down, second.id), position(down, first.id)
	if newer < 0 || older < 0 {
		x.fail(ruleHere, "expected %s and %s among %d threads", second.id, first.id, len(down))
		return
	}
	if newer > older || position(up, second.id) < position(up, first.id) {
		x.fail(ruleNewest, "%s is newer than %s", second.id, first.id)
	}
	if position(single, second.id) < 0 || position(single, first.id) < position(single, second.id) {
		x.fail(rulePaging, "one by one %s", strings.Join(idsOf(single), ", "))
	}
}
