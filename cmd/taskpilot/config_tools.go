package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/mcp"
	"github.com/taskpilot/taskpilot/handlers"
)

// ToolSettings are what models may choose from, and how much.
type ToolSettings struct {
	Models        []handlers.Model // that people may choose; the first one is used otherwise
	Titles        bool             // the model names conversations
	DailyMessages int64            // for each person; 0: no limit
	DailyTokens   int64
	Client        assistant.Tools // done by front ends of others
	MCP           []mcp.Server
}

// toolSettings are the settings about tools, choice and limits.
func toolSettings() []setting {
	return []setting{
		{name: "OPENAI_MODELS", accepts: "models' names, or name=label, separated by commas, as gpt-4.1-mini=Fast,gpt-4.1=Thorough", set: setModels},
		{name: "TITLES", fallback: "model", accepts: "model or words", set: setTitles},
		{name: "DAILY_MESSAGES", fallback: "0", accepts: "a number; 0 is no limit", set: setDailyMessages},
		{name: "DAILY_TOKENS", fallback: "0", accepts: "a number; 0 is no limit", set: setDailyTokens},
		{name: "CLIENT_TOOLS_FILE", accepts: "the path of a JSON file: a list of tools with name, description and schema", set: setClientTools},
		{name: "MCP_CONFIG_FILE", accepts: `the path of a JSON file: {"mcpServers": {"name": {"command": "…"} or {"url": "…"}}}`, set: setMCP},
	}
}

func setModels(r *rawConfig, value string) error {
	for entry := range strings.SplitSeq(value, ",") {
		id, label, labelled := strings.Cut(strings.TrimSpace(entry), "=")
		id, label = strings.TrimSpace(id), strings.TrimSpace(label)
		switch {
		case id == "" || labelled && label == "":
			return errors.New("a name or a label is missing")
		case len(label) > 100:
			return errors.New("a label is too long")
		case slices.ContainsFunc(r.Tools.Models, func(m handlers.Model) bool { return m.ID == id }):
			return errors.New("a model is named twice")
		}
		if err := checkWord(id, 200); err != nil {
			return err
		}
		if label == "" {
			label = id
		}
		r.Tools.Models = append(r.Tools.Models, handlers.Model{ID: id, Label: label})
	}
	return nil
}

// completeModels makes the model that is used by itself the first one to choose.
func (r *rawConfig) completeModels() {
	if r.OpenAI.Model == "" && !r.findsModel() {
		r.OpenAI.Model = assistant.DefaultModel
	}
	if r.Assistant == engineBuiltin || r.OpenAI.Model == "" {
		r.Tools.Models = nil
		return
	}
	own := func(m handlers.Model) bool { return m.ID == r.OpenAI.Model }
	i := slices.IndexFunc(r.Tools.Models, own)
	first := handlers.Model{ID: r.OpenAI.Model, Label: r.OpenAI.Model}
	if i >= 0 {
		first = r.Tools.Models[i]
		r.Tools.Models = slices.Delete(r.Tools.Models, i, i+1)
	}
	r.Tools.Models = slices.Insert(r.Tools.Models, 0, first)
}

// findsModel reports whether the model server is asked which model it has: one
// that is not OpenAI's, when nobody named any.
func (r *rawConfig) findsModel() bool {
	return r.OpenAI.BaseURL != "" && len(r.Tools.Models) == 0 && (r.Assistant == engineCompletions || r.Assistant == engineResponses)
}

func setTitles(r *rawConfig, value string) error {
	titles, err := oneOf(value, "model", "words")
	r.Tools.Titles = titles == "model"
	return err
}

func setDailyMessages(r *rawConfig, value string) (err error) {
	r.Tools.DailyMessages, err = count(value)
	return err
}

func setDailyTokens(r *rawConfig, value string) (err error) {
	r.Tools.DailyTokens, err = count(value)
	return err
}

func count(value string) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 || n > 1e15 {
		return 0, errors.New("not a number from 0 up")
	}
	return n, nil
}

// maxToolFile bounds files that list tools or servers.
const maxToolFile = 1 << 20

func setClientTools(r *rawConfig, path string) error {
	raw, err := readSmallFile(path, maxToolFile)
	if err != nil {
		return err
	}
	r.Tools.Client, err = assistant.ReadClientTools(raw)
	return err
}

func setMCP(r *rawConfig, path string) error {
	raw, err := readSmallFile(path, maxToolFile)
	if err != nil {
		return err
	}
	servers, err := mcp.ReadConfig(raw, r.lookup)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	r.Tools.MCP = servers
	return nil
}
