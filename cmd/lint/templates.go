package main

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
)

// templ looks at the addresses of links and forms, and at nothing else: these
// attributes, too, make a browser load or run something.
var (
	loading  = regexp.MustCompile(`[\s](src|srcset|poster|formaction|ping|data|cite|background|xlink:href|(?:data-)?hx-(?:get|post|put|patch|delete|action|config|vals|headers|on[^=?]*))\??=\{ (.*?) \}`)
	running  = regexp.MustCompile(`[\s](style|srcdoc|on[a-z]+)\??=\{ (.*?) \}`)
	unlooked = regexp.MustCompile(`templ\.(?:Raw|JSUnsafeFuncCall|JSExpression|SafeCSS\w*|SafeURL)\(.*?\)(?: \}|$)`)
	// ours are the functions whose addresses begin with a path of ours.
	ours = regexp.MustCompile(`^(?:static\.URL\("[^"]*"\)|(?:string\()?[a-z]\w*URL\(.*\))$`)
	// rendered is text of others that went the one way to HTML, which sanitises it.
	rendered = regexp.MustCompile(`^templ\.Raw\((?:Markdown|messageHTML)\(ctx, .*\)\)$`)
	ourPath  = regexp.MustCompile(`^templ\.SafeURL\("/[^/]`)
)

// lookedAt are the other expressions in such places, and why they are safe.
// Whoever adds one has looked.
var lookedAt = map[string]string{
	"views/component_box.templ: s.favicon":                                            "made by ownPicture",
	"views/component_text.templ: own":                                                 "made by ownPicture",
	"views/transcript.templ: item.Image.URL":                                          "a picture by dataPicture",
	"views/shelf.templ: s.path()":                                                     "one of two paths",
	"views/tasks.templ: t.Self()":                                                     "/tasks and a query",
	"views/tasks.templ: string(action)":                                               "a templ.SafeURL, which are looked at where they are made",
	"views/image.templ: templ.SafeURL(src)":                                           "made by ownPicture",
	"views/auth.templ: templ.SafeURL(path)":                                           "its callers give paths as constants",
	"views/auth.templ: templ.SafeURL(path + \"?next=\" + url.QueryEscape(next))":      "as above",
	"views/item.templ: templ.Raw(labelled(ctx, live.closedHTML(budgetIn(ctx))))":      "rendered and sanitised; the labels are the catalogue's, escaped",
	"views/item.templ: templ.Raw(labelled(ctx, live.tailHTML(budgetIn(ctx))))":        "as above",
	"views/transcript.templ: templ.Raw(\"<style>\" + transcriptStyle + \"</style>\")": "a constant",
}

// trustedURLs are the functions that call an address safe which they have made of
// a path and escaped parts.
var trustedURLs = []string{"threadURL", "attachmentURL", "taskURL", "personURL", "moreURL", "url"}

// trustedNames are the functions that name attributes by a list of their own.
var trustedNames = []string{"cellSpan", "inputValue"}

// checkTemplates finds what reaches HTML without being looked at.
func checkTemplates(t *tree) []string {
	var findings []string
	for _, s := range t.files {
		if path.Ext(s.name) == ".templ" {
			for i, line := range strings.Split(s.text, "\n") {
				for _, what := range templateProblems(s.name, line) {
					findings = append(findings, fmt.Sprintf("%s:%d: %s", s.name, i+1, what))
				}
			}
		}
	}
	t.goFiles(func(s *source) {
		if s.isTest() {
			return
		}
		for _, decl := range s.syntax.Decls {
			ast.Inspect(decl, func(n ast.Node) bool {
				if what := markupProblem(n, declared(decl)); what != "" {
					findings = append(findings, t.at(n.Pos())+": "+what)
				}
				return true
			})
		}
	})
	return findings
}

// templateProblems says what is wrong with a line of a template.
func templateProblems(name, line string) (list []string) {
	for _, m := range loading.FindAllStringSubmatch(line, -1) {
		if !ours.MatchString(m[2]) && lookedAt[name+": "+m[2]] == "" {
			list = append(list, fmt.Sprintf("templ does not look at %s={ %s }; use a function that makes an address of ours, or name it in cmd/lint/templates.go with the reason why it is safe", m[1], m[2]))
		}
	}
	for _, m := range running.FindAllStringSubmatch(line, -1) {
		list = append(list, fmt.Sprintf("%s={ %s } is a style or a script, which the content policy forbids", m[1], m[2]))
	}
	for _, m := range unlooked.FindAllString(line, -1) {
		m = strings.TrimSuffix(m, " }")
		if !ourPath.MatchString(m) && !rendered.MatchString(m) && lookedAt[name+": "+m] == "" {
			list = append(list, fmt.Sprintf("%s is not looked at by templ; leave it out, or name it in cmd/lint/templates.go with the reason why it is safe", m))
		}
	}
	return list
}

// markupProblem says what is wrong with Go code that makes markup.
func markupProblem(n ast.Node, function string) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if isSelector(n.Fun, "templ", "Raw", "JSUnsafeFuncCall", "JSExpression", "ComponentFunc", "SafeCSS") {
			return "makes markup that templ does not look at; write a template"
		}
		if isSelector(n.Fun, "templ", "SafeURL") && len(n.Args) == 1 && !isLocal(n.Args[0], function) {
			return "calls an address safe that may not be; let it begin with a path of ours"
		}
	case *ast.CompositeLit:
		if !isSelector(n.Type, "templ", "Attributes", "OrderedAttributes") {
			return ""
		}
		for _, element := range n.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); !ok || !isLiteral(pair.Key) {
				return "names an attribute by what is no literal; templ does not look at names"
			}
		}
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			if at, ok := left.(*ast.IndexExpr); ok && isNamed(at.X, "attrs") && !isLiteral(at.Index) && !slices.Contains(trustedNames, function) {
				return "names an attribute by what is no literal; templ does not look at names"
			}
		}
	}
	return ""
}

func isLiteral(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && unquote(literal) != ""
}

// isLocal reports whether an address begins with a path, a query or a fragment of
// ours, or is made in a function of trustedURLs.
func isLocal(e ast.Expr, function string) bool {
	for {
		sum, ok := e.(*ast.BinaryExpr)
		if !ok {
			break
		}
		e = sum.X
	}
	if call, ok := e.(*ast.CallExpr); ok && isSelector(call.Fun, "", "path") {
		return true
	}
	if literal, ok := e.(*ast.BasicLit); ok {
		address := unquote(literal)
		return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") || strings.HasPrefix(address, "?") || strings.HasPrefix(address, "#")
	}
	return slices.Contains(trustedURLs, function)
}
