package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// key is a text to translate.
type key struct {
	meaning, text string
	plural        string // of a text that depends on a number
}

// folders are those whose code speaks to people.
var folders = []string{"views", "handlers", "assistant"}

// keysOf finds every text that the code looks up, in the order of the catalogues.
func keysOf(root string) ([]key, error) {
	found := map[key]bool{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			return keysIn(fset, file, found)
		})
		if err != nil {
			return nil, err
		}
	}
	var keys []key
	for k := range found {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys, nil
}

func compare(a, b key) int {
	return cmp.Or(strings.Compare(a.text, b.text), strings.Compare(a.meaning, b.meaning), strings.Compare(a.plural, b.plural))
}

// texts says which arguments of a function of package locale are the meaning, the
// text and the plural; -1: none.
var texts = map[string][3]int{
	"T": {-1, 1, -1}, "Tf": {-1, 1, -1}, "Tc": {1, 2, -1}, "Tn": {-1, 2, 3}, "Mark": {-1, 0, -1},
}

func keysIn(fset *token.FileSet, file *ast.File, found map[key]bool) error {
	var err error
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		places, ok := texts[localeFunc(call)]
		if !ok {
			return true
		}
		var parts [3]string
		for i, place := range places {
			if place < 0 {
				continue
			}
			var text string
			if place < len(call.Args) {
				text = literal(call.Args[place])
			}
			if text == "" {
				err = fmt.Errorf("%s: the text must be written here, in one piece", fset.Position(call.Pos()))
			}
			parts[i] = text
		}
		found[key{parts[0], parts[1], parts[2]}] = true
		return true
	})
	return err
}

// localeFunc is the function of package locale that is called, "" if none is.
func localeFunc(call *ast.CallExpr) string {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "locale" {
			return sel.Sel.Name
		}
	}
	return ""
}

// literal is the value of a string in the source, "" for anything else.
func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}
