package widget

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Limits bounds a widget that comes from elsewhere.
type Limits struct {
	Depth int // of nodes in nodes
	Nodes int
	Bytes int
}

// DefaultLimits is more than a widget for people needs.
func DefaultLimits() Limits { return Limits{Depth: 16, Nodes: 500, Bytes: 64 << 10} }

// ErrLimit is wrapped by the error of a widget that is too large.
var ErrLimit = errors.New("widget: too large")

// Problem is something about a node that a front end of this version does not
// understand. It leaves out what it does not understand; newer ones may not.
type Problem struct {
	Path    string // such as "children[2].children[0]"; empty for the root
	Message string
}

// Validate checks a widget's JSON. The error says that it is no widget at all or
// beyond the limits (ErrLimit), and should not be shown; the problems say what is
// unknown or missing in it.
func Validate(raw json.RawMessage, limits Limits) ([]Problem, error) {
	if len(raw) > limits.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(raw), limits.Bytes)
	}
	root, err := parse(raw)
	if err != nil {
		return nil, err
	}
	if kind, _ := root["type"].(string); !isRoot(kind) {
		return nil, fmt.Errorf("widget: the root is %q, not Card, ListView or Basic", kind)
	}
	v := validator{limits: limits}
	if err := v.node(root, "", 1); err != nil {
		return nil, err
	}
	return v.problems, nil
}

type validator struct {
	limits   Limits
	nodes    int
	problems []Problem
}

func (v *validator) report(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) node(n map[string]any, path string, depth int) error {
	if v.nodes++; v.nodes > v.limits.Nodes {
		return fmt.Errorf("%w: more than %d nodes", ErrLimit, v.limits.Nodes)
	}
	if depth > v.limits.Depth {
		return fmt.Errorf("%w: nodes nested more than %d deep", ErrLimit, v.limits.Depth)
	}
	kind, _ := n["type"].(string)
	if props, known := components()[kind]; known {
		v.properties(n, kind, props, path)
	} else {
		v.report(path, "%.40q is not a component", kind)
	}
	return v.children(n["children"], kind, path, depth)
}

func (v *validator) properties(n map[string]any, kind string, props component, path string) {
	for _, key := range sorted(n) {
		if _, known := props[key]; !known {
			v.report(path, "%s has no property %.40q", kind, key)
		}
		if strings.HasPrefix(key, "on") && strings.HasSuffix(key, "Action") {
			v.action(n[key], path, key)
		}
	}
	for _, key := range []string{"confirm", "cancel"} {
		if button, ok := n[key].(map[string]any); ok {
			v.action(button["action"], path, key+".action")
		}
	}
	for _, key := range sorted(props) {
		if _, there := n[key]; props[key] && !there {
			v.report(path, "%s lacks %s", kind, key)
		}
	}
}

func (v *validator) action(a any, path, key string) {
	action, _ := a.(map[string]any)
	if typ, _ := action["type"].(string); typ == "" {
		v.report(path, "%s is not an action: it has no type", key)
	}
}

// only says which kind the children of some must be.
func only(kind string) string {
	switch kind {
	case "ListView":
		return "ListViewItem"
	case "Table":
		return "Table.Row"
	case "Table.Row":
		return "Table.Cell"
	}
	return ""
}

func (v *validator) children(kids any, kind, path string, depth int) error {
	list, isList := kids.([]any)
	switch one := kids.(type) {
	case nil:
		return nil
	case map[string]any:
		list = []any{one}
	default:
		if !isList {
			v.report(path, "children is neither a node nor an array of nodes")
			return nil
		}
	}
	for i, kid := range list {
		at := strings.TrimPrefix(fmt.Sprintf("%s.children[%d]", path, i), ".")
		n, ok := kid.(map[string]any)
		if !ok {
			v.report(at, "is no node")
			continue
		}
		if want := only(kind); want != "" && n["type"] != want {
			v.report(at, "a %s holds %s only", kind, want)
		}
		if err := v.node(n, at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Item makes an item of a widget's JSON after Validate with the default limits;
// copyText is what the copy button puts on the clipboard.
func Item(raw json.RawMessage, copyText string) (*chatkit.WidgetItem, error) {
	if _, err := Validate(raw, DefaultLimits()); err != nil {
		return nil, err
	}
	return &chatkit.WidgetItem{Widget: raw, CopyText: copyText}, nil
}
