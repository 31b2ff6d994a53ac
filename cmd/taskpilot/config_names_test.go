package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// environ makes of a map what os.Environ returns.
func environ(values map[string]string) []string {
	var list []string
	for name, value := range values {
		list = append(list, name+"="+value)
	}
	return list
}

// TestUnknownNamesAreSaid tells what is said of a variable of the environment; of
// .env, where everything is meant for us, more is.
func TestUnknownNamesAreSaid(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"OPENAI_MODLE":                   "OPENAI_MODEL", // swapped
		"OPENAI_MODELL":                  "OPENAI_MODEL", // too many
		"OPENAI_MODES":                   "OPENAI_MODEL", // OPENAI_MODELS is as near; one is enough
		"OPENAI_KEY":                     "OPENAI_API_KEY",
		"OPENAI_API_BASE":                "OPENAI_BASE_URL",
		"OIDC_CLIENTID":                  "OIDC_CLIENT_ID",
		"OIDC_SECRET":                    "OIDC_CLIENT_SECRET",
		"SMTP_PASSWORD":                  "SMTP_URL",
		"MCP_CONFIG":                     "MCP_CONFIG_FILE",
		"CHATKIT_SCRIPT":                 "CHATKIT_SCRIPT_URL",
		"ATTACHEMENTS_MB":                "ATTACHMENTS_MB",
		"DATABSE_URL":                    "DATABASE_URL",
		"JWT_SECERT":                     "JWT_SECRET",
		"METRIC_TOKEN":                   "METRICS_TOKEN",
		"SINGUP":                         "SIGNUP",
		"TASKPILOT_PORT":                 "PORT",
		"CHATKIT_COLOUR":                 "nothing",
		"MCP_" + strings.Repeat("X", 40): "nothing",

		// for others
		"OPENAI_ORG_ID": "", "OPENAI_PROJECT": "", "PATH": "", "HOME": "", "HOST": "", "TITLE": "", "LOGNAME": "", "SESSION_MANAGER": "",
		"MAIL": "", "LANG": "", "AWS_ACCESS_KEY_ID": "", "HTTPS_PROXY": "", "PGPASSWORD": "", "CHATKIT_SERVICE_HOST": "", "SMTP_PORT_25_TCP": "",
	} {
		said := strings.Join(unknownNames(nil, []string{name + "=x"}, nil), "\n")
		switch {
		case want == "" && said != "", want != "" && !strings.HasPrefix(said, name+" is not a setting"):
			t.Errorf("%s: got %q", name, said)
		case want == "nothing" && !strings.HasSuffix(said, "it is ignored"),
			want != "" && want != "nothing" && !strings.HasSuffix(said, "; did you mean "+want+"?"):
			t.Errorf("%s: got %q, want %s", name, said, want)
		}
	}
	if said := unknownNames(nil, []string{"SMTP_PORT=tcp://10.0.0.1:25"}, nil); said != nil {
		t.Errorf("an address of Kubernetes': %q", said)
	}
}

// TestSettingsAreKnown finds nothing to say of any setting, nor of a variable that
// the list of MCP servers names.
func TestSettingsAreKnown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mcp := write(t, filepath.Join(dir, "mcp.json"), `{"mcpServers":{"w":{"url":"https://w.example.com","headers":{"Authorization":"${MCP_WEATHER} ${WEATHER}"}}}}`)
	write(t, filepath.Join(dir, ".env"), "MCP_CONFIG_FILE="+mcp+"\nWEATHER=sunny\nOPENAI_API_BASE=http://localhost\n")
	values := map[string]string{"MCP_WEATHER": "x"}
	for _, s := range settings() {
		if s.name != "MCP_CONFIG_FILE" {
			values[s.name] = ""
		}
	}
	p := &program{lookup: env(values), environ: environ(values), dir: dir}
	c, err := p.config()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"OPENAI_API_BASE is not a setting; did you mean OPENAI_BASE_URL?"}; !slices.Equal(c.Unknown, want) {
		t.Errorf("got %q, want %q", c.Unknown, want)
	}
}

// TestNamesInTheFile says more than of the environment, but nothing that could be
// part of a secret.
func TestNamesInTheFile(t *testing.T) {
	t.Parallel()
	file := map[string]string{"COMPOSE_FILE": "x", "openai_model": "x", "c2VjcmV0LWNhbmFyeQ": "=", "ORIGINS": "x"}
	said := strings.Join(unknownNames(file, nil, nil), "\n")
	for _, want := range []string{"COMPOSE_FILE in .env is not a setting", "openai_model is not a setting; did you mean OPENAI_MODEL?", "a name in .env", "ORIGINS in .env"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	if strings.Contains(said, "c2Vj") {
		t.Errorf("shows what may be a secret: %q", said)
	}
}

// TestTheStartWarnsOfUnknownNames and goes on; a start that fails for another
// reason says them with it, as they may be why.
func TestTheStartWarnsOfUnknownNames(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	write(t, filepath.Join(s.dir, ".env"), "OPENAI_MODLE=gpt-x\n")
	s.env["PORT"] = "0"
	ctx, cancel := context.WithCancel(t.Context())
	log := &until{words: "msg=ready", then: cancel}
	p := &program{lookup: env(s.env), environ: environ(s.env), dir: s.dir, stdin: strings.NewReader(""), stdout: log, stderr: log}
	if code := p.run(ctx, []string{"serve"}); code != exitOK {
		t.Errorf("code %d: %s", code, log.String())
	}
	if want := `level=WARN msg="OPENAI_MODLE is not a setting; did you mean OPENAI_MODEL?"`; !strings.Contains(log.String(), want) {
		t.Errorf("no %s in %s", want, log.String())
	}
	s.env["OIDC_ISSUER"], s.env["OIDC_CLIENTID"] = "https://id.example.com", "x"
	s.fails(exitError, "OIDC_CLIENTID is not a setting; did you mean OIDC_CLIENT_ID?", "", "user", "list")
}

// until calls then once words were written.
type until struct {
	lockedBuffer
	words string
	then  func()
}

// Write writes.
func (u *until) Write(p []byte) (int, error) {
	n, err := u.lockedBuffer.Write(p)
	if strings.Contains(u.String(), u.words) {
		u.then()
	}
	return n, err
}
