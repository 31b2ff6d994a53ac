// Command lint checks the rules of this code base that no general tool knows:
// who may import whom, how long functions and files may be, where the
// environment is read, streams are written, statuses chosen and routes named,
// and what reaches a database or a page without anything that looks at it.
//
// It prints what breaks a rule, a line each, and exits with 1 if anything does.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	ok, err := run(root, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run checks the module at root, writes the report and returns whether all is well.
func run(root string, w io.Writer) (bool, error) {
	tree, err := load(root)
	if err != nil {
		return false, err
	}
	findings, err := check(tree)
	if err != nil {
		return false, err
	}
	for _, f := range findings {
		fmt.Fprintln(w, f)
	}
	fmt.Fprintf(w, "lint: %s; %d findings\n", measure(tree), len(findings))
	return len(findings) == 0, nil
}

// check applies every rule and returns the findings, sorted.
func check(t *tree) ([]string, error) {
	findings := checkLayout(t)
	findings = append(findings, checkSizes(t)...)
	findings = append(findings, checkDocs(t)...)
	findings = append(findings, checkPlaces(t)...)
	findings = append(findings, checkTemplates(t)...)
	typed, err := loadTyped(t.root)
	if err != nil {
		return nil, err
	}
	findings = append(findings, checkStatements(typed)...)
	packages, err := listPackages(t.root)
	if err != nil {
		return nil, err
	}
	findings = append(findings, checkImports(packages)...)
	versions, err := listVersions(t.root)
	if err != nil {
		return nil, err
	}
	findings = append(findings, checkVersions(versions)...)
	slices.Sort(findings)
	return findings, nil
}
