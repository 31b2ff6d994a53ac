package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// tree is the source of a module.
type tree struct {
	root  string
	files []*source
	fset  *token.FileSet
}

// source is one hand-written or generated file.
type source struct {
	name      string // slash-separated, relative to the root
	lines     int
	generated bool
	syntax    *ast.File // nil unless it is Go
	text      string    // of a template
}

func (s *source) dir() string  { return path.Dir(s.name) }
func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// notOurs are folders whose content is made or fetched by tools.
var notOurs = []string{".git", "bin", "data", "node_modules", "vendor", "testdata"}

// measured are the kinds of files that people write here.
var measured = []string{".go", ".templ", ".js", ".mjs", ".css"}

// load reads and parses every source file below root.
func load(root string) (*tree, error) {
	t := &tree{root: root, fset: token.NewFileSet()}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(notOurs, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains(measured, path.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		return t.add(name, text)
	})
	if err != nil {
		return nil, fmt.Errorf("read the source: %w", err)
	}
	return t, nil
}

// add parses one file.
func (t *tree) add(name string, text []byte) error {
	s := &source{name: name, lines: bytes.Count(text, []byte("\n"))}
	s.generated = isMinified(name, text)
	if path.Ext(name) == ".templ" {
		s.text = string(text)
	}
	if path.Ext(name) == ".go" {
		syntax, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.syntax = syntax
		s.generated = ast.IsGenerated(syntax)
	}
	t.files = append(t.files, s)
	return nil
}

// isMinified recognises what a build step wrote.
func isMinified(name string, text []byte) bool {
	base := path.Base(name)
	return strings.Contains(base, ".min.") || base == "app.css" ||
		bytes.HasPrefix(text, []byte("/*! tailwindcss"))
}

// goFiles calls visit with every hand-written Go file.
func (t *tree) goFiles(visit func(s *source)) {
	for _, s := range t.files {
		if s.syntax != nil && !s.generated {
			visit(s)
		}
	}
}

// at names a place for a finding.
func (t *tree) at(pos token.Pos) string {
	p := t.fset.Position(pos)
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}
