package views_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// typesWith lists the types of package chatkit that have the method.
func typesWith(t *testing.T, method string) []string {
	t.Helper()
	files, err := filepath.Glob("../chatkit/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != method {
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			// An item that stays encoded is for lists that are handed on, and never drawn.
			if name := receiver.(*ast.Ident).Name; name != "EncodedItem" {
				types = append(types, name)
			}
		}
	}
	return types
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// handedOn is an item that a list carries from the store to a client: no page
// ever has it.
const handedOn = "EncodedItem"

// A type that the protocol gains must be thought about here: each has a branch,
// be it one that says that nothing is shown. Unknown items are the default.
func TestEveryTypeHasABranch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, file, otherwise string }{
		{"ItemType", "item.templ", "UnknownItem"},
		{"EventType", "live.go", ""},
	} {
		source, types := read(t, c.file), typesWith(t, c.method)
		if len(types) < 10 {
			t.Fatalf("found only %v", types)
		}
		for _, name := range types {
			if name != c.otherwise && name != handedOn && !strings.Contains(source, "chatkit."+name) {
				t.Errorf("%s has no branch for chatkit.%s", c.file, name)
			}
		}
	}
}

// Every kind of component is drawn, and the gallery has it.
func TestEveryKindOfComponentIsDrawn(t *testing.T) {
	t.Parallel()
	kinds := regexp.MustCompile(`Kind\(\) string \{ return ("[^"]+") \}`).FindAllStringSubmatch(read(t, "../chatkit/widget/kind.go"), -1)
	if len(kinds) != 30 {
		t.Fatalf("found %d kinds", len(kinds))
	}
	source, gallery := read(t, "component.templ"), strings.ReplaceAll(read(t, "gallery_widgets.go"), `\"`, `"`)
	for _, k := range kinds {
		if !strings.Contains(source, k[1]) {
			t.Errorf("component.templ has no branch for %s", k[1])
		}
		if !strings.Contains(gallery, `"type":`+k[1]) {
			t.Errorf("the gallery has no %s", k[1])
		}
	}
}
