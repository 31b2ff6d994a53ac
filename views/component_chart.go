package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// The drawing's own size. It is stretched over the chart's: only lines, which
// keep their width, and no text are in it.
const (
	chartWidth  = 1000.0
	chartHeight = 400.0
	mostRows    = 400
	mostSeries  = 20
)

// series is one row of numbers of a chart.
type series struct {
	kind, label, stack, color, curve string
	values                           []float64 // NaN where there is none
	base                             []float64 // on top of what it is stacked; nil: on the axis
}

// chartView is a chart, worked out.
type chartView struct {
	names  []string // of the rows
	series []series
	low    float64
	high   float64
	ticks  []float64
}

func newChart(c *widget.Tree) *chartView {
	v := &chartView{}
	data, _ := c.Props["data"].([]any)
	data = data[:min(len(data), mostRows)]
	key, labels := xAxis(c)
	for _, row := range data {
		m, _ := row.(map[string]any)
		name := plainValue(m[key])
		if label, ok := labels[name].(string); ok {
			name = label
		}
		v.names = append(v.names, name)
	}
	list, _ := c.Props["series"].([]any)
	for i, s := range list[:min(len(list), mostSeries)] {
		if m, ok := s.(map[string]any); ok {
			v.series = append(v.series, newSeries(m, i, data))
		}
	}
	v.stackUp()
	v.scale()
	return v
}

func xAxis(c *widget.Tree) (key string, labels map[string]any) {
	if m, ok := c.Props["xAxis"].(map[string]any); ok {
		key, _ = m["dataKey"].(string)
		labels, _ = m["labels"].(map[string]any)
		return key, labels
	}
	return c.Text("xAxis"), nil
}

func plainValue(v any) string {
	if n, ok := widget.Number(v); ok {
		return number(n)
	}
	s, _ := v.(string)
	return s
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

var chartPalette = []string{"blue", "orange", "green", "purple", "red", "yellow", "pink"}

func newSeries(m map[string]any, i int, data []any) series {
	text := func(name string) string { s, _ := m[name].(string); return s }
	s := series{kind: text("type"), label: orElse(text("label"), text("dataKey")), stack: text("stack"), curve: text("curveType")}
	s.color = paint(m["color"], chartColors())
	if s.color == "" {
		s.color = chartColors()[chartPalette[i%len(chartPalette)]]
	}
	for _, row := range data {
		fields, _ := row.(map[string]any)
		n, ok := widget.Number(fields[text("dataKey")])
		if !ok || math.Abs(n) > 1e15 {
			n = math.NaN()
		}
		s.values = append(s.values, n)
	}
	return s
}

func chartColors() map[string]string {
	colors := map[string]string{}
	for _, name := range chartPalette {
		colors[name] = "light-dark(" + primitive(name+"-500") + "," + primitive(name+"-400") + ")"
	}
	return colors
}

// stackUp puts bars on bars and areas on areas of the same stack.
func (v *chartView) stackUp() {
	tops := map[string][]float64{}
	for i := range v.series {
		s := &v.series[i]
		if s.stack == "" || s.kind == "line" {
			continue
		}
		key := s.kind + "/" + s.stack
		top := tops[key]
		if top == nil {
			top = make([]float64, len(v.names))
		}
		s.base = slices.Clone(top)
		for j, n := range s.values {
			if !math.IsNaN(n) {
				top[j] += n
			}
		}
		tops[key] = top
	}
}

// top is where the series ends in a row, base where it begins.
func (s *series) top(row int) float64 { return s.bottom(row) + s.values[row] }

func (s *series) bottom(row int) float64 {
	if s.base == nil {
		return 0
	}
	return s.base[row]
}

// scale finds round numbers that hold all values, and marks between them.
func (v *chartView) scale() {
	for i := range v.series {
		for row := range v.names {
			if n := v.series[i].top(row); !math.IsNaN(n) {
				v.low, v.high = min(v.low, n), max(v.high, n)
			}
		}
	}
	if v.high == v.low {
		v.high = v.low + 1
	}
	rough := (v.high - v.low) / 4
	step := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if f*step >= rough {
			step *= f
			break
		}
	}
	first, last := math.Floor(v.low/step), math.Ceil(v.high/step)
	for i := last; i >= first; i-- {
		v.ticks = append(v.ticks, i*step)
	}
	v.low, v.high = first*step, last*step
}

// y is where a value is in the drawing.
func (v *chartView) y(n float64) float64 {
	return chartHeight * (v.high - n) / (v.high - v.low)
}

// band is the part of the drawing that a row has.
func (v *chartView) band() float64 { return chartWidth / float64(max(1, len(v.names))) }

func (v *chartView) middle(row int) float64 { return v.band() * (float64(row) + .5) }

