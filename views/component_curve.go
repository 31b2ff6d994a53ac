package views

import (
	"fmt"
	"math"
	"strings"
)

type point struct{ x, y float64 }

// curve is the path through the points, in SVG.
func curve(kind string, p []point) string {
	if len(p) < 3 && kind != "step" && kind != "stepBefore" && kind != "stepAfter" && !strings.HasPrefix(kind, "bump") {
		return polyline(p)
	}
	switch kind {
	case "step", "stepBefore", "stepAfter":
		return steps(kind, p)
	case "bump", "bumpX":
		return between(p, func(a, b point) (point, point) { m := (a.x + b.x) / 2; return point{m, a.y}, point{m, b.y} })
	case "bumpY":
		return between(p, func(a, b point) (point, point) { m := (a.y + b.y) / 2; return point{a.x, m}, point{b.x, m} })
	case "monotone", "monotoneX", "monotoneY":
		return slopes(p, monotone(p))
	case "natural":
		return slopes(p, natural(p))
	case "basis", "basisOpen", "basisClosed":
		return basis(kind, p)
	case "linearClosed":
		return polyline(p) + "Z"
	}
	return polyline(p)
}

func (p point) String() string { return fmt.Sprintf("%.1f %.1f", p.x, p.y) }

func polyline(p []point) string {
	words := make([]string, len(p))
	for i := range p {
		words[i] = p[i].String()
	}
	return "M" + strings.Join(words, "L")
}

// steps changes the height halfway between two points, at the first or at the second.
func steps(kind string, p []point) string {
	var b strings.Builder
	b.WriteString("M" + p[0].String())
	for i := 1; i < len(p); i++ {
		x := (p[i-1].x + p[i].x) / 2
		switch kind {
		case "stepBefore":
			x = p[i-1].x
		case "stepAfter":
			x = p[i].x
		}
		fmt.Fprintf(&b, "H%.1fV%.1fH%.1f", x, p[i].y, p[i].x)
	}
	return b.String()
}

// between joins neighbours by curves with these control points.
func between(p []point, controls func(a, b point) (point, point)) string {
	var b strings.Builder
	b.WriteString("M" + p[0].String())
	for i := 1; i < len(p); i++ {
		one, two := controls(p[i-1], p[i])
		fmt.Fprintf(&b, "C%s %s %s", one, two, p[i])
	}
	return b.String()
}

// slopes joins the points by cubic curves with a slope at each.
func slopes(p []point, slope []float64) string {
	i := 0
	return between(p, func(a, b point) (point, point) {
		third := (b.x - a.x) / 3
		one, two := point{a.x + third, a.y + third*slope[i]}, point{b.x - third, b.y - third*slope[i+1]}
		i++
		return one, two
	})
}

// monotone finds slopes for which the curve rises and falls only where the
// points do (after Fritsch and Carlson).
func monotone(p []point) []float64 {
	n := len(p)
	secant := make([]float64, n-1)
	for i := range secant {
		secant[i] = (p[i+1].y - p[i].y) / (p[i+1].x - p[i].x)
	}
	m := make([]float64, n)
	m[0], m[n-1] = secant[0], secant[n-2]
	for i := 1; i < n-1; i++ {
		if secant[i-1]*secant[i] > 0 {
			m[i] = (secant[i-1] + secant[i]) / 2
		}
	}
	for i, s := range secant {
		if s == 0 {
			m[i], m[i+1] = 0, 0
			continue
		}
		if a, b := m[i]/s, m[i+1]/s; a*a+b*b > 9 {
			t := 3 / math.Hypot(a, b)
			m[i], m[i+1] = t*a*s, t*b*s
		}
	}
	return m
}

// natural finds the slopes of the cubic spline that is straight at its ends. The
// points are equally far apart.
func natural(p []point) []float64 {
	n := len(p)
	h := p[1].x - p[0].x
	// 2 m0 + m1 = r0; m(i-1) + 4 mi + m(i+1) = ri; m(n-2) + 2 m(n-1) = r(n-1).
	diagonal, right := make([]float64, n), make([]float64, n)
	for i := range p {
		before, after := max(i-1, 0), min(i+1, n-1)
		diagonal[i], right[i] = 4, 3*(p[after].y-p[before].y)/h
	}
	diagonal[0], diagonal[n-1] = 2, 2
	for i := 1; i < n; i++ {
		f := 1 / diagonal[i-1]
		diagonal[i] -= f
		right[i] -= f * right[i-1]
	}
	m := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		m[i] = right[i]
		if i < n-1 {
			m[i] -= m[i+1]
		}
		m[i] /= diagonal[i]
	}
	return m
}

// basis is a B-spline: smooth, and near the points rather than through them.
func basis(kind string, p []point) string {
	mix := func(a, b point, of float64) point {
		return point{a.x + (b.x-a.x)*of, a.y + (b.y-a.y)*of}
	}
	knot := func(a, b, c point) point { return point{(a.x + 4*b.x + c.x) / 6, (a.y + 4*b.y + c.y) / 6} }
	list := p
	switch kind {
	case "basis":
		first, last := p[0], p[len(p)-1]
		list = append([]point{first, first}, append(append([]point{}, p...), last, last)...)
	case "basisClosed":
		list = append(append([]point{}, p...), p[:3]...)
	}
	var b strings.Builder
	b.WriteString("M" + knot(list[0], list[1], list[2]).String())
	for i := 1; i+2 < len(list); i++ {
		fmt.Fprintf(&b, "C%s %s %s", mix(list[i], list[i+1], 1./3), mix(list[i], list[i+1], 2./3), knot(list[i], list[i+1], list[i+2]))
	}
	return b.String()
}
