package mcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Server is one MCP server: a program of this machine, or an address.
type Server struct {
	Name    string
	Command string
	Args    []string
	Env     []string // of the program, all of it: NAME=value
	URL     string
	Headers map[string]string
	Consent string        // ConsentWrites, ConsentAlways or ConsentNever
	Timeout time.Duration // of one call
}

// When people are asked before a tool is called.
const (
	ConsentWrites = "writes" // unless it only reads
	ConsentAlways = "always"
	ConsentNever  = "never"
)

const (
	maxServers  = 32
	callTimeout = 60 * time.Second
)

// entry is a server as files of other programs write it, too. What those have
// beyond it is passed over.
type entry struct {
	Command  string            `json:"command"`
	Args     []string          `json:"args"`
	Env      map[string]string `json:"env"`
	URL      string            `json:"url"`
	Headers  map[string]string `json:"headers"`
	Disabled bool              `json:"disabled"`
	Consent  string            `json:"consent"`
	Timeout  json.Number       `json:"timeout"` // seconds
}

// ReadConfig reads {"mcpServers": {name: …}}. In addresses, arguments, headers and
// environments ${NAME} is the value of that variable. The error says what is
// wrong, and quotes no values.
func ReadConfig(raw []byte, lookup func(name string) (string, bool)) ([]Server, error) {
	var file struct {
		Servers map[string]entry `json:"mcpServers"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, errors.New(`it is not JSON of the form {"mcpServers": {…}}`)
	}
	if file.Servers == nil || len(file.Servers) > maxServers {
		return nil, errors.New("it needs mcpServers, at most 32 of them")
	}
	var servers []Server
	for _, name := range slices.Sorted(maps.Keys(file.Servers)) {
		e := file.Servers[name]
		if e.Disabled {
			continue
		}
		x := expander{lookup: lookup}
		s, err := e.server(name, &x)
		if err == nil {
			err = x.err
		}
		if err != nil {
			return nil, fmt.Errorf("server %q: %w", name, err)
		}
		servers = append(servers, s)
	}
	return servers, nil
}

var serverName = regexp.MustCompile(`^[a-zA-Z0-9]+([_-]?[a-zA-Z0-9]+)*$`)

func (e entry) server(name string, x *expander) (Server, error) {
	s := Server{Name: name, Consent: e.Consent, Timeout: callTimeout}
	if !serverName.MatchString(name) || len(name) > 32 {
		return s, errors.New("a name has letters and digits, with single _ or - between them, at most 32 in all")
	}
	switch e.Consent {
	case "":
		s.Consent = ConsentWrites
	case ConsentWrites, ConsentAlways, ConsentNever:
	default:
		return s, errors.New(`consent is one of "writes", "always" and "never"`)
	}
	if e.Timeout != "" {
		seconds, err := e.Timeout.Int64()
		if err != nil || seconds < 1 || seconds > 120 {
			return s, errors.New("timeout is a number of seconds from 1 to 120")
		}
		s.Timeout = time.Duration(seconds) * time.Second
	}
	switch {
	case (e.Command == "") == (e.URL == ""):
		return s, errors.New("it needs either a command or a url")
	case e.Command != "":
		return s, e.program(&s, x)
	}
	return s, e.address(&s, x)
}

func (e entry) program(s *Server, x *expander) error {
	s.Command = e.Command
	if _, err := exec.LookPath(e.Command); err != nil {
		return errors.New("its command is not a program that can be found")
	}
	for _, arg := range e.Args {
		s.Args = append(s.Args, x.expand(arg))
	}
	// Our own environment has our own secrets: these few are all that it gets.
	for _, name := range []string{"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "SystemRoot"} {
		if value, ok := x.lookup(name); ok {
			s.Env = append(s.Env, name+"="+value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return errors.New("a variable of its env has no proper name")
		}
		s.Env = append(s.Env, name+"="+x.expand(e.Env[name]))
	}
	return nil
}

func (e entry) address(s *Server, x *expander) error {
	s.URL = x.expand(e.URL)
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("its url must begin with http:// or https:// and have no user and no #")
	}
	s.Headers = map[string]string{}
	for name, value := range e.Headers {
		value = x.expand(value)
		if name == "" || strings.ContainsAny(name+value, "\r\n\x00") || strings.ContainsAny(name, " :") {
			return errors.New("one of its headers is none")
		}
		s.Headers[name] = value
	}
	return nil
}

// expander puts in variables; err is the first that is not there.
type expander struct {
	lookup func(string) (string, bool)
	err    error
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

func (x *expander) expand(text string) string {
	return variable.ReplaceAllStringFunc(text, func(match string) string {
		name := match[2 : len(match)-1]
		value, ok := x.lookup(name)
		if !ok && x.err == nil {
			x.err = fmt.Errorf("the variable %s is not set", name)
		}
		return value
	})
}

// secrets are the values that must not be told, the longest first.
func (s Server) secrets() []string {
	var list []string
	add := func(value string) {
		if len(value) >= 6 {
			list = append(list, value)
		}
	}
	for _, value := range s.Headers {
		add(value)
		if _, token, ok := strings.Cut(value, " "); ok {
			add(token)
		}
	}
	for _, pair := range s.Env {
		if name, value, _ := strings.Cut(pair, "="); !slices.Contains([]string{"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "SystemRoot"}, name) {
			add(value)
		}
	}
	for _, arg := range s.Args {
		if _, value, ok := strings.Cut(arg, "="); ok {
			add(value)
		}
	}
	if u, err := url.Parse(s.URL); err == nil && u.RawQuery != "" {
		add(u.RawQuery)
		for _, values := range u.Query() {
			for _, v := range values {
				add(v)
			}
		}
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}
