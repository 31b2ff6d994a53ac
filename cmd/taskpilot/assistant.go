package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
)

func assistantCheckCommand() command {
	return command{
		name:  "assistant check",
		brief: "Try the configured assistant: key, model, streaming, tool calls",
		more: "Asks the model two short questions and prints what works, a line each: ok, note or\nFAILED. " +
			"It needs no database and no running server. The exit code is 1 if anything FAILED.",
		prepare: noFlags(func(ctx context.Context, p *program, _ []string) error { return p.checkAssistant(ctx) }),
	}
}

func assistantSetupCommand() command {
	return command{
		name:  "assistant setup",
		brief: "Write " + assistantFile + " for the configured assistant",
		more: "With ASSISTANT=assistants, an assistant with TaskPilot's instructions and tools is made\n" +
			"at the model server, unless the one in the file is still there, and its id is written.\n" +
			"The other engines need nothing at the server. The file stands in the working directory.",
		prepare: func(fs *flag.FlagSet) action {
			fresh := fs.Bool("new", false, "make a new assistant even if there is one")
			return func(ctx context.Context, p *program, _ []string) error { return p.setUpAssistant(ctx, *fresh) }
		},
	}
}

// checkAssistant prints what works of the configured assistant.
func (p *program) checkAssistant(ctx context.Context) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	if c.Assistant == engineBuiltin {
		_, err := fmt.Fprintln(p.stdout, "ok      The built-in assistant answers. It needs no key and no model.\n"+
			"note    For a model, set OPENAI_API_KEY, or OPENAI_BASE_URL for another server than OpenAI's.")
		return err
	}
	where := "OpenAI"
	if base, err := url.Parse(c.OpenAI.BaseURL); err == nil && base.Host != "" {
		where = base.Host
	}
	fmt.Fprintf(p.stdout, "        Trying %s at %s, model %s.\n", c.Assistant, where, cmp.Or(c.OpenAI.Model, "as the server says"))
	agent, err := newAgent(c, agentConfig(c), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer agent.Close()
	good := agent.Check(ctx, func(f assistant.Finding) { fmt.Fprintf(p.stdout, "%-7s %s\n", f.State, forOperator(f.What)) })
	if err := ctx.Err(); err != nil {
		return err
	}
	if !good {
		return errors.New("the assistant does not work yet: see the line with FAILED")
	}
	return nil
}

// assistantConfig is the content of assistantFile.
type assistantConfig struct {
	AssistantID string    `json:"assistant_id"` // "" for engines that need none
	Engine      string    `json:"engine"`
	Model       string    `json:"model,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
}

// setUpAssistant makes what the configured engine needs, and writes assistantFile.
func (p *program) setUpAssistant(ctx context.Context, fresh bool) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	content := assistantConfig{Engine: c.Assistant, CreatedAt: p.now().UTC().Truncate(time.Second)}
	if c.Assistant != engineBuiltin {
		content.Model = c.OpenAI.Model
	}
	said := "The engine " + c.Assistant + " needs nothing at the model server."
	if c.Assistant == engineAssistants {
		if content.AssistantID, err = p.remoteAssistant(ctx, c, fresh); err != nil {
			return err
		}
		said = "The assistant " + content.AssistantID + " is there."
	}
	path := filepath.Join(p.dir, assistantFile)
	if err := writeAssistantFile(path, content); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s\nWrote %s. Next: taskpilot assistant check\n", said, assistantFile)
	return nil
}

// remoteAssistant makes the assistant at the server, unless it is there.
func (p *program) remoteAssistant(ctx context.Context, c Config, fresh bool) (string, error) {
	cfg := agentConfig(c)
	cfg.Tools = assistant.TaskTools(nil) // only what they are called and take
	if fresh {
		cfg.Assistants.ID = ""
	}
	id, err := assistant.SetUpAssistant(ctx, cfg)
	if e, ok := errors.AsType[*chatkit.Error](err); ok {
		return "", errors.New(forOperator(e.Message))
	}
	return id, err
}

// forOperator words a message for the one it sends people to.
func forOperator(words string) string {
	return strings.NewReplacer("Ask whoever runs this TaskPilot to check ", "Check ",
		"ask whoever runs this TaskPilot whether it is running", "check whether it is running").Replace(words)
}

func writeAssistantFile(path string, content assistantConfig) error {
	raw, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", assistantFile, err)
	}
	making := path + ".new" // a cut file would stop the next start
	if err := os.WriteFile(making, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", assistantFile, err)
	}
	if err := os.Rename(making, path); err != nil {
		return fmt.Errorf("write %s: %w", assistantFile, err)
	}
	return nil
}
