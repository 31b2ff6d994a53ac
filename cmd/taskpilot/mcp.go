package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/assistant/mcp"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/models"
)

const mcpHelp = `The servers are those of the file that MCP_CONFIG_FILE names. What a tool says about
itself is read by every person's model: read it yourself, then approve it. A tool
whose description changes is left out until it is approved again. A running server
notices within seconds.`

func mcpListCommand() command {
	return command{
		name: "mcp list", brief: "Show the tools of the MCP servers, and which are approved", more: mcpHelp,
		prepare: noFlags(withNewDB(func(ctx context.Context, p *program, db *models.DB, c Config, _ []string) error {
			approved, err := handlers.NewApprovals(db).Approved(ctx)
			if err != nil {
				return err
			}
			if len(c.Tools.MCP) == 0 {
				_, err := fmt.Fprintln(p.stdout, "There are no MCP servers. Name them in a file and set MCP_CONFIG_FILE; see docs/tools.md.")
				return err
			}
			for _, s := range c.Tools.MCP {
				tools, err := mcp.Describe(ctx, s, p.stderr)
				if err != nil {
					fmt.Fprintf(p.stdout, "%s: does not work: %s\n", s.Name, plain(err))
				}
				for _, t := range tools {
					writeTool(p.stdout, t, state(t, approved))
				}
			}
			return nil
		})),
	}
}

func mcpApproveCommand() command {
	return command{
		name: "mcp approve", args: "<server>", nargs: 1, brief: "Let models have a server's tools as they describe themselves now", more: mcpHelp,
		prepare: func(fs *flag.FlagSet) action {
			only := fs.String("tool", "", "approve only the tool with this `name`")
			return withNewDB(func(ctx context.Context, p *program, db *models.DB, c Config, args []string) error {
				s, err := serverNamed(c, args[0])
				if err != nil {
					return err
				}
				tools, err := mcp.Describe(ctx, s, p.stderr)
				if err != nil {
					return fmt.Errorf("%s does not work: %w", s.Name, err)
				}
				var list []models.MCPApproval
				for _, t := range tools {
					if *only != "" && t.Name != *only || *only == "" && t.Problem != "" {
						continue
					}
					if t.Problem != "" {
						return fmt.Errorf("%s can't be used: %s", t.Name, t.Problem)
					}
					list = append(list, models.MCPApproval{Server: t.Server, Tool: t.Name, Fingerprint: t.Fingerprint})
					writeTool(p.stdout, t, "approved now")
				}
				if len(list) == 0 {
					return errors.New("there is no such tool")
				}
				return db.ApproveMCP(ctx, list...)
			})
		},
	}
}

func mcpRevokeCommand() command {
	return command{
		name: "mcp revoke", args: "<server>", nargs: 1, brief: "Take back what was approved of a server", more: mcpHelp,
		prepare: func(fs *flag.FlagSet) action {
			only := fs.String("tool", "", "take back only the tool with this `name`")
			return withNewDB(func(ctx context.Context, p *program, db *models.DB, _ Config, args []string) error {
				n, err := db.RevokeMCP(ctx, args[0], *only)
				if err != nil {
					return err
				}
				if n == 0 {
					return errors.New("nothing of that was approved")
				}
				_, err = fmt.Fprintf(p.stdout, "%d taken back\n", n)
				return err
			})
		},
	}
}

func serverNamed(c Config, name string) (mcp.Server, error) {
	i := slices.IndexFunc(c.Tools.MCP, func(s mcp.Server) bool { return s.Name == name })
	if i < 0 {
		return mcp.Server{}, fmt.Errorf("there is no MCP server %q in the file that MCP_CONFIG_FILE names", name)
	}
	return c.Tools.MCP[i], nil
}

func state(t mcp.Tool, approved map[mcp.Key]string) string {
	switch fingerprint, ok := approved[mcp.Key{Server: t.Server, Tool: t.Name}]; {
	case t.Problem != "":
		return "can't be used: " + t.Problem
	case !ok:
		return "not approved"
	case fingerprint != t.Fingerprint:
		return "CHANGED since it was approved"
	}
	return "approved"
}

// writeTool shows all that a model would read, so that nothing in it can hide.
func writeTool(w io.Writer, t mcp.Tool, state string) {
	kind := "may change things"
	if t.ReadOnly {
		kind = "says that it only reads"
	}
	fmt.Fprintf(w, "%s %q: %s; %s\n", t.Server, t.Name, state, kind)
	for line := range strings.Lines(t.Description) {
		quoted := fmt.Sprintf("%q", strings.TrimRight(line, "\r\n"))
		fmt.Fprintf(w, "    %s\n", quoted[1:len(quoted)-1])
	}
	fmt.Fprintf(w, "    arguments: %s\n", t.Schema())
}
