package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	templ "github.com/a-h/templ/parser/v2"
)

// said finds the texts that scripts say: in calls of t, announce and say, and in
// the objects that are said later.
var said = regexp.MustCompile(`\b(?:t|announce|say)\("([^"]+)"(?:, "([^"]+)")?|\b(?:text|file|quote|mention|listening|writing): "([^"]+)"|(?:return |\? |: |\|\| )"([A-Z][a-z][^"]*)"`)

// What a script says is in the list of views/words.go, and the other way round.
func TestScriptsSayListedWords(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(root, "static/js/*.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			for _, word := range m[1:] {
				if strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") {
					found[word] = true
				}
			}
		}
	}
	syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "views/words.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[key]bool{}
	if err := keysIn(token.NewFileSet(), syntax, listed); err != nil {
		t.Fatal(err)
	}
	if len(found) < 30 {
		t.Fatalf("only %d texts were found in scripts", len(found))
	}
	for word := range found {
		if !listed[key{text: word}] {
			t.Errorf("a script says %q, which is not in views/words.go", word)
		}
	}
	for k := range listed {
		if !found[k.text] && strings.ContainsAny(k.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Errorf("no script says %q, which is in views/words.go", k.text)
		}
	}
}

// names are what is the same in every language: of things, and of keys.
var names = regexp.MustCompile(`TaskPilot|ChatKit|\b(?:Ctrl|Shift|Enter|Esc)\b|https?://\S+|[^\p{L}]|\bUTC\b`)

// spoken are the attributes that people read or hear.
var spoken = map[string]bool{"title": true, "aria-label": true, "placeholder": true, "alt": true, "aria-description": true, "aria-roledescription": true}

// Text in a template is looked up; what is English in every language says so with
// lang="en", and code is no text.
func TestTemplatesHaveNoTextOfTheirOwn(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "views/*.templ"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d templates: %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "gallery.templ" {
			continue // for those who work on it
		}
		parsed, err := templ.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range untranslated(parsed) {
			t.Errorf("%s: %q is not looked up with locale.T", filepath.Base(file), text)
		}
	}
}

func TestUntranslated(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{
		`<p>Hello</p>`: 1, `<p>{ locale.T(ctx, "Hello") }</p>`: 0, `<p>{ "Hello" }</p>`: 1, `<p>{ "Hello " + name }</p>`: 1,
		`<p title="Hello"></p>`: 1, `<p title={ "Hello" }></p>`: 1, `<p title={ locale.Tf(ctx, "Hi %s", "Ann") }></p>`: 0, `<p id={ "hello-" + id }>1 · { name }</p>`: 0,
		`<p lang="en">Hello</p>`: 0, `<code>go run</code>`: 0, `<p>TaskPilot</p>`: 0, "if a {\n<b>Hello</b>\n}": 1, `@box("Hello", "x")`: 1, `@box(locale.T(ctx, "Hello"), "x")`: 0,
	} {
		parsed, err := templ.ParseString("package x\n\ntempl a() {\n" + source + "\n}\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := untranslated(parsed); len(got) != want {
			t.Errorf("%s: got %q, want %d", source, got, want)
		}
	}
}

func untranslated(file *templ.TemplateFile) []string {
	var list []string
	for _, n := range file.Nodes {
		if html, ok := n.(*templ.HTMLTemplate); ok {
			list = append(list, inNodes(html.Children)...)
		}
	}
	return list
}

func inNodes(nodes []templ.Node) []string {
	var list []string
	for _, n := range nodes {
		switch n := n.(type) {
		case *templ.Text:
			if names.ReplaceAllString(n.Value, "") != "" {
				list = append(list, n.Value)
			}
		case *templ.StringExpression:
			list = append(list, inExpression(n.Expression.Value, false)...)
		case *templ.TemplElementExpression:
			list = append(list, inExpression(n.Expression.Value, true)...)
			list = append(list, inNodes(n.Children)...)
		case *templ.Element:
			if n.Name == "code" || n.Name == "kbd" {
				continue
			}
			found, english := inAttributes(n.Attributes)
			if !english {
				list = append(append(list, found...), inNodes(n.Children)...)
			}
		case templ.CompositeNode:
			list = append(list, inNodes(n.ChildNodes())...)
		}
	}
	return list
}

func inAttributes(attributes []templ.Attribute) (list []string, english bool) {
	for _, a := range attributes {
		switch a := a.(type) {
		case *templ.ConstantAttribute:
			name := a.Key.String()
			english = english || name == "lang" && a.Value == "en"
			if spoken[name] && names.ReplaceAllString(a.Value, "") != "" {
				list = append(list, a.Value)
			}
		case *templ.ExpressionAttribute:
			if spoken[a.Key.String()] {
				list = append(list, inExpression(a.Expression.Value, false)...)
			}
		}
	}
	return list, english
}

var sentence = regexp.MustCompile(`^\p{Lu}\p{Ll}`)

// inExpression finds texts in Go that are not looked up. In a call of a component
// there are words of other kinds, too: there it is what begins as a sentence.
func inExpression(code string, call bool) []string {
	expr, err := parser.ParseExpr(code)
	if err != nil {
		return nil // several results, or a spread
	}
	var list []string
	ast.Inspect(expr, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && !call {
			return localeFunc(c) == "" && !namesThings(c)
		} else if ok && localeFunc(c) != "" {
			return false
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok {
			return true
		}
		if text := literal(lit); names.ReplaceAllString(text, "") != "" && (!call || sentence.MatchString(names.ReplaceAllString(text, ""))) {
			list = append(list, text)
		}
		return true
	})
	return list
}

// namesThings is a call whose strings are names of things: of fields, formats of
// dates, keys.
func namesThings(c *ast.CallExpr) bool {
	if f, ok := c.Fun.(*ast.Ident); ok && f.Name == "cardLabel" {
		return true
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	return ok && (sel.Sel.Name == "Text" || sel.Sel.Name == "Format")
}
