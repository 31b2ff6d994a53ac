package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// PageTools are done by our own pages, in the person's browser. A page says which
// of them it has.
func PageTools() Tools {
	return clientTools([]clientTool{
		{"open_link", "Offer the person to open a web page in a new tab. They are asked first.",
			object(`"url":{"type":"string","description":"an address that begins with https://"}`, `"url"`)},
		{"copy", "Offer the person to copy a text to their clipboard. They are asked first.",
			object(`"text":{"type":"string","minLength":1}`, `"text"`)},
		{"get_selection", "Read the text that the person has selected in the page.",
			object(`"max":{"type":"integer","description":"characters; default 1000"}`, "")},
		{"place", "Find out where the person is. They are asked first.", object("", "")},
		{"current_time", "Tell the time, the time zone and the language of the person's device.", object("", "")},
		{"theme", "Make the page light, dark, or as the person's device is set.",
			object(`"theme":{"type":"string","enum":["light","dark","device"]}`, `"theme"`)},
	})
}

// ChatPageTools are the names of those that the chat page has: all of them.
func ChatPageTools() []string {
	var names []string
	for _, t := range PageTools() {
		names = append(names, t.Name)
	}
	return names
}

// clientTool is an entry of a file of client tools.
type clientTool struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`
}

var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// maxClientTools bounds what a model is told of.
const maxClientTools = 64

// ReadClientTools reads a list of tools that front ends do. The error says what is
// wrong with it.
func ReadClientTools(raw []byte) (Tools, error) {
	var list []clientTool
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("it is not a JSON list of tools: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || len(list) > maxClientTools {
		return nil, errors.New("it must be one JSON list of at most 64 tools")
	}
	seen := map[string]bool{}
	for i := range list {
		c := &list[i]
		switch {
		case !toolName.MatchString(c.Name):
			return nil, fmt.Errorf("tool %d: a name has letters, digits, _ and - only, at most 64", i+1)
		case seen[c.Name]:
			return nil, fmt.Errorf("there are two tools %q", c.Name)
		case slices.Contains(taskToolNames(), c.Name):
			return nil, fmt.Errorf("%q is a tool of TaskPilot's own", c.Name)
		case c.Description == "":
			return nil, fmt.Errorf("tool %q has no description", c.Name)
		}
		seen[c.Name] = true
		if len(c.Schema) == 0 {
			c.Schema = object("", "")
		}
		if _, err := CheckBy(c.Schema); err != nil {
			return nil, fmt.Errorf("tool %q: %w", c.Name, err)
		}
	}
	return clientTools(list), nil
}

func clientTools(list []clientTool) Tools {
	tools := make(Tools, len(list))
	for i, c := range list {
		check, err := CheckBy(c.Schema)
		if err != nil { // a list of ours that no test has seen
			check = func(json.RawMessage) *ToolFailure { return &ToolFailure{Error: "This tool is not well described."} }
		}
		tools[i] = Tool{Name: c.Name, Description: c.Description, Schema: c.Schema, Check: check, Client: true}
	}
	return tools
}

// ClientTools is the source of the tools that the person's front end has said that
// it has.
type ClientTools Tools

var _ ToolSource = ClientTools{}

// Tools returns those of the turn's front end.
func (ts ClientTools) Tools(_ context.Context, turn *Turn) (Tools, error) {
	var list Tools
	for _, t := range ts {
		if slices.Contains(turn.ClientTools, t.Name) {
			list = append(list, t)
		}
	}
	return list, nil
}
