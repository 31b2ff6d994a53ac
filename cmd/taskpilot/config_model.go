package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/handlers"
)

// HostedTools are the model server's own tools that it may use.
type HostedTools struct {
	WebSearch  bool
	FileSearch []string // ids of vector stores
	Images     bool
}

// offered is what people may ask for.
func (t HostedTools) offered() []handlers.Tool {
	var list []handlers.Tool
	if t.WebSearch {
		list = append(list, handlers.HostedTool("web_search"))
	}
	if len(t.FileSearch) > 0 {
		list = append(list, handlers.HostedTool("file_search"))
	}
	if t.Images {
		list = append(list, handlers.HostedTool("image_generation"))
	}
	return list
}

// modelSettings are those about the model server, besides which one it is.
func modelSettings() []setting {
	return []setting{
		{name: "OPENAI_TOOLS", accepts: "a list of web_search, image_generation and file_search:vs_… (a vector store's id), separated by commas", set: setHostedTools},
		{name: "OPENAI_STORE", fallback: "off", accepts: "on or off", set: setStore},
		{name: "OPENAI_REASONING", fallback: "auto", accepts: "auto, off, none, minimal, low, medium, high or xhigh", set: setReasoning},
		{name: "OPENAI_TIMEOUT", fallback: "60s", accepts: "a time from 1s to 10m, as 90s", set: setModelTimeout},
		{name: "OPENAI_CONTEXT_TOKENS", fallback: "32000", accepts: "a number from 1000 to 2000000", set: setWindow},
	}
}

func setHostedTools(r *rawConfig, value string) error {
	hosted := HostedTools{}
	for _, name := range strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ' ' }) {
		name, store, _ := strings.Cut(name, ":")
		switch {
		case name == "web_search" && store == "":
			hosted.WebSearch = true
		case name == "image_generation" && store == "":
			hosted.Images = true
		case name == "file_search" && store != "" && checkWord(store, 200) == nil:
			hosted.FileSearch = append(hosted.FileSearch, store)
		case name == "file_search":
			return errors.New("file_search needs a vector store")
		default:
			return errors.New("not a known tool")
		}
	}
	r.OpenAI.Hosted = hosted
	return nil
}

func setStore(r *rawConfig, value string) error {
	store, err := oneOf(value, "on", "off")
	r.OpenAI.Store = store == "on"
	return err
}

func setReasoning(r *rawConfig, value string) (err error) {
	r.OpenAI.Reasoning, err = oneOf(value, "auto", "off", "none", "minimal", "low", "medium", "high", "xhigh")
	return err
}

func setModelTimeout(r *rawConfig, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < time.Second || d > 10*time.Minute {
		return errors.New("not such a time")
	}
	r.OpenAI.Timeout = d
	return nil
}

func setWindow(r *rawConfig, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1000 || n > 2_000_000 {
		return errors.New("not such a number")
	}
	r.OpenAI.Window = n
	return nil
}

func setEngine(r *rawConfig, value string) error {
	engine, err := oneOf(value, engineAuto, engineBuiltin, engineResponses, engineCompletions, engineAssistants)
	r.engine = engine
	return err
}

// resolveEngine settles which engine answers: OpenAI's own server speaks the
// Responses API best, others chat completions.
func (r *rawConfig) resolveEngine() error {
	openAI := r.OpenAI.BaseURL == ""
	modelKnown := r.OpenAI.APIKey != "" || !openAI
	r.Assistant = r.engine
	if r.engine == engineAuto {
		switch {
		case !modelKnown:
			r.Assistant = engineBuiltin
		case openAI:
			r.Assistant = engineResponses
		default:
			r.Assistant = engineCompletions
		}
	}
	needsModel := []string{engineResponses, engineCompletions, engineAssistants}
	if slices.Contains(needsModel, r.Assistant) && !modelKnown {
		return fmt.Errorf("%q needs a model; accepted: set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL for another server", r.engine)
	}
	return nil
}

// checkHosted refuses tools that the engine can't offer: nobody would notice that
// they are missing.
func (r *rawConfig) checkHosted() error {
	h := r.OpenAI.Hosted
	if r.Assistant == engineResponses || r.Assistant == engineBuiltin || !h.WebSearch && !h.Images && len(h.FileSearch) == 0 {
		return nil
	}
	return fmt.Errorf("the engine %q has no such tools; accepted: set ASSISTANT=responses if the server speaks the Responses API, or leave it empty", r.Assistant)
}

// resolveTranscriber sends recordings where messages go, unless they have a
// server of their own. The key of one server is not shown to another.
func (r *rawConfig) resolveTranscriber() error {
	t := &r.Transcribe
	if r.transcribeURL == "" {
		t.BaseURL = r.OpenAI.BaseURL
	}
	if t.APIKey == "" && t.BaseURL == r.OpenAI.BaseURL {
		t.APIKey = r.OpenAI.APIKey
	}
	if t.Model != "" && t.APIKey == "" && t.BaseURL == "" {
		return fmt.Errorf("%q needs a server; accepted: set TRANSCRIBE_BASE_URL, or OPENAI_API_KEY for OpenAI", t.Model)
	}
	return nil
}
