package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// module is the path that our own packages begin with.
const module = "github.com/taskpilot/taskpilot"

// The libraries that some packages must not reach.
const (
	fiber = "github.com/gofiber/fiber/"
	gorm  = "gorm.io/"
	templ = "github.com/a-h/templ"
)

// pkg is what `go list` tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

// rule is what a folder's packages may reach.
type rule struct {
	folder   string
	ours     []string // our own folders that it may import
	never    []string // libraries that it must not even reach through others
	stdOnly  bool     // nothing but the standard library (and ours)
	unspoken []string // libraries that it may reach through others but not import
}

// rules is the direction of imports: cmd, handlers, then the four that don't
// know each other, then chatkit.
func rules() []rule {
	return []rule{
		{folder: "chatkit", stdOnly: true},
		{folder: "static", stdOnly: true},
		{folder: "models", ours: []string{"chatkit"}, never: []string{fiber, templ}},
		{folder: "models/modelstest", ours: []string{"chatkit", "models"}, never: []string{fiber, templ}},
		{folder: "assistant", ours: []string{"chatkit", "views/locale"}, never: []string{fiber, gorm, templ}},
		{folder: "live", ours: []string{"chatkit"}, never: []string{fiber, gorm, templ}},
		{folder: "views", ours: []string{"chatkit", "static"}, never: []string{fiber, gorm}},
		{folder: "views/locale", never: []string{fiber, gorm, templ}}, // words only: whoever speaks to people may import it
		{folder: "handlers", ours: []string{"chatkit", "views", "views/locale", "models", "assistant", "live", "static"}, unspoken: []string{gorm}},
	}
}

// listPackages asks the go command for every package of ours and all that they
// import, tests left out.
func listPackages(root string) (map[string]pkg, error) {
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Standard", "./...")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, complaint(err))
	}
	packages := map[string]pkg{}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages[p.ImportPath] = p
	}
}

// complaint is what a failed program wrote to its standard error.
func complaint(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strings.TrimSpace(string(exit.Stderr))
	}
	return ""
}

// checkImports finds the imports that go against the rules.
func checkImports(packages map[string]pkg) []string {
	var findings []string
	for path, p := range packages {
		folder, ours := strings.CutPrefix(path, module+"/")
		r := ruleOf(folder)
		if !ours || r == nil {
			continue
		}
		for _, imported := range p.Imports {
			if reason := r.refuses(folder, imported, packages); reason != "" {
				findings = append(findings, fmt.Sprintf("%s imports %s: %s", folder, imported, reason))
			}
		}
		for _, library := range r.never {
			if way := wayTo(path, library, packages); len(way) > 2 {
				findings = append(findings, fmt.Sprintf("%s reaches %s: %s", folder, library, strings.Join(way, " -> ")))
			}
		}
	}
	return findings
}

// ruleOf returns the rule of a folder: its own or that of a folder above.
func ruleOf(folder string) *rule {
	var best *rule
	for _, r := range rules() {
		if folder == r.folder || strings.HasPrefix(folder, r.folder+"/") {
			if best == nil || len(r.folder) > len(best.folder) {
				best = &r
			}
		}
	}
	return best
}

// refuses tells why a direct import is wrong, or "".
func (r *rule) refuses(folder, imported string, packages map[string]pkg) string {
	target, ours := strings.CutPrefix(imported, module+"/")
	if ours {
		if strings.HasPrefix(target, r.folder+"/") || target == r.folder {
			return "" // within the folder
		}
		if other := ruleOf(target); other == nil || !slices.Contains(r.ours, other.folder) {
			return fmt.Sprintf("%s may import only %v of ours", folder, r.ours)
		}
		return ""
	}
	if r.stdOnly && !packages[imported].Standard {
		return folder + " uses the standard library only"
	}
	for _, library := range append(r.never, r.unspoken...) {
		if strings.HasPrefix(imported, library) {
			return folder + " must not know this library"
		}
	}
	return ""
}

// wayTo returns the shortest chain of imports from a package to a library.
func wayTo(from, library string, packages map[string]pkg) []string {
	cameFrom := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		if strings.HasPrefix(here, library) {
			var way []string
			for ; here != ""; here = cameFrom[here] {
				way = append(way, here)
			}
			slices.Reverse(way)
			return way
		}
		for _, next := range packages[here].Imports {
			if _, seen := cameFrom[next]; !seen {
				cameFrom[next] = here
				queue = append(queue, next)
			}
		}
	}
	return nil
}
