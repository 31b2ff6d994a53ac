package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// setting is one environment variable.
type setting struct {
	name     string
	fallback string // used when it is not set or empty; "" leaves it unset
	accepts  string // ends the sentence "accepted: …"
	secret   bool   // its value is never shown
	set      func(r *rawConfig, value string) error
}

// settings lists every variable that TaskPilot reads.
func settings() []setting {
	list := []setting{
		{name: "ADDR", accepts: "host:port or :port, as :8000 or 127.0.0.1:8000", set: setAddr},
		{name: "PORT", fallback: "8000", accepts: "a number from 0 to 65535", set: setPort},
		{name: "PUBLIC_URL", accepts: "http:// or https://, a host and perhaps a port, no path", set: setPublicURL},
		{name: "DATABASE_URL", fallback: "sqlite:data/taskpilot.db", secret: true,
			accepts: "sqlite:path/to/file.db or postgres://user:password@host:port/database", set: setDatabaseURL},
		{name: "DATA_DIR", fallback: "data", accepts: "the path of a directory", set: setDataDir},
		{name: "ATTACHMENTS_URL", secret: true, accepts: "file:path/to/folder or s3://bucket?region=…", set: setFilesURL},
		{name: "ATTACHMENT_MB", fallback: "20", accepts: "a number from 1 to 1024", set: setFileSize},
		{name: "ATTACHMENTS_MB", fallback: "1024", accepts: "a number from 1 to 1000000", set: setFilesSize},
		{name: "JWT_SECRET", secret: true, accepts: "at least 32 bytes, as `openssl rand -hex 32` prints", set: setJWTSecret},
		{name: "SESSION_SECRET", secret: true, accepts: "at least 32 bytes, as `openssl rand -hex 32` prints", set: setSessionSecret},
		{name: "JWT_SECRET_OLD", secret: true, accepts: "what JWT_SECRET was before", set: setOldJWTSecret},
		{name: "SESSION_SECRET_OLD", secret: true, accepts: "what SESSION_SECRET was before", set: setOldSessionSecret},
		{name: "METRICS_TOKEN", secret: true, accepts: "at least 32 bytes, as `openssl rand -hex 32` prints", set: setMetricsToken},
		{name: "OPENAI_API_KEY", secret: true, accepts: "a key without spaces", set: setAPIKey},
		{name: "OPENAI_BASE_URL", secret: true, accepts: "an http:// or https:// URL without query, as http://localhost:11434/v1", set: setBaseURL},
		{name: "OPENAI_MODEL", accepts: "a model's name, up to 200 characters without spaces", set: setModel},
		{name: "ASSISTANT", fallback: engineAuto, accepts: "auto, builtin, responses, completions or assistants", set: setEngine},
		{name: "OPENAI_ASSISTANT_ID", accepts: "an assistant's id, up to 200 characters without spaces", set: setAssistantID},
		{name: "ASSISTANT_INSTRUCTIONS_FILE", accepts: "the path of a text file (UTF-8, up to 256 KiB)", set: setInstructions},
		{name: "TRANSCRIBE_MODEL", accepts: "a model's name, up to 200 characters without spaces, as whisper-1", set: setTranscribeModel},
		{name: "TRANSCRIBE_BASE_URL", secret: true, accepts: "an http:// or https:// URL without query, as http://localhost:9000/v1", set: setTranscribeURL},
		{name: "TRANSCRIBE_API_KEY", secret: true, accepts: "a key without spaces", set: setTranscribeKey},
		{name: "CHATKIT_DOMAIN_KEY", fallback: "taskpilot-chatkit-domain-key", accepts: "up to 200 characters without spaces", set: setDomainKey},
		{name: "CHATKIT_SCRIPT_URL", accepts: "an http:// or https:// URL, or a path that begins with /", set: setScriptURL},
		{name: "ALLOWED_ORIGINS", accepts: "origins as https://example.com, separated by commas", set: setAllowedOrigins},
		{name: "SIGNUP", fallback: "open", accepts: "open or closed", set: setSignup},
		{name: "SHARE_LINKS", fallback: "on", accepts: "on or off", set: setShareLinks},
		{name: "AUDIT_DAYS", fallback: "365", accepts: "a number of days; 0 keeps the log for ever", set: setAuditDays},
		{name: "LOG_LEVEL", fallback: "info", accepts: "debug, info, warn or error", set: setLogLevel},
		{name: "LOG_FORMAT", fallback: "text", accepts: "text or json", set: setLogFormat},
	}
	return slices.Concat(list, modelSettings(), toolSettings(), mailSettings(), oidcSettings())
}

