package models_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// BenchmarkAnswer stores whole answers, as they are when they are done: of 2,000
// words that occur once, or of 300 that a language has.
func BenchmarkAnswer(b *testing.B) {
	for _, kind := range []struct {
		name  string
		words int
		word  func(n int) string
	}{
		{"unique", 2000, func(n int) string { return "#" + strconv.FormatInt(1_790_000_000_000_000_000+int64(n)*450, 16) }},
		{"prose", 300, func(n int) string { return "word" + strconv.Itoa((n*n+n/7)%4001*(n%17)%3001) }},
	} {
		for _, size := range []int{1, 10} {
			b.Run(fmt.Sprint(kind.name, "/", size), func(b *testing.B) {
				db := modelstest.Open(b)
				runs := manyRuns(b, db, 200)
				n, next, began := 0, 0, cpuTime(b)
				for b.Loop() {
					batch := make([]models.RunBatch, size)
					for i := range batch {
						var text strings.Builder
						for range kind.words {
							text.WriteString(kind.word(n) + " ")
							n++
						}
						batch[i] = runs[next%len(runs)]
						next++
						batch[i].Items = []models.ItemChange{{Item: &chatkit.AssistantMessage{
							ItemBase: chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage)},
							Content:  []*chatkit.OutputText{{Text: text.String()}}}}}
					}
					lost, err := db.Commit(b.Context(), batch)
					if err != nil || len(lost) > 0 {
						b.Fatal(lost, err)
					}
				}
				b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N*size*kind.words), "cpu-ns/word")
				b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N*size)/1e6, "cpu-ms/answer")
			})
		}
	}
}
