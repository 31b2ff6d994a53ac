package views

import (
	"context"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/taskpilot/taskpilot/views/locale"
)

// footnotes are those of one text while it is rendered. What is rendered names a
// footnote by the place of its label in the list; whether there is such a
// footnote, and which number it has, is known when the whole text was read.
type footnotes struct {
	labels   []string // as they are written, in the order of their first mention
	places   map[string]int
	notes    []footnote
	arriving bool // more text will come: footnotes stay where they are
}

type footnote struct {
	label  int
	number int // 0 until one was given
	html   string
}

// mention returns the place of a label.
func (f *footnotes) mention(label string) int {
	key := strings.ToLower(label)
	place, known := f.places[key]
	if !known {
		if f.places == nil {
			f.places = map[string]int{}
		}
		place = len(f.labels)
		f.places[key], f.labels = place, append(f.labels, label)
	}
	return place
}

// literal is a reference as it was written.
func (f *footnotes) literal(place int) string { return html.EscapeString("[^" + f.labels[place] + "]") }

// A reference and the marker of a source stand in the text as these elements
// until it has passed the sanitiser. Nobody's text can look like them, for its
// angle brackets are escaped.
const (
	footnoteMark = `<sup class="footnote">`
	citeMark     = `<sup class="cite">`
	markEnd      = `</sup>`
)

// replaceMarks puts something in place of each mark.
func replaceMarks(text, mark string, with func(n int) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, mark)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		number, after, _ := strings.Cut(rest, markEnd)
		if n, err := strconv.Atoi(number); err == nil {
			b.WriteString(with(n))
		}
		text = after
	}
}

// write returns the text with its references, and its footnotes behind it. id is
// the text's on the page; without one nothing is a link.
func (f *footnotes) write(ctx context.Context, text, id string) string {
	if len(f.labels) == 0 {
		return text
	}
	w := &footnoteWriter{footnotes: f, ctx: ctx, id: id, first: map[int]int{}, references: map[int]int{}}
	for i, note := range f.notes {
		if _, known := w.first[note.label]; !known {
			w.first[note.label] = i
		}
	}
	text = replaceMarks(text, footnoteMark, w.reference)
	rest := 0
	for done := range f.notes {
		for done == len(w.order) { // what nothing refers to is shown, too
			w.number(rest)
			rest++
		}
		note := &f.notes[w.order[done]] // which may have the first reference to another
		note.html = replaceMarks(note.html, footnoteMark, w.reference)
	}
	return text + w.list()
}

// footnoteWriter writes the references of a text and the list of its footnotes.
type footnoteWriter struct {
	*footnotes
	ctx        context.Context
	id         string
	first      map[int]int // the footnote of a label
	order      []int       // the footnotes by their numbers
	references map[int]int // how many there are to each number
}

// number gives a footnote the next number if it has none.
func (w *footnoteWriter) number(i int) int {
	note := &w.notes[i]
	if note.number == 0 {
		w.order = append(w.order, i)
		note.number = len(w.order)
	}
	return note.number
}

// maxReferences is how many references to a footnote it leads back to.
const maxReferences = 9

// reference is what stands in the text for a label.
func (w *footnoteWriter) reference(place int) string {
	i, known := w.first[place]
	if !known {
		return w.literal(place)
	}
	n := w.number(i)
	if w.id == "" {
		return fmt.Sprintf("<sup>%d</sup>", n)
	}
	w.references[n]++
	id := ""
	if r := w.references[n]; r <= maxReferences {
		id = ` id="` + attrText(idFootnoteRef(w.id, n, r)) + `"`
	}
	return fmt.Sprintf(`<sup><a class="footnote-ref"%s href="%s" role="doc-noteref" aria-label="%s">%d</a></sup>`,
		id, attrText(selector(idFootnote(w.id, n))), attrText(locale.Tf(w.ctx, "Footnote %d", n)), n)
}

func (w *footnoteWriter) list() string {
	if len(w.order) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<div class="footnotes" role="group" aria-label="` + attrText(locale.T(w.ctx, "Footnotes")) + `"><ol>` + "\n")
	for n, i := range w.order {
		if w.id == "" {
			b.WriteString("<li>")
		} else {
			b.WriteString(`<li id="` + attrText(idFootnote(w.id, n+1)) + `">`)
		}
		text, inParagraph := strings.CutSuffix(w.notes[i].html, "</p>\n")
		b.WriteString(text)
		w.writeBack(&b, n+1)
		if inParagraph {
			b.WriteString("</p>\n")
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ol></div>\n")
	return b.String()
}

// writeBack leads back from a footnote to where it is referred to.
func (w *footnoteWriter) writeBack(b *strings.Builder, n int) {
	for r := range min(w.references[n], maxReferences) {
		fmt.Fprintf(b, ` <a class="footnote-back" href="%s" role="doc-backlink" aria-label="%s">↩`+"\ufe0e", // as text, not as a picture
			attrText(selector(idFootnoteRef(w.id, n, r+1))), attrText(locale.Tf(w.ctx, "Back to where footnote %d stands", n)))
		if r > 0 {
			fmt.Fprintf(b, "<sup>%d</sup>", r+1)
		}
		b.WriteString("</a>")
	}
}

// passing returns footnotes in their place, while their text arrives: what
// refers to them, and in which order, is not known yet.
func (f *footnotes) passing() string {
	var b strings.Builder
	for _, note := range f.notes {
		b.WriteString(`<div class="footnotes">`)
		if label := f.labels[note.label]; numeric(label) {
			b.WriteString(`<ol start="` + label + `"><li>` + note.html + "</li></ol>")
		} else {
			b.WriteString("<p>" + f.literal(note.label) + "</p>" + note.html)
		}
		b.WriteString("</div>\n")
	}
	return b.String()
}

// numeric reports a label that looks like the number that it will have.
func numeric(label string) bool {
	return len(label) < 4 && strings.Trim(label, "0123456789") == ""
}
