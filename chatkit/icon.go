package chatkit

import "strings"

// icons are the names that the official component draws.
const icons = ` agent analytics atom batch bolt book-open book-closed book-clock bug calendar chart check check-circle
 check-circle-filled chevron-left chevron-right circle-question clock compass confetti cube desktop document dot
 dots-horizontal dots-vertical empty-circle external-link globe keys lab images info lifesaver lightbulb mail map-pin
 maps mobile name notebook notebook-pencil page-blank phone play plus profile profile-card reload star star-filled
 search sparkle sparkle-double square-code square-image square-text suitcase settings-slider user wreath write
 write-alt write-alt2 `

// Icons returns the names of the icons that every front end has.
func Icons() []string { return strings.Fields(icons) }

// ValidIcon reports whether a task, progress line, source or widget may have an
// icon of this name: one of [Icons], or "lucide:" or "vendor:" and a name.
func ValidIcon(name string) bool {
	if strings.HasPrefix(name, "lucide:") || strings.HasPrefix(name, "vendor:") {
		return true
	}
	for _, icon := range Icons() {
		if icon == name {
			return true
		}
	}
	return false
}
