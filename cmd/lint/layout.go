package main

import (
	"fmt"
	"slices"
	"strings"
)

// folders are the top-level folders that may hold source.
var folders = []string{"assistant", "bench", "chatkit", "cmd", "examples", "handlers", "live", "models", "static", "views"}

// checkLayout finds source outside of the known folders.
func checkLayout(t *tree) []string {
	var findings []string
	for _, s := range t.files {
		folder, _, below := strings.Cut(s.name, "/")
		if below && !slices.Contains(folders, folder) {
			findings = append(findings, fmt.Sprintf("%s: source in an unknown top-level folder; the folders are %s", s.name, strings.Join(folders, ", ")))
		}
		if !below && s.syntax != nil {
			findings = append(findings, s.name+": Go source in the top folder; it belongs to a package folder")
		}
	}
	return findings
}
