package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"reflect"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
)

func isJSON(contentType string) bool {
	typ, _, err := mime.ParseMediaType(contentType)
	return err == nil && typ == fiber.MIMEApplicationJSON
}

// maxJSONDepth is how deep a body may nest.
const maxJSONDepth = 32

// decodeJSON reads the request's JSON object into the struct that v points to.
// Unknown keys are ignored, and a key is known only as it is spelled; a key that
// appears twice, trailing data and other content types are refused.
func decodeJSON(c *fiber.Ctx, v any) error {
	if !isJSON(c.Get(fiber.HeaderContentType)) {
		return errContentType
	}
	body := bytes.TrimLeft(c.Body(), " \t\r\n")
	if len(body) > 0 && body[0] != '{' {
		return badRequest("The body must be a JSON object.")
	}
	err := chatkit.CheckJSON(body, maxJSONDepth)
	if err == nil {
		body, err = knownKeys(body, v)
	}
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	if err != nil {
		return badRequest("The body is not the JSON that is expected here: " + plainJSONError(err) + ".")
	}
	return nil
}

// knownKeys leaves out the keys that the struct does not name. encoding/json
// would take Title for title.
func knownKeys(body []byte, v any) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	known := map[string]json.RawMessage{}
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v).Elem()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if value, ok := all[name]; ok {
			known[name] = value
		}
	}
	return json.Marshal(known)
}

// plainJSONError says what is wrong with a JSON body without naming our types.
func plainJSONError(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return e.Field + " can't be a " + e.Value
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return "syntax error at byte " + strconv.FormatInt(e.Offset, 10)
	}
	if errors.Is(err, chatkit.ErrJSON) {
		return err.Error()
	}
	return "it has the wrong form"
}

// maxPage is the most rows that one page of a list has.
const maxPage = 100

// boolQuery reads a parameter that is true or false; without it it is false.
func boolQuery(c *fiber.Ctx, name string) (bool, error) {
	switch c.Query(name) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, badRequest(name + " must be true or false.")
}

// listQuery reads limit, after and order. A limit above maxPage is cut, one that
// is no positive number is refused.
func listQuery(c *fiber.Ctx, limit int, order chatkit.Order) (int, string, chatkit.Order, error) {
	if s := c.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil && !errors.Is(err, strconv.ErrRange) || n < 1 { // what is out of range is cut, too
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
