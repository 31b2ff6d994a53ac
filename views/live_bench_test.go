//go:build unix

package views_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views"
)

// longAnswer is an answer of 40 KB as models write them.
func longAnswer() string {
	const section = "## Section %d\n\nA paragraph with **bold**, *italic* and `code`, and some more words, so that it is about as long as paragraphs are, with [a link](https://example.com/) in it. It goes on for another sentence or two.\n\n" +
		"- one point\n- another point, with $x^2$\n  - and one below it\n\n```go\nfunc f%d(a, b int) int {\n\treturn a + b // add them\n}\n```\n\n| Name | Value |\n|---|--:|\n| a | 1 |\n| b | 2 |\n\n"
	var b strings.Builder
	for i := 0; b.Len() < 40<<10; i++ {
		fmt.Fprintf(&b, section, i, i)
	}
	return b.String()
}

// cpu is what the process has used, in milliseconds: unlike time it is the same
// on a busy machine.
func cpu(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}

// BenchmarkStreamedAnswer has an answer arrive in deltas of 4 bytes, drawn after
// so many of them: 4 are what comes within a frame from a model that writes 100
// a second. "once" is what it is to be held against.
func BenchmarkStreamedAnswer(b *testing.B) {
	text := longAnswer()
	message := func(text string) *chatkit.AssistantMessage {
		return &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: "msg_1", ThreadID: "thr_1"}, Content: []*chatkit.OutputText{{Text: text}}}
	}
	for _, every := range []int{4, 20} {
		b.Run(fmt.Sprint(every), func(b *testing.B) {
			ctx, flushes, began := b.Context(), 0, cpu(b)
			for b.Loop() {
				page := views.NewLive(views.Turn{RunID: "run_1", ThreadID: "thr_1", Status: views.StatusRunning})
				apply := func(ev chatkit.Event) {
					if err := page.Apply(ev); err != nil {
						b.Fatal(err)
					}
				}
				apply(chatkit.ItemAdded{Item: message("")})
				flushes = 0
				for i := 0; i < len(text); i += 4 {
					apply(chatkit.ItemUpdated{ItemID: "msg_1", Update: chatkit.TextDelta{Delta: text[i:min(i+4, len(text))]}})
					if i/4%every != 0 {
						continue
					}
					if _, err := page.Flush(ctx); err != nil {
						b.Fatal(err)
					}
					flushes++
				}
			}
			b.ReportMetric(float64(flushes), "frames/op")
			b.ReportMetric((cpu(b)-began)/float64(b.N), "cpu-ms/op")
		})
	}
	b.Run("once", func(b *testing.B) {
		began := cpu(b)
		for b.Loop() {
			views.Markdown(b.Context(), text)
		}
		b.ReportMetric((cpu(b)-began)/float64(b.N), "cpu-ms/op")
	})
}
