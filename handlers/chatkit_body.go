package handlers

import (
	"bufio"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/taskpilot/taskpilot/models"
)

// maxRecording is the largest ChatKit request, which is one that carries a
// recording; all others end at maxBody.
const maxRecording = 14 << 20

// recordingTime is how long it may take to arrive.
const recordingTime = 2 * time.Minute

// sendTime is how long a client may take to read a file.
const sendTime = 5 * time.Minute

// bodyLimit lets a larger body in where one may come: to the ChatKit endpoint,
// from somebody who is signed in; files take a way of their own. It is asked
// before the body is read.
func (h *Handlers) bodyLimit(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path := rawPath(head)
	if announcesFile(head) {
		leaveBody(head)
		return fasthttp.RequestConfig{}
	}
	if isExport(path) {
		return fasthttp.RequestConfig{WriteTimeout: exportTime}
	}
	if isFileLink(path) || strings.HasPrefix(path, "/files/") {
		return fasthttp.RequestConfig{WriteTimeout: sendTime}
	}
	if head.ContentLength() <= maxBody || strings.TrimSuffix(path, "/") != "/api/v1/chatkit" || !h.knows(head) {
		return fasthttp.RequestConfig{}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: maxRecording, ReadTimeout: recordingTime}
}

// knows reports whether the request comes with a token or a session that is
// good. What they may do is checked later, as ever.
func (h *Handlers) knows(head *fasthttp.RequestHeader) bool {
	scheme, token, _ := strings.Cut(string(head.Peek(fiber.HeaderAuthorization)), " ")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if strings.EqualFold(scheme, "bearer") {
		token = strings.TrimSpace(token)
		_, err := h.tokens.Verify(token, h.Now())
		if strings.HasPrefix(token, models.APITokenPrefix) {
			_, err = h.DB.FindAPIToken(ctx, token)
		}
		return err == nil
	}
	cookie := string(head.Cookie(h.sessions.name()))
	if cookie == "" {
		return false
	}
	_, err := h.DB.Session(ctx, hashToken(cookie))
	return err == nil
}

// lingering answers a request whose body is too large, and then takes what the
// client still sends: closing at once would reset the connection, and many clients
// would never read why. fasthttp's own answer comes too late then, and is not sent.
func lingering(answer func(*fasthttp.RequestCtx, error)) func(*fasthttp.RequestCtx, error) {
	return func(ctx *fasthttp.RequestCtx, err error) {
		answer(ctx, err)
		if !errors.Is(err, fasthttp.ErrBodyTooLarge) {
			return
		}
		ctx.Response.SetConnectionClose()
		conn := ctx.Conn()
		if conn.SetWriteDeadline(time.Now().Add(lingerTime)) != nil {
			return
		}
		w := bufio.NewWriter(conn)
		if ctx.Response.Write(w) == nil && w.Flush() == nil {
			linger(conn)
		}
	}
}
