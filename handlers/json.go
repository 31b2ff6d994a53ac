package handlers

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
)

func isJSON(contentType string) bool {
	typ, _, err := mime.ParseMediaType(contentType)
	return err == nil && typ == fiber.MIMEApplicationJSON
}

// plainJSONError says what is wrong with a JSON body without naming our types.
func plainJSONError(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return e.Field + " can't be a " + e.Value
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return "syntax error at byte " + strconv.FormatInt(e.Offset, 10)
	}
	if errors.Is(err, io.EOF) {
		return "it is empty"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return "it has the wrong form"
}

// maxPage is the most rows that one page of a list has.
const maxPage = 100

// listQuery reads limit, after and order. A limit above maxPage is cut, one that
// is no positive number is refused.
func listQuery(c *fiber.Ctx, limit int, order chatkit.Order) (int, string, chatkit.Order, error) {
	if s := c.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return 0, "", "", badRequest("limit must be a number from 1 to " + strconv.Itoa(maxPage) + ".")
		}
		limit = min(n, maxPage)
	}
	switch s := c.Query("order"); s {
	case "":
	case string(chatkit.Asc), string(chatkit.Desc):
		order = chatkit.Order(s)
	default:
		return 0, "", "", badRequest("order must be asc or desc.")
	}
	return limit, c.Query("after"), order, nil
}
