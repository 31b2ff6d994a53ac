package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/valyala/fasthttp/fasthttpadaptor"

	"github.com/taskpilot/taskpilot/assistant"
)

// mcpTime bounds one request. Each is answered at once: the server keeps no
// session and sends nothing by itself.
const mcpTime = 30 * time.Second

// newToolServer serves the task tools to other programs' models.
func (h *Handlers) newToolServer(tools assistant.Tools) http.Handler {
	return mcp.NewStreamableHTTPHandler(func(r *http.Request) *mcp.Server {
		user := askerOf(r.Context())
		if user.ID == "" {
			return nil
		}
		server := mcp.NewServer(&mcp.Implementation{Name: "taskpilot", Title: "TaskPilot", Version: h.Version}, &mcp.ServerOptions{
			Instructions: "The to-do list of the person whose token this is.",
			Capabilities: &mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{}},
		})
		for _, tool := range tools {
			server.AddTool(mcpTool(tool), h.mcpCall(user.ID, tool.Name, tools))
		}
		return server
	}, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxBody,
		DisableLocalhostProtection: true, // a proxy on this machine is no attack; who calls has a token
	})
}

// mcpTool describes a tool to MCP clients.
func mcpTool(t assistant.Tool) *mcp.Tool {
	no := false
	notes := &mcp.ToolAnnotations{OpenWorldHint: &no, DestructiveHint: &t.Consent}
	notes.ReadOnlyHint = t.Name == assistant.ToolListTasks || t.Name == assistant.ToolFindTask
	return &mcp.Tool{Name: t.Name, Description: t.Description, InputSchema: t.Schema, Annotations: notes}
}

// mcpCall does one call with the rights of the token's person. Whether to ask them
// before something is deleted is up to their client, which knows by the tool's
// annotations.
func (h *Handlers) mcpCall(userID, name string, tools assistant.Tools) mcp.ToolHandler {
	return func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		out, err := tools.Call(ctx, userID, name, req.Params.Arguments)
		if err != nil {
			h.Log.ErrorContext(ctx, "a tool failed", "tool", name, "err", err)
		}
		text, err := json.Marshal(out)
		if err != nil {
			return nil, err
		}
		_, failed := out.(assistant.ToolFailure)
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(text)}}, IsError: failed}, nil
	}
}

// serveMCP answers an MCP client.
func (h *Handlers) serveMCP(c *fiber.Ctx) error {
	if origin := c.Get(fiber.HeaderOrigin); origin != "" && !h.ownOrigin(c, origin) {
		return errForbidden
	}
	var r http.Request
	if err := fasthttpadaptor.ConvertRequest(c.Context(), &r, true); err != nil {
		return badRequest("The request could not be understood.")
	}
	// Answers are JSON, whatever a client prefers: nothing here takes long.
	r.Header.Set(fiber.HeaderAccept, "application/json, text/event-stream")
	ctx, cancel := context.WithTimeout(c.UserContext(), mcpTime)
	defer cancel()
	v := viewerOf(c)
	answer := &plainAnswer{header: http.Header{}, status: fiber.StatusOK}
	h.tools.ServeHTTP(answer, r.WithContext(withAsker(ctx, assistant.User{ID: v.User.ID, Name: v.User.Name})))
	for name, values := range answer.header {
		for _, value := range values {
			c.Set(name, value)
		}
	}
	return c.Status(answer.status).Send(answer.body.Bytes())
}

// ownOrigin reports whether a page of this origin may call: one of ours, or of a
// site that is allowed to.
func (h *Handlers) ownOrigin(c *fiber.Ctx, origin string) bool {
	own := h.PublicURL.Scheme + "://" + h.PublicURL.Host
	return origin == own || origin == c.Protocol()+"://"+string(c.Request().Host()) || slices.Contains(h.AllowedOrigins, origin)
}

// plainAnswer takes an answer that is written at once.
type plainAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the answer's headers.
func (a *plainAnswer) Header() http.Header { return a.header }

// WriteHeader sets the status.
func (a *plainAnswer) WriteHeader(status int) { a.status = status }

// Write appends to the body.
func (a *plainAnswer) Write(b []byte) (int, error) {
	if a.body.Len()+len(b) > 4<<20 {
		return 0, errors.New("handlers: the answer of a tool is too large")
	}
	return a.body.Write(b)
}
