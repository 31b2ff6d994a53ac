package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/leonelquinteros/gotext"
)

// catalogue is a PO file.
type catalogue struct {
	header string // as it is written, up to the first text
	forms  int    // how many a text that depends on a number has
	texts  map[key][]string
}

func readCatalogue(file string) (*catalogue, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	po := gotext.NewPo()
	po.Parse(data)
	header, _, _ := strings.Cut(string(data), "\n\n")
	c := &catalogue{header: strings.TrimSpace(header), texts: map[key][]string{}}
	if _, err := fmt.Sscanf(po.PluralForms, "nplurals=%d;", &c.forms); err != nil {
		return nil, fmt.Errorf("%s: Plural-Forms: %w", file, err)
	}
	for _, t := range po.GetDomain().GetTranslations() {
		c.add("", t)
	}
	for meaning, list := range po.GetDomain().GetCtxTranslations() {
		for _, t := range list {
			c.add(meaning, t)
		}
	}
	return c, nil
}

func (c *catalogue) add(meaning string, t *gotext.Translation) {
	if t.ID == "" {
		return
	}
	forms := make([]string, c.count(t.PluralID))
	for i := range forms {
		forms[i] = t.Trs[i]
	}
	c.texts[key{meaning, t.ID, t.PluralID}] = forms
}

func (c *catalogue) count(plural string) int {
	if plural == "" {
		return 1
	}
	return c.forms
}

// update makes the catalogue one of these texts, and returns how many it had that
// are none of them.
func (c *catalogue) update(keys []key) (gone int) {
	texts := map[key][]string{}
	for _, k := range keys {
		if texts[k] = c.texts[k]; texts[k] == nil {
			texts[k] = make([]string, c.count(k.plural))
		}
	}
	for k := range c.texts {
		if _, ok := texts[k]; !ok {
			gone++
		}
	}
	c.texts = texts
	return gone
}

// missing are the texts without a translation, or without one of its forms.
func (c *catalogue) missing() []key {
	var keys []key
	for _, k := range c.keys() {
		if slices.Contains(c.texts[k], "") {
			keys = append(keys, k)
		}
	}
	return keys
}

func (c *catalogue) keys() []key {
	var keys []key
	for k := range c.texts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// bytes writes the file.
func (c *catalogue) bytes() []byte {
	var b strings.Builder
	b.WriteString(c.header + "\n")
	for _, k := range c.keys() {
		b.WriteString("\n")
		if k.meaning != "" {
			b.WriteString("msgctxt " + quote(k.meaning) + "\n")
		}
		b.WriteString("msgid " + quote(k.text) + "\n")
		if k.plural == "" {
			b.WriteString("msgstr " + quote(c.texts[k][0]) + "\n")
			continue
		}
		b.WriteString("msgid_plural " + quote(k.plural) + "\n")
		for i, form := range c.texts[k] {
			b.WriteString("msgstr[" + strconv.Itoa(i) + "] " + quote(form) + "\n")
		}
	}
	return []byte(b.String())
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

func quote(s string) string { return `"` + escapes.Replace(s) + `"` }
