// Package widgettemplate builds ChatKit widgets from .widget files, as ChatKit
// Studio writes them: a Jinja template that renders a widget's JSON.
//
//	card, err := widgettemplate.ReadFile(files, "cards/todo.widget")
//	widget, err := card.Build(map[string]any{"title": "Buy milk"})
//
// It knows the part of Jinja that such templates use: output, if, for and set,
// conditional expressions, comparisons, arithmetic, slices, methods of texts,
// lists and objects, namespace, range, and the common filters and tests. Other
// tags, filters and tests are refused when the file is read. As in the official
// SDK it is an error to use what is undefined.
package widgettemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// Version is the version of .widget files that this package reads.
const Version = "1.0"

// Template is a .widget file. It is safe for concurrent use.
type Template struct {
	Name    string
	Schema  json.RawMessage // JSON Schema of the data; Build does not check it
	Preview json.RawMessage // what it may look like

	body stmt
}

// Parse reads the contents of a .widget file.
func Parse(raw []byte) (*Template, error) {
	var file struct {
		Version  string          `json:"version"`
		Name     string          `json:"name"`
		Template string          `json:"template"`
		Schema   json.RawMessage `json:"jsonSchema"`
		Preview  json.RawMessage `json:"outputJsonPreview"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("widgettemplate: %w", err)
	}
	if file.Version != Version {
		return nil, fmt.Errorf("widgettemplate: %s has version %q, not %q", file.Name, file.Version, Version)
	}
	body, err := compile(file.Template)
	if err != nil {
		return nil, fmt.Errorf("widgettemplate: %s: %w", file.Name, err)
	}
	return &Template{Name: file.Name, Schema: file.Schema, Preview: file.Preview, body: body}, nil
}

// ReadFile reads a .widget file.
func ReadFile(files fs.FS, name string) (*Template, error) {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("widgettemplate: %w", err)
	}
	t, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// Build renders the template. The keys of data, a map or a struct as JSON, are
// its variables; a variable that it uses and data does not have is an error. The
// result is within widget.DefaultLimits and ready for a chatkit.WidgetItem.
func (t *Template) Build(data any) (json.RawMessage, error) {
	vars, err := fromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("widgettemplate: %s: data: %w", t.Name, err)
	}
	var rendered strings.Builder
	if err := t.body(newScope(vars), &rendered); err != nil {
		return nil, fmt.Errorf("widgettemplate: %s: %w", t.Name, err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(rendered.String())); err != nil {
		return nil, fmt.Errorf("widgettemplate: %s renders no JSON: %w", t.Name, err)
	}
	if _, err := widget.Validate(compact.Bytes(), widget.DefaultLimits()); err != nil {
		return nil, fmt.Errorf("widgettemplate: %s: %w", t.Name, err)
	}
	return compact.Bytes(), nil
}
