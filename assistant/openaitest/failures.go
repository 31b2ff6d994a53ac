package openaitest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Status answers with this status and an error of this code and type.
func Status(status int, code, typ string) Behaviour {
	return Behaviour{fmt.Sprintf("status %d %s", status, code), func(x *exchange) {
		x.refuse(status, code, typ)
	}}
}

func errorJSON(code, typ string) string {
	return encode(map[string]any{"error": map[string]any{
		"message": "Incorrect API key provided: sk-" + Canary + " of org-" + Canary, "code": code, "type": typ, "param": Canary}})
}

// BadRequest answers 400.
func BadRequest() Behaviour {
	return Status(http.StatusBadRequest, "invalid_value", "invalid_request_error")
}

// ContextTooLong answers 400 because the conversation does not fit.
func ContextTooLong() Behaviour {
	return Status(http.StatusBadRequest, "context_length_exceeded", "invalid_request_error")
}

// Unauthorized answers 401.
func Unauthorized() Behaviour {
	return Status(http.StatusUnauthorized, "invalid_api_key", "invalid_request_error")
}

// Forbidden answers 403.
func Forbidden() Behaviour { return Status(http.StatusForbidden, "forbidden", "permission_error") }

// NotFound answers 404, as for an unknown model.
func NotFound() Behaviour {
	return Status(http.StatusNotFound, "model_not_found", "invalid_request_error")
}

// NoCredit answers 429 because the account is empty.
func NoCredit() Behaviour {
	return Status(http.StatusTooManyRequests, "insufficient_quota", "insufficient_quota")
}

// ServerError answers 500.
func ServerError() Behaviour {
	return Status(http.StatusInternalServerError, "internal_error", "server_error")
}

// BadGateway answers 502 with a web page, as proxies do.
func BadGateway() Behaviour {
	return Behaviour{"bad gateway", func(x *exchange) {
		x.w.Header().Set("Content-Type", "text/html")
		x.w.WriteHeader(http.StatusBadGateway)
		x.raw("<html><body>502 " + Canary + "</body></html>")
	}}
}

// Unavailable answers 503.
func Unavailable() Behaviour {
	return Status(http.StatusServiceUnavailable, "overloaded", "server_error")
}

// TooManyRequests answers 429 with this Retry-After header, or none if it is "".
func TooManyRequests(retryAfter string) Behaviour {
	refuse := Status(http.StatusTooManyRequests, "rate_limit_exceeded", "requests")
	return Behaviour{"429, Retry-After " + strconv.Quote(retryAfter), func(x *exchange) {
		if retryAfter != "" {
			x.w.Header().Set("Retry-After", retryAfter)
		}
		refuse.play(x)
	}}
}

// TooManyRequestsFor answers 429 with Retry-After in seconds.
func TooManyRequestsFor(seconds int) Behaviour { return TooManyRequests(strconv.Itoa(seconds)) }

// TooManyRequestsUntil answers 429 with Retry-After as a date.
func TooManyRequestsUntil(at time.Time) Behaviour {
	return TooManyRequests(at.UTC().Format(http.TimeFormat))
}

// Redirect sends the client to another address.
func Redirect(to string) Behaviour {
	return Behaviour{"redirect", func(x *exchange) {
		x.w.Header().Set("Location", to)
		x.w.WriteHeader(http.StatusTemporaryRedirect)
	}}
}

// HTML answers 200 with a web page.
func HTML() Behaviour {
	return Behaviour{"HTML with 200", func(x *exchange) {
		x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		x.raw("<!doctype html><title>Sign in</title><p>" + Canary)
	}}
}

// HTMLAsStream answers 200 with a web page that claims to be a stream.
func HTMLAsStream() Behaviour {
	return Behaviour{"HTML as a stream", func(x *exchange) { x.raw("<!doctype html>\n<title>" + Canary + "</title>\n") }}
}

// ErrorJSON answers 200 with an error document.
func ErrorJSON() Behaviour {
	return Behaviour{"error document with 200", func(x *exchange) {
		x.w.Header().Set("Content-Type", "application/json")
		x.raw(errorJSON("server_error", "server_error"))
	}}
}

// ErrorMidStream reports an error after these deltas.
func ErrorMidStream(deltas ...string) Behaviour {
	return Behaviour{"error amid the stream", func(x *exchange) {
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.voice.fail()
		x.hang()
	}}
}

// ErrorEvent reports an error as an event of that name, after these deltas.
func ErrorEvent(deltas ...string) Behaviour {
	return Behaviour{"error event", func(x *exchange) {
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.raw(": note\nevent: error\ndata: " + errorJSON("server_error", "server_error") + "\n\n")
		x.hang()
	}}
}

// BadJSON sends a chunk that is not JSON, after these deltas.
func BadJSON(deltas ...string) Behaviour {
	return Behaviour{"chunk that is not JSON", func(x *exchange) {
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.raw("data: {" + Canary + "\n\n")
		x.hang()
	}}
}

// StallBeforeHeader takes the request and never answers.
func StallBeforeHeader() Behaviour {
	return Behaviour{"stall before the header", func(x *exchange) { x.hang() }}
}

// StallMidStream falls silent after these deltas; without any, after the header.
func StallMidStream(deltas ...string) Behaviour {
	return Behaviour{"stall amid the stream", func(x *exchange) {
		x.raw(": hello\n\n")
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.hang()
	}}
}

// StallAfterBegin begins an answer and never says a word of it.
func StallAfterBegin() Behaviour {
	return Behaviour{"stall after the beginning", func(x *exchange) {
		x.voice.begin()
		x.hang()
	}}
}

// HangUp closes the connection without a byte.
func HangUp() Behaviour {
	return Behaviour{"hang up", func(x *exchange) { x.hangUp() }}
}

// Endless sends deltas for as long as the client takes them.
func Endless(delta string) Behaviour {
	return Behaviour{"endless", func(x *exchange) {
		for !x.gone && x.r.Context().Err() == nil {
			x.voice.say(delta)
		}
	}}
}

// EndlessComments sends nothing but comments, for as long as the client takes them.
func EndlessComments() Behaviour {
	return Behaviour{"endless comments", func(x *exchange) {
		for !x.gone && x.r.Context().Err() == nil {
			x.raw(": " + strings.Repeat("-", 64<<10) + "\n")
		}
	}}
}