// tickLabel is short: 12,000 is 12k.
func tickLabel(n float64) string {
	for _, s := range []struct {
		from, size float64
		sign       string
	}{{1e9, 1e9, "B"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}} {
		if math.Abs(n) >= s.from {
			return number(math.Round(n/s.size*100)/100) + s.sign
		}
	}
	return number(math.Round(n*1e6) / 1e6)
}

// shape is one mark of the drawing.
type shape struct{ kind, d, color, title string }

// shapes are the marks of all series: areas below bars below lines.
func (v *chartView) shapes(gap, categoryGap float64) []shape {
	var areas, lines []shape
	bars := v.bars(gap, categoryGap)
	for i := range v.series {
		s := &v.series[i]
		if s.kind != "area" && s.kind != "line" {
			continue
		}
		for _, run := range v.runs(s) {
			over, under := v.points(s, run)
			d := curve(s.curve, over)
			lines = append(lines, shape{"line", d, s.color, s.label})
			if len(over) == 1 {
				lines = append(lines, shape{"dot", d + "h.01", s.color, s.label})
			}
			if s.kind == "area" && len(over) > 1 {
				slices.Reverse(under)
				back := curve(s.curve, under)
				areas = append(areas, shape{"area", d + "L" + strings.TrimPrefix(back, "M") + "Z", s.color, s.label})
			}
		}
	}
	return slices.Concat(areas, bars, lines)
}

// runs are the stretches of rows without a gap.
func (v *chartView) runs(s *series) [][]int {
	var runs [][]int
	open := false
	for row, n := range s.values {
		if math.IsNaN(n) {
			open = false
			continue
		}
		if !open {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], row)
		open = true
	}
	return runs
}

func (v *chartView) points(s *series, run []int) (over, under []point) {
	for _, row := range run {
		over = append(over, point{v.middle(row), v.y(s.top(row))})
		under = append(under, point{v.middle(row), v.y(s.bottom(row))})
	}
	return over, under
}

// bars are side by side in a row's band, those of a stack on one another.
func (v *chartView) bars(gap, categoryGap float64) []shape {
	var columns []string
	place := make([]int, len(v.series))
	for i := range v.series {
		s := &v.series[i]
		if s.kind != "bar" {
			continue
		}
		name := orElse(s.stack, fmt.Sprint("#", i))
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
		place[i] = slices.Index(columns, name)
	}
	if len(columns) == 0 {
		return nil
	}
	n := float64(len(columns))
	room := max(v.band()-categoryGap, v.band()*.3)
	width := max((room-gap*(n-1))/n, room/n*.5)
	step := width
	if n > 1 {
		step = (room - width) / (n - 1)
	}
	var list []shape
	for i := range v.series {
		s := &v.series[i]
		for row, value := range s.values {
			if s.kind != "bar" || math.IsNaN(value) {
				continue
			}
			x, a, b := v.band()*float64(row)+(v.band()-room)/2+step*float64(place[i]), v.y(s.top(row)), v.y(s.bottom(row))
			list = append(list, shape{"bar", fmt.Sprintf("M%.1f %.1fH%.1fV%.1fH%.1fZ", x, a, x+width, b, x), s.color,
				v.names[row] + " · " + s.label + ": " + number(value)})
		}
	}
	return list
}

// told is what a row says, for the pointer.
func (v *chartView) told(row int) string {
	lines := []string{v.names[row]}
	for i := range v.series {
		if n := v.series[i].values[row]; !math.IsNaN(n) {
			lines = append(lines, v.series[i].label+": "+number(n))
		}
	}
	return strings.Join(lines, "\n")
}

// mostNames is how many names of rows are written out below a chart.
const mostNames = 12

// sparse leaves out names so that the others have room.
func (v *chartView) sparse() []string {
	every := (len(v.names) + mostNames - 1) / mostNames
	names := slices.Clone(v.names)
	for i := range names {
		if every > 1 && i%every != 0 {
			names[i] = ""
		}
	}
	return names
}

func axisHidden(c *widget.Tree) bool {
	m, _ := c.Props["xAxis"].(map[string]any)
	return m["hide"] == true
}

func gridLine(v *chartView, n float64) string { return fmt.Sprintf("M0 %.1fH%g", v.y(n), chartWidth) }

// chartGap is a distance between bars. It is given in pixels; most charts are
// about as wide as the drawing is.
func chartGap(c *widget.Tree, property string, otherwise float64) float64 {
	if n, ok := c.Number(property); ok && n >= 0 && n <= 200 {
		return n * 1.5
	}
	return otherwise * 1.5
}

func tableNumber(n float64) string {
	if math.IsNaN(n) {
		return ""
	}
	return number(n)
}
