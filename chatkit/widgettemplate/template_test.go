package widgettemplate

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// sameJSON reports whether two texts are the same JSON.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// fixture reads a .widget file with the data and the result that belong to it.
func fixture(t *testing.T, name string) (tpl *Template, data any, want string) {
	t.Helper()
	tpl, err := ReadFile(os.DirFS("testdata"), name+".widget")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Data   any             `json:"data"`
		Widget json.RawMessage `json:"widget"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return tpl, c.Data, string(c.Widget)
}

func TestUpstream_test_widget_template_from_file(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"list_plain", "card_plain", "list_data", "card_data"} {
		tpl, data, want := fixture(t, name)
		got, err := tpl.Build(data)
		if err != nil || !sameJSON(string(got), want) {
			t.Errorf("%s:\n got %s, %v\nwant %s", name, got, err, want)
		}
		if tpl.Name == "" || len(tpl.Schema) == 0 || !sameJSON(string(tpl.Preview), want) {
			t.Errorf("%s: read as %+v", name, tpl)
		}
	}
}

func TestUpstream_test_widget_template_build_with_basic_root(t *testing.T) {
	t.Parallel()
	tpl, data, want := fixture(t, "basic_data")
	got, err := tpl.Build(data)
	if err != nil {
		t.Fatal(err)
	}
	item, err := chatkit.Marshal(&chatkit.WidgetItem{Widget: got})
	if err != nil || !strings.Contains(string(item), string(got)) || !sameJSON(string(got), want) {
		t.Errorf("got %s in %s, %v", got, item, err)
	}
}

// Upstream has a second, deprecated method for Basic roots. Here Build does it
// all, for data given as a struct too.
func TestUpstream_test_widget_template_build_basic_is_deprecated(t *testing.T) {
	t.Parallel()
	tpl, _, want := fixture(t, "basic_data")
	got, err := tpl.Build(struct {
		Title string `json:"title"`
	}{"Hi"})
	if err != nil || !sameJSON(string(got), want) {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestAgainstJinja compares with what Jinja 3.1 made of the same templates; a
// want of null means that both refuse.
func TestAgainstJinja(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/jinja.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Data  json.RawMessage `json:"data"`
		Cases []struct {
			Template string  `json:"template"`
			Want     *string `json:"want"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		got, err := render(c.Template, file.Data)
		switch {
		case c.Want == nil && err == nil:
			t.Errorf("%s: got %q, Jinja refuses", c.Template, got)
		case c.Want != nil && (err != nil || squeeze(got) != squeeze(*c.Want) && !sameJSON(got, *c.Want)):
			t.Errorf("%s:\n got %q, %v\nwant %q", c.Template, got, err, *c.Want)
		}
	}
	if len(file.Cases) < 60 {
		t.Errorf("%d cases", len(file.Cases))
	}
}

// squeeze leaves out what tojson writes otherwise than Python: spaces and a
// whole float's fraction.
func squeeze(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, ", ", ","), "2.0", "2")
}

func render(source string, data any) (string, error) {
	body, err := compile(source)
	if err != nil {
		return "", err
	}
	vars, err := fromJSON(data)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = body(newScope(vars), &out)
	return out.String(), err
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a\n{{ b }}":                   "line 2: b is undefined",
		"{{ 1 / 0 }}":                  "division by zero",
		"{{ [1] }}":                    "use tojson",
		"{{ x | dance }}":              "no filter dance",
		"{{ 1 is dancing }}":           "no test dancing",
		"{% include 'x' %}":            `no tag "include"`,
		"{% endif %}":                  `no tag "endif"`,
		"{% if 1 %}":                   "endif is missing",
		"{% for i in 5 %}{% endfor %}": "not a list",
		"{{ 1":                         "}} is missing",
		"{{ 'a }}":                     "without an end",
		"{{ (1 }}":                     "}} is missing",
		"{{ 1 2 }}":                    `unexpected "2"`,
		"{{ }}":                        "a value expected",
		"{# x":                         "without an end",
		"{{ 1 < 'a' }}":                "no order",
		"{% set l = [] %}{% set _ = l.append(l) %}{{ l | tojson }}":                                                           "nested",
		"{{ " + strings.Repeat("(", 10000):                                                                                    "is missing",
		"{{ " + strings.Repeat("(", 10000) + "1" + strings.Repeat(")", 10000) + " }}":                                         "nested",
		"{{ " + strings.Repeat("not ", 10000) + "1 }}":                                                                        "nested",
		"{{ " + strings.Repeat("-", 10000) + "1 }}":                                                                           "nested",
		strings.Repeat("{% if 1 %}", 10000) + strings.Repeat("{% endif %}", 10000):                                            "nested",
		"{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}": "without end",
		"{% for a in range(100000000) %}x{% endfor %}":                                                                        "without end",
	} {
		if got, err := render(source, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %.60q, %v, want %s", source, got, err, want)
		}
	}
}

func TestParseAndBuildFail(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{`:                                   "unexpected end",
		`{"version":"2.0","name":"x"}`:        `version "2.0"`,
		`{"version":"1.0","template":"{{ ("}`: "is missing",
	} {
		if tpl, err := Parse([]byte(raw)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v", raw, tpl, err)
		}
	}
	for source, want := range map[string]string{
		`nonsense`:                             "renders no JSON",
		`{"type":"Text","value":"x"}`:          "the root is",
		`{"type":"Card","children":[{{ x }}]}`: "x is undefined",
	} {
		raw, _ := json.Marshal(map[string]string{"version": "1.0", "name": "n", "template": source})
		tpl, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tpl.Build(nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %s, %v", source, got, err)
		}
		for _, data := range []any{[]int{1}, func() {}} {
			if got, err := tpl.Build(data); err == nil {
				t.Errorf("data %T: got %s", data, got)
			}
		}
	}
	if _, err := ReadFile(os.DirFS("testdata"), "nobody.widget"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestTemplateIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	tpl, data, want := fixture(t, "list_data")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := tpl.Build(data); err != nil || !sameJSON(string(got), want) {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
	group.Wait()
}

func FuzzTemplate(f *testing.F) {
	f.Add(`{%- set _c -%}{%-for i in l -%},{{ (i.x if i else none) | tojson }}{%-endfor-%}{%- endset -%}{{- (_c[1:] if _c and _c[0] == ',' else _c) -}}`)
	f.Add(`{% set n = namespace(a=1) %}{% set n.a = n.a + 1 %}{{ n.a // 2 % 3 ~ "x"[:1] }}{# c -#}`)
	f.Fuzz(func(t *testing.T, source string) {
		_, _ = render(source, map[string]any{"l": []any{map[string]any{"x": 1}}, "s": "text"})
	})
}

func ExampleTemplate_Build() {
	card, err := Parse([]byte(`{"version":"1.0","name":"Greeting",
		"template":"{\"type\":\"Card\",\"children\":[{\"type\":\"Title\",\"value\":{{ (name) | tojson }}}]}"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	widget, err := card.Build(map[string]any{"name": "Ann"})
	fmt.Println(string(widget), err)
	// Output: {"type":"Card","children":[{"type":"Title","value":"Ann"}]} <nil>
}
