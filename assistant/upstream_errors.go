package assistant

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// statusError is a response that is no answer. It holds nothing of the body
// but the error's code and type, which are names.
type statusError struct {
	status    int
	code, typ string
	after     time.Duration // what Retry-After asks for
	hasAfter  bool
	about     []string // words of ours that the body speaks of
}

// aboutWords are looked for in the body of a refusal: options that a server may
// not know, and reasons that have no code.
var aboutWords = []string{
	"stream_options", "include_usage", "reasoning", "encrypted_content", "include", "previous_response", "image",
	"context length", "context size", "maximum context", "exceed_context_size", "support tools", "--jinja", "tool choice",
}

// refuses reports whether a server refused a request because of one of these
// options.
func refuses(err error, options ...string) bool {
	e, ok := errors.AsType[*statusError](err)
	if !ok || e.status != http.StatusBadRequest && e.status != http.StatusUnprocessableEntity {
		return false
	}
	return e.speaksOf(options...)
}

func (e *statusError) speaksOf(words ...string) bool {
	for _, w := range words {
		if slices.Contains(e.about, w) {
			return true
		}
	}
	return false
}

func (e *statusError) tooLong() bool {
	return isTooLong(e.code) || isTooLong(e.typ) || e.speaksOf("context length", "context size", "maximum context", "exceed_context_size")
}

func (e *statusError) noTools() bool { return e.speaksOf("support tools", "--jinja", "tool choice") }

// Error says what happened, for the log.
func (e *statusError) Error() string {
	return fmt.Sprintf("the model server answered %d %s%s", e.status, http.StatusText(e.status), namesSuffix(e.code, e.typ))
}

// reportedError is an error that came in place of, or amid, an answer.
type reportedError struct{ code, typ string }

// Error says what happened, for the log.
func (e *reportedError) Error() string {
	return "the model server reported an error in its answer" + namesSuffix(e.code, e.typ)
}

func namesSuffix(code, typ string) string {
	var b strings.Builder
	if code != "" {
		b.WriteString(", code " + code)
	}
	if typ != "" {
		b.WriteString(", type " + typ)
	}
	return b.String()
}

func newStatusError(resp *http.Response, body io.Reader) *statusError {
	e := &statusError{status: resp.StatusCode}
	e.after, e.hasAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	raw, err := io.ReadAll(io.LimitReader(body, maxRefusal))
	if err != nil {
		return e // the status says enough
	}
	text := strings.ToLower(string(raw))
	for _, w := range aboutWords {
		if strings.Contains(text, w) {
			e.about = append(e.about, w)
		}
	}
	var report struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(raw, &report) == nil && len(report.Error) > 0 {
		e.code, e.typ = errorNames(report.Error)
	}
	return e
}

// What is kept of an upstream error: names as "insufficient_quota", in which
// neither a key nor anything a person wrote can hide.
var errorName = regexp.MustCompile(`^[a-z]+(_[a-z]+){0,5}$`)

func errorNames(raw json.RawMessage) (code, typ string) {
	var body struct {
		Code any `json:"code"`
		Type any `json:"type"`
	}
	if json.Unmarshal(raw, &body) != nil {
		return "", ""
	}
	name := func(v any) string {
		if s, ok := v.(string); ok && len(s) <= 48 && errorName.MatchString(s) {
			return s
		}
		return ""
	}
	return name(body.Code), name(body.Type)
}

const checkServer = "Ask whoever runs this TaskPilot to check "

// withoutSecrets returns an error for the log: without the URL, which may hold
// secrets, and without the key.
func withoutSecrets(err error, key string) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	if key != "" && strings.Contains(err.Error(), key) {
		return errors.New(strings.ReplaceAll(err.Error(), key, "[key]"))
	}
	return err
}

