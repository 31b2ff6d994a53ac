package rig

import (
	"bytes"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
)

// bare is the least that a Fiber server can do to send the same bytes: there is
// nothing between the clock and the connection. At / the frames are as of the
// REST door, at /api/v1/chatkit as of the ChatKit one.
func bare(every time.Duration, burst int) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	texts := newProse(burst)
	app.Get("/", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
		return c.SendStream(&frames{ticker: time.NewTicker(every), head: "id: " + chatkit.NewID("run") + ".", body: "\n" + bareFrame()})
	})
	app.Post("/api/v1/chatkit", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
		f := &frames{body: bareFrame()}
		if bytes.Contains(c.Body(), []byte(Question)) {
			f.ticker = time.NewTicker(every)
		} else {
			f.text = texts.next()
		}
		return c.SendStream(f)
	})
	return app
}

func bareFrame() string {
	return "data: {\"type\":\"thread.item.updated\",\"item_id\":\"" + chatkit.NewID(chatkit.PrefixMessage) +
		"\",\"update\":{\"type\":\"assistant_message.content_part.text_delta\",\"content_index\":0,\"delta\":\""
}

// frames is the body: frames with the time in them, one at every tick; without
// a ticker those of a text, as fast as they go.
type frames struct {
	ticker     *time.Ticker
	head, body string // head: what the number stands after, if there is one
	seq        int64
	text       []string
}

var (
	_ io.Reader = (*frames)(nil)
	_ io.Closer = (*frames)(nil)
)

// Read waits for the next tick and gives its frame, which fits any buffer of
// Fiber's; without a ticker it fills the buffer.
func (f *frames) Read(p []byte) (int, error) {
	if f.ticker != nil {
		<-f.ticker.C
		return len(f.frame(p[:0], Stamp(time.Now()))), nil
	}
	const frameSize = 256 // more than any
	b := p[:0]
	for len(f.text) > 0 && len(p)-len(b) >= frameSize {
		b = f.frame(b, f.text[0])
		f.text = f.text[1:]
	}
	if len(b) == 0 {
		return 0, io.EOF
	}
	return len(b), nil
}

func (f *frames) frame(b []byte, delta string) []byte {
	if f.head != "" {
		f.seq++
		b = strconv.AppendInt(append(b, f.head...), f.seq, 10)
	}
	b = append(append(b, f.body...), delta...)
	return append(b, "\"}}\n\n"...)
}

// Close ends the clock; Fiber calls it when the client is gone.
func (f *frames) Close() error {
	if f.ticker != nil {
		f.ticker.Stop()
	}
	return nil
}
