package main

import (
	"fmt"
	"go/ast"
	"slices"
)

// The limits, in lines.
const (
	longestFile        = 400
	longestFunction    = 100
	longestNineTenths  = 45 // nine of ten functions are at most this long
	mostFilesAtMedian  = 100
	smallestPercentile = 20 // functions needed before percentiles mean anything
)

// checkSizes finds files and functions that are too long. Tests count for the
// hard limits but not for the percentile.
func checkSizes(t *tree) []string {
	var findings []string
	for _, s := range t.files {
		if !s.generated && s.lines > longestFile {
			findings = append(findings, fmt.Sprintf("%s: %d lines; at most %d", s.name, s.lines, longestFile))
		}
	}
	t.functions(func(s *source, f *ast.FuncDecl, lines int) {
		if lines > longestFunction {
			findings = append(findings, fmt.Sprintf("%s: %s has %d lines; at most %d", t.at(f.Pos()), f.Name.Name, lines, longestFunction))
		}
	})
	sizes := t.functionSizes()
	if p90 := percentile(sizes, 90); len(sizes) >= smallestPercentile && p90 > longestNineTenths {
		findings = append(findings, fmt.Sprintf("functions: one in ten is longer than %d lines; at most %d", p90, longestNineTenths))
	}
	return findings
}

// measure is the summary of the report.
func measure(t *tree) string {
	var files []int
	for _, s := range t.files {
		if !s.generated {
			files = append(files, s.lines)
		}
	}
	slices.Sort(files)
	sizes := t.functionSizes()
	return fmt.Sprintf("%d files, lines median %d (aim %d), most %d; %d functions, lines median %d, p90 %d, most %d",
		len(files), percentile(files, 50), mostFilesAtMedian, percentile(files, 100),
		len(sizes), percentile(sizes, 50), percentile(sizes, 90), percentile(sizes, 100))
}

// functions calls visit with every function that has a body.
func (t *tree) functions(visit func(s *source, f *ast.FuncDecl, lines int)) {
	t.goFiles(func(s *source) {
		for _, decl := range s.syntax.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				visit(s, f, t.fset.Position(f.End()).Line-t.fset.Position(f.Pos()).Line+1)
			}
		}
	})
}

// functionSizes returns the lengths of the functions outside of tests, sorted.
func (t *tree) functionSizes() []int {
	var sizes []int
	t.functions(func(s *source, _ *ast.FuncDecl, lines int) {
		if !s.isTest() {
			sizes = append(sizes, lines)
		}
	})
	slices.Sort(sizes)
	return sizes
}

// percentile returns the value that p percent of the sorted values don't exceed.
func percentile(sorted []int, p int) int {
	if len(sorted) == 0 {
		return 0
	}
	i := (len(sorted)*p + 99) / 100
	return sorted[max(i, 1)-1]
}
