package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// statements say which argument of a function is SQL, or a part of it, under the
// function's name as go/types writes it. Those of our own pass it on: within them
// that parameter is taken for good, and whoever calls them is looked at.
var statements = map[string]int{
	"gorm.io/gorm.Expr":                         0,
	"(*" + module + "/models.DB).query":         1,
	"(*" + module + "/models.DB).setThreads":    3,
	"(*" + module + "/models.DB).deleteThread":  2,
	"(*" + module + "/models.DB).beginDeletion": 2,
	"(*" + module + "/models.DB).endThread":     2,
	"(*" + module + "/models.DB).deleteInSteps": 2,
	module + "/models.exec":                     1,
	module + "/models.queryRow":                 1,
	module + "/models.keyset":                   2,
	module + "/models.cursor":                   1,
	module + "/models.numbered":                 0,
}

// gormParts are the methods of *gorm.DB that copy an argument into the statement;
// some do so with the second one.
var gormParts = map[string]int{
	"Where": 0, "Not": 0, "Or": 0, "Having": 0, "Order": 0, "Select": 0, "Omit": 0, "Joins": 0, "InnerJoins": 0,
	"Group": 0, "Distinct": 0, "Table": 0, "Pluck": 0, "Raw": 0, "Exec": 0, "Preload": 0,
	"First": 1, "Take": 1, "Last": 1, "Find": 1, "Delete": 1, "FirstOrInit": 1, "FirstOrCreate": 1,
}

// builtStatements are the functions that build a statement, and why nothing of it
// can be what somebody sent. Whoever adds one has looked.
var builtStatements = map[string]string{
	"models.deleteInSteps":   "constants; its callers' conditions are looked at, and its tables are named beside them",
	"models.endLeaving":      "a list of tables in the file itself",
	"models.flush":           "constants, placeholders and numbers",
	"models.keyset":          "the direction and the comparison are sqlOrder's, one of two each",
	"models.look":            "one of two constants",
	"models.showItems":       "constants, sqlOrder's words and a number",
	"models.showThreads":     "constants, sqlOrder's words and a number",
	"models.tables":          "one of two constants",
	"models.threadPage":      "one of two constants, and a column that two callers name",
	"models.ThreadsChanged":  "a list of two in the function itself",
	"models.TodosChanged":    "a list of two in the function itself",
	"models.columns":         "a list of two in the function itself",
	"models.putDocs":         "its callers name the key by a constant; the rest repeats placeholders",
	"models.verify":          "the names of our own tables and columns",
	"models/modelstest.exec": "tests alone; names are made of random numbers",
}

// typed is a package with the types of its expressions.
type typed struct {
	path  string
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// loadTyped reads the packages that speak to a database.
func loadTyped(root string) ([]typed, error) {
	list, err := packages.Load(&packages.Config{Dir: root, Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
		packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedExportFile}, "./models/...", "./cmd/taskpilot")
	if err != nil {
		return nil, fmt.Errorf("load the packages with SQL: %w", err)
	}
	var out []typed
	for _, p := range list {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		out = append(out, typed{path: p.PkgPath, fset: p.Fset, files: p.Syntax, info: p.TypesInfo})
	}
	return out, nil
}

// checkStatements finds SQL that is not a constant: what somebody sent could be in it.
func checkStatements(list []typed) []string {
	var findings []string
	for _, p := range list {
		for _, file := range p.files {
			for _, decl := range file.Decls {
				name := declared(decl)
				if _, known := builtStatements[strings.TrimPrefix(p.path, module+"/")+"."+name]; known {
					continue
				}
				handed := p.handedOn(decl)
				ast.Inspect(decl, func(n ast.Node) bool {
					if part := p.builds(n, handed); part != nil {
						at := p.fset.Position(part.Pos())
						findings = append(findings, fmt.Sprintf("%s:%d: %s.%s gives a database SQL that is no constant; use placeholders, or name it in cmd/lint/sql.go with the reason why it can't hold what somebody sent",
							at.Filename, at.Line, strings.TrimPrefix(p.path, module+"/"), name))
					}
					return true
				})
			}
		}
	}
	return findings
}

// declared is the name of a function, "" of anything else.
func declared(decl ast.Decl) string {
	if f, ok := decl.(*ast.FuncDecl); ok {
		return f.Name.Name
	}
	return ""
}

// handedOn is the parameter of a function that is SQL, nil if none is.
func (p typed) handedOn(decl ast.Decl) types.Object {
	f, ok := decl.(*ast.FuncDecl)
	if !ok {
		return nil
	}
	object := p.info.Defs[f.Name].(*types.Func)
	if at, ok := statements[object.FullName()]; ok {
		return object.Signature().Params().At(at)
	}
	return nil
}

// builds returns the argument of a call that is SQL but neither constant nor
// handed on, nil if there is none.
func (p typed) builds(n ast.Node, handed types.Object) ast.Expr {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	at, ok := p.statement(call)
	if !ok || at >= len(call.Args) {
		return nil
	}
	part := call.Args[at]
	basic, ok := p.info.TypeOf(part).Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsString == 0 || p.constant(part, handed) {
		return nil
	}
	return part
}

// constant reports whether a string is made of constants and the one parameter.
func (p typed) constant(e ast.Expr, handed types.Object) bool {
	if p.info.Types[e].Value != nil {
		return true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return handed != nil && p.info.Uses[e] == handed
	case *ast.BinaryExpr:
		return p.constant(e.X, handed) && p.constant(e.Y, handed)
	case *ast.CallExpr:
		return (isSelector(e.Fun, "fmt", "Sprintf") || isNamed(e.Fun, "numbered")) &&
			!slices.ContainsFunc(e.Args, func(arg ast.Expr) bool { return !p.constant(arg, handed) })
	}
	return false
}

// statement says which argument of a call is SQL.
func (p typed) statement(call *ast.CallExpr) (at int, ok bool) {
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.Ident:
		id = f
	default:
		return 0, false
	}
	f, ok := p.info.Uses[id].(*types.Func)
	if !ok || f.Pkg() == nil {
		return 0, false
	}
	if at, ok := statements[f.FullName()]; ok {
		return at, true
	}
	if strings.HasPrefix(f.FullName(), "(*gorm.io/gorm.DB).") {
		at, ok = gormParts[f.Name()]
		return at, ok
	}
	if f.Pkg().Path() != "database/sql" && !strings.HasPrefix(f.Pkg().Path(), "github.com/jackc/pgx/") {
		return 0, false
	}
	for i := range f.Signature().Params().Len() {
		if slices.Contains([]string{"query", "sql"}, f.Signature().Params().At(i).Name()) {
			return i, true
		}
	}
	return 0, false
}
