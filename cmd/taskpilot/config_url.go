package main

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func setAddr(r *rawConfig, value string) error {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return errors.New("not an address")
	}
	if strings.ContainsAny(host, "/ \t@") {
		return errors.New("not a host")
	}
	if err := checkPort(port); err != nil {
		return err
	}
	r.Addr = value
	return nil
}

func setPort(r *rawConfig, value string) error {
	r.port = value
	return checkPort(value)
}

func checkPort(port string) error {
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errors.New("not a port")
	}
	return nil
}

func setPublicURL(r *rawConfig, value string) (err error) {
	r.PublicURL, err = parseOrigin(value)
	return err
}

func setAllowedOrigins(r *rawConfig, value string) error {
	separator := func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\t' }
	for field := range strings.FieldsFuncSeq(value, separator) {
		origin, err := parseOrigin(field)
		if err != nil {
			return err
		}
		if !slices.Contains(r.AllowedOrigins, origin) {
			r.AllowedOrigins = append(r.AllowedOrigins, origin)
		}
	}
	return nil
}

func setBaseURL(r *rawConfig, value string) (err error) {
	r.OpenAI.BaseURL, err = parseBaseURL(value)
	return err
}

func setTranscribeURL(r *rawConfig, value string) (err error) {
	r.transcribeURL = value
	r.Transcribe.BaseURL, err = parseBaseURL(value)
	return err
}

// parseBaseURL returns the address of a model server, "" for OpenAI's.
func parseBaseURL(value string) (string, error) {
	u, err := parseHTTPURL(value)
	if err != nil {
		return "", err
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if isOpenAI(u) {
		return "", nil // the default, spelled out
	}
	return u.String(), nil
}

// isOpenAI tells OpenAI's own API from other servers.
func isOpenAI(u *url.URL) bool {
	return u.Scheme == "https" && u.Host == "api.openai.com" && (u.Path == "" || u.Path == "/v1")
}

func setScriptURL(r *rawConfig, value string) error {
	r.ScriptURL = value
	if strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") {
		return checkWord(value, 2000)
	}
	u, err := parseHTTPURL(value)
	if err == nil && strings.ContainsAny(u.Host, "*;,'") {
		return errors.New("has a host that a content policy can't name")
	}
	return err
}

func setDatabaseURL(r *rawConfig, value string) error {
	r.DatabaseURL = value
	scheme, rest, _ := strings.Cut(value, ":")
	switch scheme {
	case "sqlite":
		return checkSQLitePath(rest)
	case "postgres", "postgresql":
		// The parser's own error would repeat the password.
		u, err := url.Parse(value)
		if err != nil || u.Opaque != "" || (u.Host == "" && u.Query().Get("host") == "") {
			return errors.New("not a Postgres URL with a host (special characters in the password are written as %40 and so on)")
		}
		return nil
	default:
		return errors.New("not a known kind of database")
	}
}

// setFilesURL takes the address of a bucket; what an s3: address may say further
// is the library's business, which reports it at the start.
func setFilesURL(r *rawConfig, value string) error {
	r.Files.URL = value
	u, err := url.Parse(value)
	switch {
	case err != nil:
		return errors.New("not a URL")
	case u.Scheme == "s3" && u.Host != "" && u.User == nil:
		return nil
	case u.Scheme == "s3":
		return errors.New("names no bucket, or holds a password, which belongs in AWS_SECRET_ACCESS_KEY")
	case u.Scheme != "file" || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque+u.Path == "":
		return errors.New("not the address of a folder or bucket")
	}
	return nil
}

// checkSQLitePath refuses forms that other programs read in different ways.
func checkSQLitePath(path string) error {
	switch {
	case path == "":
		return errors.New("the file's path is missing")
	case path == ":memory:":
		return errors.New("a database in memory would lose everything at the end")
	case strings.HasPrefix(path, "//"):
		return errors.New("the path follows sqlite: at once, without //")
	case strings.ContainsAny(path, "?#\x00"):
		return errors.New("the path contains ?, # or a NUL")
	}
	return nil
}

// parseOrigin reads scheme://host[:port] and writes it as browsers do in the
// Origin header.
func parseOrigin(value string) (string, error) {
	u, err := parseHTTPURL(value)
	if err != nil {
		return "", err
	}
	if strings.Trim(u.Path, "/") != "" {
		return "", errors.New("has a path")
	}
	if strings.Contains(u.Host, "*") {
		return "", errors.New("wildcards are not supported")
	}
	host := u.Host
	if u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host = strings.TrimSuffix(host, ":"+u.Port())
	}
	return u.Scheme + "://" + host, nil
}

// parseHTTPURL reads an absolute web address without user, query and fragment.
// Its errors don't repeat the value, which may hold a password.
func parseHTTPURL(value string) (*url.URL, error) {
	u, err := url.Parse(value)
	switch {
	case err != nil:
		return nil, errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("does not begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("has no host")
	case u.User != nil:
		return nil, errors.New("contains a user name or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("has a query or a fragment")
	case u.Port() != "" && checkPort(u.Port()) != nil:
		return nil, errors.New("has a bad port")
	}
	u.Host = strings.ToLower(u.Host)
	return u, nil
}