// problem is the line that tells what is wrong with value.
func (s setting) problem(value string, err error) string {
	if s.secret {
		return fmt.Sprintf("%s: %v; accepted: %s", s.name, err, s.accepts)
	}
	const longest = 60
	if utf8.RuneCountInString(value) > longest {
		value = string([]rune(value)[:longest]) + "…"
	}
	return fmt.Sprintf("%s: %q: %v; accepted: %s", s.name, value, err, s.accepts)
}

func setDataDir(r *rawConfig, value string) error {
	if strings.ContainsRune(value, 0) {
		return errors.New("not a path")
	}
	r.DataDir = value
	return nil
}

func setFileSize(r *rawConfig, value string) (err error) {
	r.Files.File, err = megabytes(value, 1024)
	return err
}

func setFilesSize(r *rawConfig, value string) (err error) {
	r.Files.Total, err = megabytes(value, 1_000_000)
	return err
}

func megabytes(value string, most int64) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, errors.New("not such a number")
	}
	return n << 20, nil
}

func setJWTSecret(r *rawConfig, value string) (err error) {
	r.JWTSecret, err = parseSecret(value)
	return err
}

func setSessionSecret(r *rawConfig, value string) (err error) {
	r.SessionSecret, err = parseSecret(value)
	return err
}

func setOldJWTSecret(r *rawConfig, value string) (err error) {
	r.OldJWT.Secret, err = parseSecret(value)
	return err
}

func setOldSessionSecret(r *rawConfig, value string) (err error) {
	r.OldSession.Secret, err = parseSecret(value)
	return err
}

func setMetricsToken(r *rawConfig, value string) (err error) {
	if r.MetricsToken, err = parseSecret(value); err == nil {
		err = checkWord(value, 1000)
	}
	return err
}

func setAPIKey(r *rawConfig, value string) error {
	r.OpenAI.APIKey = Secret(value)
	return checkWord(value, 1000)
}

func setModel(r *rawConfig, value string) error {
	r.OpenAI.Model = value
	return checkWord(value, 200)
}

func setTranscribeModel(r *rawConfig, value string) error {
	if err := checkWord(value, 200); err != nil {
		return err
	}
	r.Transcribe.Model = value
	return nil
}

func setTranscribeKey(r *rawConfig, value string) error {
	r.Transcribe.APIKey = Secret(value)
	return checkWord(value, 1000)
}

func setAssistantID(r *rawConfig, value string) error {
	r.OpenAI.AssistantID = value
	return checkWord(value, 200)
}

func setDomainKey(r *rawConfig, value string) error {
	r.DomainKey = value
	return checkWord(value, 200)
}

func setSignup(r *rawConfig, value string) error {
	signup, err := oneOf(value, "open", "closed")
	r.SignupOpen = signup == "open"
	return err
}

func setShareLinks(r *rawConfig, value string) error {
	links, err := oneOf(value, "on", "off")
	r.ShareLinks = links == "on"
	return err
}

func setAuditDays(r *rawConfig, value string) error {
	days, err := count(value)
	if err == nil && days > 100_000 {
		err = errors.New("too long")
	}
	r.AuditDays = int(days)
	return err
}

func setLogLevel(r *rawConfig, value string) error {
	level, err := oneOf(value, "debug", "info", "warn", "error")
	if err != nil {
		return err
	}
	return r.LogLevel.UnmarshalText([]byte(level))
}

func setLogFormat(r *rawConfig, value string) (err error) {
	r.LogFormat, err = oneOf(value, "text", "json")
	return err
}

// oneOf returns the choice that value is, ignoring case.
func oneOf(value string, choices ...string) (string, error) {
	for _, choice := range choices {
		if strings.EqualFold(value, choice) {
			return choice, nil
		}
	}
	return "", errors.New("not a known value")
}

// checkWord refuses what would break a header or a log line, such as a pasted
// line break.
func checkWord(value string, longest int) error {
	if len(value) > longest {
		return errors.New("too long")
	}
	for _, r := range value {
		if r <= ' ' || r > '~' {
			return errors.New("contains a space or a character that is not plain ASCII")
		}
	}
	return nil
}
