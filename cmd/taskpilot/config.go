package main

import (
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Config is everything that can be set from outside. It is read and checked
// once, at the start, and handed down; nothing else looks at the environment.
type Config struct {
	Addr           string       // listen address, as ":8000"
	PublicURL      string       // scheme and host under which people reach the server; no trailing slash
	DatabaseURL    string       // "sqlite:path" or "postgres://…"; may hold a password
	DataDir        string       // generated secrets, attachments
	Files          Files        // where attachments are kept
	JWTSecret      Secret       // signs access tokens; empty until loadSecrets when generated
	SessionSecret  Secret       // signs forms and addresses of files, seals letters; as above
	OldJWT         OldSecret    // what was JWTSecret before; nothing if it was never replaced
	OldSession     OldSecret    // what was SessionSecret before
	MetricsToken   Secret       // that /metrics asks for; nothing: it is for this network only
	Assistant      string       // the engine to use, already resolved: never "auto"
	OpenAI         OpenAI       // where the model is
	Transcribe     OpenAI       // what writes down recordings; nothing without a Model
	Instructions   string       // the assistant's instructions; empty means the built-in ones
	Tools          ToolSettings // what models may use, choose and spend
	Mail           Mail         // how letters are sent; nothing without a URL
	OIDC           OIDC         // where people may sign in, too; nothing without an Issuer
	DomainKey      string       // handed to the ChatKit widget
	ScriptURL      string       // where the widget's script comes from; empty means the default
	AllowedOrigins []string     // origins of sites that may embed the chat and call the API
	SignupOpen     bool         // whether strangers may create an account
	ShareLinks     bool         // whether people may share conversations by links
	AuditDays      int          // for which the audit log is kept; 0: for ever
	LogLevel       slog.Level
	LogFormat      string   // "text" or "json"
	Unknown        []string // sentences about names that look like settings and are none
}

// Files says where attachments are kept and how large they may be.
type Files struct {
	URL   string // file:folder or s3://bucket?…; empty until complete
	File  int64  // bytes of one file
	Total int64  // bytes of all files of one person
}

// OpenAI is the access to a model: OpenAI's own or any compatible server.
type OpenAI struct {
	APIKey      Secret
	BaseURL     string // without trailing slash; empty means OpenAI itself
	Model       string
	AssistantID string
	Hosted      HostedTools
	Store       bool          // the model server keeps conversations
	Reasoning   string        // "auto", "off" or how hard to think
	Timeout     time.Duration // how long the server may be silent
	Window      int           // tokens of a conversation that the model is shown
}

// The engines that answer. auto is a setting only, never a resolved Config.Assistant.
const (
	engineAuto        = "auto"
	engineBuiltin     = "builtin"
	engineResponses   = "responses"
	engineCompletions = "completions"
	engineAssistants  = "assistants"
)

// lookupFunc returns a variable's value and whether it is set.
type lookupFunc func(name string) (string, bool)

// loadConfig reads every setting and reports all that is wrong at once. Files
// that settings name by default are looked for in dir. Secrets that are not set
// stay empty: see loadSecrets.
func loadConfig(lookup lookupFunc, dir string) (Config, error) {
	var c Config
	var problems configError
	raw := rawConfig{Config: &c, lookup: lookup}
	for _, s := range settings() {
		value, _ := lookup(s.name)
		value = strings.TrimSpace(value)
		if value == "" {
			value = s.fallback
		}
		if value == "" {
			continue
		}
		if err := s.set(&raw, value); err != nil {
			problems = append(problems, s.problem(value, err))
		}
	}
	problems = append(problems, raw.complete(dir)...)
	if len(problems) > 0 {
		return Config{}, problems
	}
	return c, nil
}

// rawConfig is a Config under construction, with the settings that only mean
// something together with others.
type rawConfig struct {
	*Config
	port          string
	engine        string
	transcribeURL string // as given
	lookup        lookupFunc
}

// complete fills in what follows from other settings.
func (r *rawConfig) complete(dir string) []string {
	var problems []string
	if r.Addr == "" {
		r.Addr = ":" + r.port
	}
	if r.PublicURL == "" {
		_, port, err := net.SplitHostPort(r.Addr)
		if err != nil {
			port = r.port // ADDR is bad and already reported
		}
		r.PublicURL = strings.TrimSuffix("http://localhost:"+port, ":80")
	}
	if len(r.AllowedOrigins) == 0 {
		r.AllowedOrigins = []string{r.PublicURL}
	}
	if r.Files.URL == "" {
		r.Files.URL = "file:" + (&url.URL{Path: filepath.ToSlash(filepath.Join(r.DataDir, "attachments"))}).EscapedPath()
	}
	if r.Files.Total > 0 && r.Files.Total < r.Files.File {
		problems = append(problems, "ATTACHMENTS_MB: is less than ATTACHMENT_MB; accepted: at least as much, or neither")
	}
	if r.OpenAI.AssistantID == "" {
		id, err := assistantIDFromFile(dir)
		if err != nil {
			problems = append(problems, "OPENAI_ASSISTANT_ID: "+err.Error())
		}
		r.OpenAI.AssistantID = id
	}
	if err := r.resolveEngine(); err != nil {
		problems = append(problems, "ASSISTANT: "+err.Error())
	}
	if err := r.checkHosted(); err != nil {
		problems = append(problems, "OPENAI_TOOLS: "+err.Error())
	}
	if err := r.resolveTranscriber(); err != nil {
		problems = append(problems, "TRANSCRIBE_MODEL: "+err.Error())
	}
	if err := r.completeOIDC(); err != nil {
		problems = append(problems, "OIDC_ISSUER: "+err.Error())
	}
	r.completeMail()
	r.completeModels()
	return problems
}

// LogValue leaves out everything secret.
func (c Config) LogValue() slog.Value {
	database, _, _ := strings.Cut(c.DatabaseURL, ":")
	return slog.GroupValue(
		slog.String("addr", c.Addr),
		slog.String("public_url", c.PublicURL),
		slog.String("database", database),
		slog.String("data_dir", c.DataDir),
		slog.String("assistant", c.Assistant),
		slog.Bool("signup_open", c.SignupOpen),
	)
}

// configError is all that is wrong with the settings, a line for each.
type configError []string

// Error says it in lines.
func (e configError) Error() string {
	return "these settings need to be corrected:\n  " + strings.Join(e, "\n  ")
}
