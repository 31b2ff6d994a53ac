package models_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// BenchmarkCommit stores one event for each of 1, 20 or 200 runs a commit, of
// 1,000 that are running; it reports the time for each event.
func BenchmarkCommit(b *testing.B) {
	for _, driver := range []string{"sqlite", "postgres"} {
		b.Run(driver, func(b *testing.B) {
			db := modelstest.Open(b)
			if driver == "postgres" {
				db = modelstest.OpenPostgres(b)
			}
			runs := manyRuns(b, db, 1000)
			for _, size := range []int{1, 20, 200, 1000} {
				b.Run(fmt.Sprint(size), func(b *testing.B) { benchmarkCommit(b, db, runs, size) })
			}
		})
	}
}

func benchmarkCommit(b *testing.B, db *models.DB, runs []models.RunBatch, size int) {
	payload := []byte(`{"type":"thread.item.updated","item_id":"msg_0123456789abcdef01234567","update":` +
		`{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"some words "}}`)
	next, began := 0, cpuTime(b)
	for b.Loop() {
		batch := make([]models.RunBatch, size)
		for i := range batch {
			run := &runs[next%len(runs)]
			next++
			if len(run.Events) == 0 {
				run.Events = []models.Event{{Payload: payload}}
			}
			run.Events[0].Seq++
			batch[i] = *run
			batch[i].Events = []models.Event{run.Events[0]}
		}
		lost, err := db.Commit(b.Context(), batch)
		if err != nil || len(lost) > 0 {
			b.Fatal(lost, err)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N*size), "cpu-ns/event")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/event")
}

// cpuTime is what this process has used; that of a database server is not in it.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// manyRuns begins n runs, of 50 users.
func manyRuns(t testing.TB, db *models.DB, n int) []models.RunBatch {
	t.Helper()
	var users []*models.User
	for i := range 50 {
		users = append(users, modelstest.User(t, db, fmt.Sprintf("user%d@example.com", i)))
	}
	list := make([]models.RunBatch, n)
	for i := range list {
		list[i] = batch(thread(t, db, users[i%len(users)].ID, fmt.Sprintf("question %d", i)))
	}
	return list
}
