package views

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"
)

// threadURL is the address of a conversation, or of something below it.
func threadURL(thread string, below ...string) templ.SafeURL {
	u := "/chat/" + url.PathEscape(thread)
	for _, part := range below {
		u += "/" + part
	}
	return templ.SafeURL(u)
}

// sendURL is where a message goes: a thread, or a new one.
func sendURL(thread string) templ.SafeURL {
	if thread == "" {
		return "/chat"
	}
	return threadURL(thread, "messages")
}

func earlierURL(thread string, before int64) templ.SafeURL {
	return threadURL(thread) + templ.SafeURL("?before="+strconv.FormatInt(before, 10))
}

func listURL(current string) string {
	if current == "" {
		return "/chat/list"
	}
	return "/chat/list?current=" + url.QueryEscape(current)
}

func moreURL(list ThreadList) templ.SafeURL {
	q := url.Values{"after": {list.More}}
	if list.Current != "" {
		q.Set("current", list.Current)
	}
	return templ.SafeURL("/chat/list?" + q.Encode())
}

// attachmentURL is the address of a file of the viewer's, or of its preview.
func attachmentURL(id string, below ...string) templ.SafeURL {
	u := "/files/" + url.PathEscape(id)
	for _, part := range below {
		u += "/" + part
	}
	return templ.SafeURL(u)
}

func taskURL(task, verb string) templ.SafeURL {
	u := "/tasks/" + url.PathEscape(task)
	if verb != "" {
		u += "/" + verb
	}
	return templ.SafeURL(u)
}

// sayURL is a new conversation with words in the box.
func sayURL(words string) templ.SafeURL {
	return templ.SafeURL("/chat?" + url.Values{"say": {words}}.Encode())
}

// initial is the first letter or digit of a name.
func initial(name string) string {
	at := strings.IndexFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if at < 0 {
		return "·"
	}
	for _, r := range name[at:] {
		return string(unicode.ToUpper(r))
	}
	return "·"
}

// itemURL is the address of what can be done with an item.
func itemURL(thread, item, verb string) templ.SafeURL {
	return threadURL(thread, "items", url.PathEscape(item), verb)
}
