package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// place is something that only certain files may do.
type place struct {
	what    string
	allowed func(s *source) bool
	found   func(n ast.Node) bool
}

// places lists them.
func places() []place {
	return []place{
		{
			what: "reads the environment; only cmd/taskpilot/main.go does, everything else is handed its settings",
			allowed: func(s *source) bool {
				return s.name == "cmd/taskpilot/main.go" || s.dir() == "models/modelstest" ||
					strings.HasSuffix(s.name, "_python_test.go") // which Python the official package is in
			},
			found: readsEnvironment,
		},
		{
			what:    "writes a raw stream; handlers/stream.go has streams, which recover panics and set deadlines",
			allowed: nowhere,
			found:   func(n ast.Node) bool { return isSelector(n, "", "SetBodyStreamWriter", "SetBodyStream") },
		},
		{
			what: "takes a connection from the server; only handlers/stream_conn.go does, which gives it back, and handlers/upload.go",
			allowed: func(s *source) bool {
				return s.dir() != "handlers" || s.name == "handlers/stream_conn.go" || s.name == "handlers/upload.go"
			},
			found: func(n ast.Node) bool { return isSelector(n, "", "Hijack", "HijackSetNoResponse") },
		},
		{
			what: "chooses an error status; handlers return errors and handlers/errors.go chooses",
			allowed: func(s *source) bool {
				report := s.name == "handlers/health.go" // tells the state of the server: not an error
				return report || s.name == "handlers/errors.go" || s.dir() != "handlers" || s.isTest()
			},
			found: choosesErrorStatus,
		},
		{
			what:    "registers a route; every URL is in handlers/routes.go",
			allowed: func(s *source) bool { return s.name == "handlers/routes.go" || s.dir() != "handlers" || s.isTest() },
			found:   registersRoute,
		},
		{
			what:    "makes an id with fiber's UUID, which is predictable; use chatkit.NewID",
			allowed: nowhere,
			found:   func(n ast.Node) bool { return isSelector(n, "utils", "UUID", "UUIDv4") },
		},
		{
			what:    "imports math/rand; secrets and ids come from crypto/rand; the jitter of retries belongs in a retry.go",
			allowed: func(s *source) bool { return s.isTest() || strings.HasSuffix(s.name, "retry.go") },
			found:   func(n ast.Node) bool { return imports(n, "math/rand", "math/rand/v2") },
		},
		{
			what:    "sleeps in a test; wait for the event instead",
			allowed: func(s *source) bool { return !s.isTest() },
			found:   func(n ast.Node) bool { return isSelector(n, "time", "Sleep") },
		},
		{
			what:    "skips a test; a test runs or fails",
			allowed: nowhere,
			found:   func(n ast.Node) bool { return isSelector(n, "t", "Skip", "Skipf", "SkipNow") },
		},
	}
}

// checkPlaces finds what is done in the wrong file.
func checkPlaces(t *tree) []string {
	var findings []string
	t.goFiles(func(s *source) {
		for _, p := range places() {
			if p.allowed(s) {
				continue
			}
			ast.Inspect(s.syntax, func(n ast.Node) bool {
				if n != nil && p.found(n) {
					findings = append(findings, fmt.Sprintf("%s: %s", t.at(n.Pos()), p.what))
				}
				return true
			})
		}
	})
	return findings
}

func nowhere(*source) bool { return false }

// isSelector is true of pkg.name for one of the names; pkg "" is anything.
func isSelector(n ast.Node, pkg string, names ...string) bool {
	selector, ok := n.(*ast.SelectorExpr)
	if !ok || !slices.Contains(names, selector.Sel.Name) {
		return false
	}
	ident, ok := selector.X.(*ast.Ident)
	return pkg == "" || (ok && ident.Name == pkg)
}

func readsEnvironment(n ast.Node) bool {
	return isSelector(n, "os", "Getenv", "LookupEnv", "Environ", "ExpandEnv") ||
		isSelector(n, "syscall", "Getenv", "Environ")
}

func imports(n ast.Node, paths ...string) bool {
	spec, ok := n.(*ast.ImportSpec)
	return ok && slices.Contains(paths, unquote(spec.Path))
}

// registersRoute is true of app.Get("/path", …) and its like.
func registersRoute(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 ||
		!isSelector(call.Fun, "", "Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "All", "Add", "Group", "Use", "Static", "Mount", "Route") {
		return false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	return ok && strings.HasPrefix(unquote(literal), "/")
}

// choosesErrorStatus is true of c.Status(404), problem{Status: 404},
// fiber.ErrNotFound and their like; not of comparing with a status.
func choosesErrorStatus(n ast.Node) bool {
	switch e := n.(type) {
	case *ast.CallExpr:
		return len(e.Args) > 0 && isSelector(e.Fun, "", "Status", "SendStatus", "NewError") && isErrorStatus(e.Args[0])
	case *ast.KeyValueExpr:
		return isNamed(e.Key, "Status") && isErrorStatus(e.Value)
	case *ast.SelectorExpr:
		name, ok := strings.CutPrefix(e.Sel.Name, "Err")
		return ok && isNamed(e.X, "fiber") && slices.Contains(errorStatusNames(), name)
	}
	return false
}

func isNamed(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

// isErrorStatus is true of 404 and of http.StatusNotFound.
func isErrorStatus(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		status, err := strconv.Atoi(e.Value)
		return err == nil && status >= http.StatusBadRequest
	case *ast.SelectorExpr:
		name, ok := strings.CutPrefix(e.Sel.Name, "Status")
		return ok && slices.Contains(errorStatusNames(), name)
	}
	return false
}

// errorStatusNames returns NotFound, InternalServerError and so on.
func errorStatusNames() []string {
	names := []string{"Teapot", "RequestURITooLong", "HTTPVersionNotSupported"} // spelled unlike their texts
	for status := http.StatusBadRequest; status < 600; status++ {
		if text := http.StatusText(status); text != "" {
			names = append(names, strings.NewReplacer(" ", "", "-", "", "'", "").Replace(text))
		}
	}
	return names
}

// unquote returns a string literal's value, or "" for other literals.
func unquote(literal *ast.BasicLit) string {
	value, err := strconv.Unquote(literal.Value)
	if err != nil || literal.Kind != token.STRING {
		return ""
	}
	return value
}
