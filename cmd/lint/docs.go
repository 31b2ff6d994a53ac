package main

import (
	"fmt"
	"go/ast"
	"go/token"
)

// checkDocs finds exported names and packages without a comment.
func checkDocs(t *tree) []string {
	var findings []string
	packages := map[string]bool{} // folder -> has a sentence
	t.goFiles(func(s *source) {
		if s.isTest() {
			return
		}
		packages[s.dir()] = packages[s.dir()] || s.syntax.Doc != nil
		for _, decl := range s.syntax.Decls {
			for _, name := range undocumented(decl) {
				findings = append(findings, fmt.Sprintf("%s: exported %s has no comment", t.at(name.Pos()), name.Name))
			}
		}
	})
	for dir, documented := range packages {
		if !documented {
			findings = append(findings, dir+": the package has no comment")
		}
	}
	return findings
}

// undocumented returns the exported names of a declaration that nothing explains.
func undocumented(decl ast.Decl) []*ast.Ident {
	var names []*ast.Ident
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && hasExportedReceiver(d) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			names = append(names, undocumentedSpec(d, spec)...)
		}
	}
	return names
}

// undocumentedSpec accepts one comment for a whole group of constants or
// variables, but not of types.
func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) []*ast.Ident {
	var names []*ast.Ident
	switch s := spec.(type) {
	case *ast.TypeSpec:
		inGroup := d.Lparen != token.NoPos
		if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && (inGroup || d.Doc == nil) {
			names = append(names, s.Name)
		}
	case *ast.ValueSpec:
		if d.Doc == nil && s.Doc == nil && s.Comment == nil {
			for _, name := range s.Names {
				if name.IsExported() {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// hasExportedReceiver is true of functions, and of methods that can be reached.
func hasExportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return true
	}
	expr := f.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return true
		}
	}
}
