package viewstest

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// knownTags are the elements that pages of ours have.
var knownTags = func() map[string]bool {
	known := map[string]bool{}
	for _, tag := range strings.Fields("html head body title meta link script noscript main header footer dialog mark bdi aside nav section article div p h1 h2 h3 h4 h5 h6 span a ul ol li dl dt dd form fieldset legend label input textarea select option button details summary figure figcaption img svg path rect circle progress table thead tbody tr th td caption pre code em strong del blockquote br hr kbd template time i") {
		known[tag] = true
	}
	return known
}()

var (
	linkTo   = regexp.MustCompile(`^(https?://[^\s/]|mailto:|/[a-zA-Z]|#|/$)`)
	source   = regexp.MustCompile(`^(/static/|/files/|data:image/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]+$)`)
	styling  = regexp.MustCompile(`^([a-z-]+:[a-z0-9#.,%/ +-]*(\([a-z0-9#.,%/ +()-]*\)[a-z0-9#.,%/ +-]*)*;?)+$`)
	hostless = regexp.MustCompile(`url|image|expression|@|\\`)
)

// ownAction reports an address of ours that something is sent to.
func ownAction(address string) bool {
	return len(address) > 1 && address[0] == '/' && address[1] >= 'a' && address[1] <= 'z'
}

// Harmful says what a document of ours would run or load, "" if nothing.
func Harmful(doc string) string {
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.CommentToken, html.DoctypeToken, html.TextToken, html.EndTagToken:
			continue
		}
		tag := z.Token()
		if !knownTags[tag.Data] {
			return "<" + tag.Data + ">"
		}
		for _, a := range tag.Attr {
			if bad := harmfulAttr(tag.Data, a.Key, a.Val); bad {
				return fmt.Sprintf("<%s %s=%q>", tag.Data, a.Key, a.Val)
			}
		}
	}
}

func harmfulAttr(tag, key, value string) bool {
	switch {
	case strings.HasPrefix(key, "on"), key == "style", key == "srcdoc", key == "srcset", key == "formaction", key == "xlink:href", key == "poster", key == "http-equiv" && tag != "meta":
		return true
	case strings.HasPrefix(key, "hx-"):
		switch key {
		case "hx-post", "hx-get":
			return !ownAction(value)
		case "hx-trigger", "hx-target", "hx-swap", "hx-sync", "hx-ignore", "hx-headers:inherited", "hx-swap-oob", "hx-confirm", "hx-push-url", "hx-replace-url", "hx-include", "hx-encoding", "hx-select":
			return strings.ContainsAny(value, "<>") || strings.Contains(value, "js:") || strings.Contains(value, "javascript:")
		}
		return true
	case key == "data-css" || key == "data-picture-css":
		return !styling.MatchString(value) || hostless.MatchString(value)
	case key == "action":
		return !ownAction(value)
	case key == "href":
		return !linkTo.MatchString(value) && !(tag == "a" && source.MatchString(value))
	case key == "src":
		return !source.MatchString(value)
	case key == "fill" || key == "stroke":
		return hostless.MatchString(value) || strings.ContainsAny(value, `;"'`)
	}
	return false
}
