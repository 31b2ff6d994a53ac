package handlers

import (
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"
)

// placing gives a request whose head fasthttp refused the path that it was sent
// to, as far as it can be known, so that programs are answered in JSON there, too.
func placing(answer func(*fasthttp.RequestCtx, error)) func(*fasthttp.RequestCtx, error) {
	return func(ctx *fasthttp.RequestCtx, err error) {
		path := refusedPath(err)
		if len(ctx.URI().PathOriginal()) == 0 { // the head was taken, but not its host
			path = rawPath(&ctx.Request.Header)
			ctx.Request.Header.SetHost("")
		}
		if strings.HasPrefix(path, "/") {
			ctx.Request.SetRequestURI(path)
		}
		answer(ctx, err)
	}
}

// refusedPath is the path of the request whose head err is about, or "". All that
// fasthttp leaves of such a head is the beginning of it, quoted, in its error.
func refusedPath(err error) string {
	const before = ", contents: "
	text := err.Error()
	at := strings.LastIndex(text, before+`"`)
	if at < 0 {
		return ""
	}
	quoted, bad := strconv.QuotedPrefix(text[at+len(before):])
	head, worse := strconv.Unquote(quoted)
	if bad != nil || worse != nil {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimLeft(head, "\r\n"), "\n")
	_, target, _ := strings.Cut(line, " ")
	if end := strings.IndexAny(target, " ?#\r"); end >= 0 {
		target = target[:end]
	}
	return target
}
