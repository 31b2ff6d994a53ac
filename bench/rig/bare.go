package rig

import (
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
)

// bare is the least that a Fiber server can do to send the same bytes at the
// same pace: there is nothing between the clock and the connection.
func bare(every time.Duration) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
		item := chatkit.NewID(chatkit.PrefixMessage)
		return c.SendStream(&frames{ticker: time.NewTicker(every), head: "id: " + chatkit.NewID("run") + ".",
			body: "\ndata: {\"type\":\"thread.item.updated\",\"item_id\":\"" + item +
				"\",\"update\":{\"type\":\"assistant_message.content_part.text_delta\",\"content_index\":0,\"delta\":\""})
	})
	return app
}

// frames is the body: at every tick one frame, with the time in it.
type frames struct {
	ticker     *time.Ticker
	head, body string
	seq        int64
}

var (
	_ io.Reader = (*frames)(nil)
	_ io.Closer = (*frames)(nil)
)

// Read waits for the next tick and gives its frame, which fits any buffer of Fiber's.
func (f *frames) Read(p []byte) (int, error) {
	<-f.ticker.C
	f.seq++
	b := strconv.AppendInt(append(p[:0], f.head...), f.seq, 10)
	b = append(append(b, f.body...), stamp(time.Now())...)
	b = append(b, "\"}}\n\n"...)
	return len(b), nil
}

// Close ends the clock; Fiber calls it when the client is gone.
func (f *frames) Close() error {
	f.ticker.Stop()
	return nil
}
