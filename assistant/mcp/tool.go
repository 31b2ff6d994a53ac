package mcp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
)

const (
	maxTools       = 200
	maxPages       = 20
	maxDescription = 8 << 10
	maxSchema      = 32 << 10
	maxResult      = 64 << 10 // bytes of text for the model
	longestName    = 64
)

// Tool is a tool of a server as it describes itself.
type Tool struct {
	Server      string
	Name        string // the server's
	Offered     string // the model's: server__tool
	Description string
	ReadOnly    bool // it says that it changes nothing
	Fingerprint string
	Problem     string // why it can't be used; "" is none

	tool assistant.Tool
}

// Schema returns the JSON schema of the arguments, with what is invisible spelled
// out.
func (t Tool) Schema() string {
	quoted := strconv.QuoteToASCII(string(t.tool.Schema))
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// describe reads what a tool says about itself.
func (s Server) describe(t *sdk.Tool) Tool {
	d := Tool{Server: s.Name, Name: t.Name, Offered: offered(s.Name, t.Name), Description: t.Description}
	d.ReadOnly = t.Annotations != nil && t.Annotations.ReadOnlyHint
	schema, err := json.Marshal(t.InputSchema)
	if err != nil || t.InputSchema == nil {
		schema = nil
	}
	said, err := json.Marshal(map[string]any{"name": t.Name, "title": t.Title, "description": t.Description,
		"schema": json.RawMessage(nonEmpty(schema)), "read_only": d.ReadOnly})
	if err != nil {
		d.Problem = "what it says about itself can't be read"
		return d
	}
	sum := sha256.Sum256(said)
	d.Fingerprint = hex.EncodeToString(sum[:])
	switch {
	case t.Name == "" || len(t.Name) > 128:
		d.Problem = "it has no proper name"
	case len(t.Description) > maxDescription || len(schema) > maxSchema:
		d.Problem = "it says too much about itself"
	case len(schema) == 0:
		d.Problem = "it has no schema"
	}
	if d.Problem != "" {
		return d
	}
	check, err := assistant.CheckBy(schema)
	if err != nil {
		d.Problem = "its schema can't be used"
		return d
	}
	d.tool = assistant.Tool{
		Name: d.Offered, Description: chatkit.CleanText(t.Description), Schema: schema, Check: check, Origin: s.Name, Timeout: s.Timeout,
		Consent:  s.Consent == ConsentAlways || s.Consent == ConsentWrites && !d.ReadOnly,
		Progress: chatkit.ProgressUpdate{Icon: "globe", Text: "Asking " + s.Name + "…"},
	}
	return d
}

func nonEmpty(raw []byte) []byte {
	if len(raw) == 0 {
		return []byte("null")
	}
	return raw
}

var oddName = regexp.MustCompile(`[^a-zA-Z0-9_-]+`)

// offered is the name by which models know a tool: model servers take few
// characters. A name that had to be changed ends in a sum of the true one.
func offered(server, tool string) string {
	name := server + "__" + oddName.ReplaceAllString(tool, "_")
	if name == server+"__"+tool && len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(tool))
	tail := "_" + base64.RawURLEncoding.EncodeToString(sum[:6])
	return name[:min(len(name), longestName-len(tail))] + tail
}

// list asks the session for its tools.
func (s Server) list(ctx context.Context, session *sdk.ClientSession) ([]Tool, error) {
	var tools []Tool
	names := map[string]bool{}
	params := &sdk.ListToolsParams{}
	for range maxPages {
		page, err := session.ListTools(ctx, params)
		if err != nil {
			return nil, s.plain(err)
		}
		for _, t := range page.Tools {
			if t == nil || len(tools) == maxTools {
				continue
			}
			d := s.describe(t)
			if names[d.Offered] {
				d.Problem = "there are two of this name"
			}
			names[d.Offered] = true
			tools = append(tools, d)
		}
		if page.NextCursor == "" {
			return tools, nil
		}
		params.Cursor = page.NextCursor
	}
	return tools, nil
}

// result is what the model reads of an answer.
type result struct {
	Server  string `json:"server"`
	Content string `json:"content"`
}

// call calls a tool of the session.
func (s Server) call(ctx context.Context, session *sdk.ClientSession, name string, args json.RawMessage) (any, error) {
	res, err := session.CallTool(ctx, &sdk.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		return nil, s.plain(err)
	}
	text := words(res)
	if res.IsError {
		return assistant.ToolFailure{Error: "The tool of " + s.Name + " says: " + text}, nil
	}
	return result{Server: s.Name, Content: text}, nil
}

// words is what a result says in text; the rest is only named.
func words(res *sdk.CallToolResult) string {
	var b strings.Builder
	for _, c := range res.Content {
		if b.Len() > maxResult {
			break
		}
		switch c := c.(type) {
		case *sdk.TextContent:
			b.WriteString(c.Text)
		case *sdk.ImageContent:
			fmt.Fprintf(&b, "[a picture, %s, not shown]", clip(c.MIMEType, 100))
		case *sdk.AudioContent:
			fmt.Fprintf(&b, "[a sound, %s, not played]", clip(c.MIMEType, 100))
		case *sdk.ResourceLink:
			fmt.Fprintf(&b, "[link: %s]", clip(c.URI, 2000))
		case *sdk.EmbeddedResource:
			if c.Resource != nil {
				fmt.Fprintf(&b, "[%s]\n%s", clip(c.Resource.URI, 2000), c.Resource.Text)
			}
		}
		b.WriteByte('\n')
	}
	text := strings.TrimSpace(chatkit.CleanText(b.String()))
	if text == "" && res.StructuredContent != nil {
		if raw, err := json.Marshal(res.StructuredContent); err == nil {
			text = string(raw)
		}
	}
	if len(text) > maxResult {
		return clip(text, maxResult) + fmt.Sprintf("\n[cut: %d bytes more]", len(text)-maxResult)
	}
	return text
}

// clip cuts s to at most n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

var errGone = errors.New("the server is not connected")
