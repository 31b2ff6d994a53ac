package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"text/tabwriter"
)

// report collects figures by what they are of, in the order of coming.
type report struct{ rows []row }

// row is one figure of each server, from every round.
type row struct {
	name    string
	figures map[string][]float64 // by server
}

func (r *report) add(name, server string, figure float64) {
	i := slices.IndexFunc(r.rows, func(row row) bool { return row.name == name })
	if i < 0 {
		i = len(r.rows)
		r.rows = append(r.rows, row{name, map[string][]float64{}})
	}
	r.rows[i].figures[server] = append(r.rows[i].figures[server], figure)
}

// print writes the medians, and what ours is to the others'.
func (r *report) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s\t%s\t%s\tours / %s\tours / %s\t\n", ourServer, officialServer, bareServer, officialServer, bareServer)
	for _, row := range r.rows {
		ours, official, bare := row.median(ourServer), row.median(officialServer), row.median(bareServer)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t  %s\n", plain(ours), plain(official), plain(bare), ratio(ours, official), ratio(ours, bare), row.name)
	}
	_ = w.Flush() // to the terminal
}

// median is 0 for what was not measured.
func (r row) median(server string) float64 {
	list := slices.Sorted(slices.Values(r.figures[server]))
	if len(list) == 0 {
		return 0
	}
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

func plain(f float64) string {
	switch {
	case f == 0:
		return "–"
	case f < 100:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 0, 64)
}

func ratio(a, b float64) string {
	if a == 0 || b == 0 {
		return "–"
	}
	return strconv.FormatFloat(a/b, 'f', 2, 64) + " ×"
}
