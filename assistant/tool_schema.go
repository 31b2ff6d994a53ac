package assistant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// checkArgs holds arguments against the schema of a tool that asks for it: one
// that does not read its arguments strictly itself. nil: they are good.
func (t Tool) checkArgs(args json.RawMessage) *ToolFailure {
	if t.Check == nil {
		return nil
	}
	return t.Check(args)
}

// CheckBy returns what checks a tool's arguments by a JSON schema. Arguments that
// an object's schema does not name are refused, unless it says what they may be.
// The error says that the schema is none.
func CheckBy(raw json.RawMessage) (func(args json.RawMessage) *ToolFailure, error) {
	schema := new(jsonschema.Schema)
	if err := json.Unmarshal(raw, schema); err != nil {
		return nil, fmt.Errorf("assistant: schema: %w", err)
	}
	if schema.Type != "object" {
		return nil, fmt.Errorf("assistant: schema: the arguments' type must be object")
	}
	if schema.AdditionalProperties == nil && schema.PatternProperties == nil && len(schema.AllOf)+len(schema.AnyOf)+len(schema.OneOf) == 0 && schema.Ref == "" {
		schema.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}} // nothing
	}
	resolved, err := schema.Resolve(nil) // no loader: a schema can't make us fetch another
	if err != nil {
		return nil, fmt.Errorf("assistant: schema: %w", err)
	}
	return func(args json.RawMessage) *ToolFailure {
		var object map[string]any
		if err := json.Unmarshal(args, &object); err != nil || object == nil {
			return &ToolFailure{Error: "The arguments must be a JSON object."}
		}
		if err := resolved.Validate(object); err != nil {
			return &ToolFailure{Error: "The arguments don't fit the tool's schema: " + shorten(err.Error(), 300)}
		}
		return nil
	}, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
