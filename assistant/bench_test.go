package assistant

import (
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// BenchmarkDelta is the way of one delta from the bytes of its stream to the event
// that is emitted.
func BenchmarkDelta(b *testing.B) {
	for engine, chunk := range map[string]string{
		"completions": `data: {"id":"c","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}` + "\n\n",
		"responses":   "event: response.output_text.delta\n" + `data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":0,"content_index":0,"delta":" word","logprobs":[]}` + "\n\n",
	} {
		b.Run(engine, func(b *testing.B) {
			b.ReportAllocs()
			out := agents.NewTranslator(func(chatkit.Event) error { return nil }, agents.Options{})
			decode := decoderOf(engine)
			var stream *lineStream
			for n := 0; b.Loop(); n++ {
				if n%1000 == 0 {
					stream = streamOf(strings.Repeat(chunk, 1000))
					out = agents.NewTranslator(func(chatkit.Event) error { return nil }, agents.Options{})
				}
				raw, err := stream.RecvRaw()
				if err == nil {
					err = decode(raw, out.Apply)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
