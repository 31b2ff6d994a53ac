package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

func catalogues(t *testing.T) map[string]*catalogue {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "views/locale/po/*.po"))
	if err != nil || len(files) != 9 {
		t.Fatalf("%d catalogues: %v", len(files), err)
	}
	list := map[string]*catalogue{}
	for _, file := range files {
		if list[filepath.Base(file)], err = readCatalogue(file); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// Every text is translated, in every form, and no translation is of a text that
// is gone. `make po` adds what is new, to be filled in.
func TestCataloguesAreComplete(t *testing.T) {
	t.Parallel()
	keys, err := keysOf(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) < 400 {
		t.Fatalf("only %d texts were found", len(keys))
	}
	for name, c := range catalogues(t) {
		for _, k := range lacks(c, keys) {
			t.Errorf("%s: %q is not translated; run make po and fill it in", name, k.text)
		}
		for _, k := range c.keys() {
			if !slices.Contains(keys, k) {
				t.Errorf("%s: nothing says %q any more; run make po", name, k.text)
			}
		}
	}
}

// lacks are the texts that the catalogue has not, or not in every form.
func lacks(c *catalogue, keys []key) []key {
	var list []key
	for _, k := range keys {
		if forms := c.texts[k]; len(forms) != c.count(k.plural) || slices.Contains(forms, "") {
			list = append(list, k)
		}
	}
	return list
}

// A translation has the same verbs as the text, in any order if it numbers them.
// A form of a number may leave the number out.
func TestVerbsAreKept(t *testing.T) {
	t.Parallel()
	for name, c := range catalogues(t) {
		for k, forms := range c.texts {
			for _, form := range forms {
				if form != "" && !sameVerbs(k, form) {
					t.Errorf("%s: %q has other verbs than %q", name, form, k.text)
				}
			}
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?([a-z%])`)

// verbs are those of a format, in the order of the arguments.
func verbs(format string) []string {
	var list []string
	for i, m := range verb.FindAllStringSubmatch(format, -1) {
		at := m[1]
		if at == "" {
			at = string(rune('1' + i))
		}
		list = append(list, at+m[2])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func sameVerbs(k key, form string) bool {
	want := verbs(k.text)
	if k.plural == "" {
		return slices.Equal(verbs(form), want)
	}
	want = verbs(k.plural)
	return slices.Equal(verbs(form), want) || slices.Equal(verbs(form), want[1:])
}

func TestSameVerbs(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]bool{"%s: %d": true, "%[2]d: %[1]s": true, "%[1]s – %[2]d": true, "%d: %s": false, "%s": false, "%s %d %d": false} {
		if got := sameVerbs(key{text: "%s has %d"}, form); got != want {
			t.Errorf("%q: got %t", form, got)
		}
	}
	for form, want := range map[string]bool{"eine Aufgabe": true, "%d Aufgaben": true, "%s Aufgaben": false} {
		if got := sameVerbs(key{text: "one task", plural: "%d tasks"}, form); got != want {
			t.Errorf("%q: got %t", form, got)
		}
	}
}

// What is read and written again is the same file.
func TestCataloguesAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for name, c := range catalogues(t) {
		text, err := os.ReadFile(filepath.Join(root, "views/locale/po", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != string(c.bytes()) {
			t.Errorf("%s is not written as make po writes it", name)
		}
	}
}

func TestUpdateKeepsWhatIsTranslated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "de.po")
	const head = "msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n"
	if err := os.WriteFile(file, []byte(head+"\nmsgid \"gone\"\nmsgstr \"weg\"\n\nmsgid \"a \\\"b\\\"\"\nmsgstr \"c\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := readCatalogue(file)
	if err != nil {
		t.Fatal(err)
	}
	keys := []key{{text: `a "b"`}, {text: "%d new", plural: "%d news"}, {meaning: "verb", text: "new"}}
	if gone := c.update(keys); gone != 1 {
		t.Errorf("%d are gone", gone)
	}
	want := head + "\nmsgid \"%d new\"\nmsgid_plural \"%d news\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n" +
		"\nmsgid \"a \\\"b\\\"\"\nmsgstr \"c\"\n\nmsgctxt \"verb\"\nmsgid \"new\"\nmsgstr \"\"\n"
	if got := string(c.bytes()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if n := len(lacks(c, keys)); n != 2 || !strings.Contains(want, "verb") {
		t.Errorf("%d texts are missing", n)
	}
}