// sentence says what went wrong with the model server, and whether it may help to
// try again.
func sentence(err error) (words string, retry bool) {
	if e, ok := errors.AsType[*brokenError](err); ok {
		return "The model server has had problems for a while. " + tryAgainIn(e.after), true
	}
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.sentence()
	}
	if e, ok := errors.AsType[*reportedError](err); ok {
		if isTooLong(e.code) || isTooLong(e.typ) {
			return tooLongWords, false
		}
		return "The model server reported a problem while it was answering. Please try again.", true
	}
	switch {
	case errors.Is(err, errStalled):
		return "The model server stopped sending in the middle of its work. Please try again.", true
	case errors.Is(err, errTooLong):
		return "The answer took too long and was ended. Please try again, perhaps with a smaller question.", true
	case errors.Is(err, errHTML):
		return "The model server answered with a web page instead of an answer. " + checkServer + "OPENAI_BASE_URL.", false
	case errors.Is(err, errTooLarge), errors.Is(err, agents.ErrTooMuch):
		return "The model server sent more than TaskPilot takes. Please ask for something shorter.", false
	case errors.Is(err, errCut), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "The connection to the model server broke before the answer was complete. Please try again.", true
	case errors.Is(err, errNotJSON), errors.Is(err, agents.ErrUnreadable):
		return "The model server sent something that TaskPilot can't read. Please try again.", true
	case errors.Is(err, openai.ErrChatCompletionInvalidModel), errors.Is(err, openai.ErrReasoningToolsRequireResponses),
		errors.Is(err, openai.ErrReasoningEffortUnsupported):
		return "This model can't be used over the chat completions interface. " + checkServer + "OPENAI_MODEL.", false
	}
	return networkSentence(err)
}

const tooLongWords = "This conversation has become too long for the model. Please go on in a new chat."

// isTooLong knows the names that OpenAI and llama.cpp give to a conversation that
// does not fit.
func isTooLong(name string) bool {
	return name == "context_length_exceeded" || name == "exceed_context_size_error"
}

func (e *statusError) sentence() (words string, retry bool) {
	switch {
	case e.status == http.StatusUnauthorized:
		return "The model server doesn't accept TaskPilot's key. " + checkServer + "OPENAI_API_KEY.", false
	case e.status == http.StatusForbidden:
		return "The model server doesn't allow this. " + checkServer + "what the key may do.", false
	case e.status == http.StatusNotFound:
		return "The model server doesn't know the model, or has another address. " + checkServer + "OPENAI_MODEL and OPENAI_BASE_URL.", false
	case e.tooLong(), e.status == http.StatusRequestEntityTooLarge:
		return tooLongWords, false
	case e.noTools():
		return "The model server can't let this model call tools. " + checkServer + "OPENAI_MODEL and how the server was started.", false
	case e.noCredit():
		return "The account at the model server has no credit left. " + checkServer + "its plan.", false
	case e.status == http.StatusTooManyRequests:
		return "The model server is busy. " + tryAgainIn(e.after), true
	case e.status >= 500:
		return "The model server has a problem of its own at the moment. " + tryAgainIn(e.after), true
	case e.status >= 300 && e.status < 400:
		return "The model server has moved to another address. " + checkServer + "OPENAI_BASE_URL.", false
	}
	return "The model server didn't accept the request. " + checkServer + "that the model in OPENAI_MODEL can call tools.", false
}

// noCredit reports a 429 that waiting does not help.
func (e *statusError) noCredit() bool {
	return e.code == "insufficient_quota" || e.typ == "insufficient_quota" || e.status == http.StatusPaymentRequired
}

func tryAgainIn(d time.Duration) string {
	switch {
	case d <= 0:
		return "Please try again in a moment."
	case d <= 90*time.Second:
		if n := int((d + time.Second - 1) / time.Second); n > 1 {
			return fmt.Sprintf("Please try again in %d seconds.", n)
		}
		return "Please try again in 1 second."
	case d <= 90*time.Minute:
		return fmt.Sprintf("Please try again in about %d minutes.", int((d+time.Minute-1)/time.Minute))
	}
	return "Please try again later today."
}

func networkSentence(err error) (words string, retry bool) {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "TaskPilot can't find the model server's address. " + checkServer + "OPENAI_BASE_URL, or try again.", true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "TaskPilot doesn't trust the model server's certificate. " + checkServer + "it.", false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return "TaskPilot can't reach the model server. Please try again; if it stays so, ask whoever runs this TaskPilot whether it is running.", true
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "The model server didn't answer in time. Please try again.", true
	}
	return "The connection to the model server failed. Please try again.", true
}
