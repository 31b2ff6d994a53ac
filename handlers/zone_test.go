package handlers

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// Days and hours are those of the place where the browser says that it is, and
// programs of the same person get them from there, too; nobody else does.
func TestDaysAreThePersonsOwn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		nows := make(chan string, 1)
		s := boot(t, db, func(o *Options) {
			o.Assistant = scripted(func(_ context.Context, turn *assistant.Turn, _ assistant.Emit) error {
				nows <- turn.Now.Format("02 ") + turn.Now.Location().String()
				return nil
			})
		})
		today := func(u *models.User) string {
			var thread struct{ ID string }
			v := s.program(u)
			v.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&thread)
			v.do("POST", "/api/v1/chatkit/threads/"+thread.ID+"/messages", `{"content":"hello"}`)
			return <-nows
		}
		s.h.Now = func() time.Time { return time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC) } // Friday, 8:30, in Tokyo
		ann, ben := s.browser(modelstest.User(t, db, "ann@example.com")), s.browser(modelstest.User(t, db, "ben@example.com"))
		tokyo := []string{"Cookie", "tz=Asia/Tokyo", "HX-Request", "true"}
		ann.post("/tasks", url.Values{"title": {"ring gran tomorrow at 9"}}, tokyo...).want(200).has("Due: Tomorrow, 09:00").lacks("UTC")
		ann.do("GET", "/tasks?due=today", nil, "Cookie", "tz=Asia/Tokyo").want(200).lacks("ring gran")
		ann.post("/tasks", url.Values{"title": {"sing today"}}, tokyo...).want(200)
		ann.do("GET", "/tasks?due=today", nil, "Cookie", "tz=Asia/Tokyo").want(200).has("Due: Today").has("sing")
		rows, _, err := db.Todos(t.Context(), ann.user.ID, models.TodoQuery{})
		if err != nil || len(rows) != 2 || rows[1].DueAt.Format(time.RFC3339Nano) != "2026-11-28T00:00:00.001Z" || rows[0].DueAt.Format(time.RFC3339Nano) != "2026-11-27T00:00:00Z" {
			t.Errorf("%+v, %v", rows, err)
		}
		// The form has days only: the day of Tokyo keeps the hour.
		ann.post("/tasks/"+rows[1].ID, url.Values{"title": {"ring dad"}, "due_at": {"2026-11-28"}}, tokyo...).want(200).has("Due: Tomorrow, 09:00")

		// A page with the cookie makes the place known to the person's programs.
		before := today(ann.user)
		ann.do("GET", "/chat", nil, "Cookie", "tz=Asia/Tokyo").want(200)
		if after := today(ann.user); before != "26 UTC" || after != "27 Asia/Tokyo" {
			t.Errorf("a program's today was %s, and is %s", before, after)
		}
		if got := today(ben.user); got != "26 UTC" {
			t.Errorf("another person's today is %s", got)
		}
		for _, bad := range []string{"Local", "../../etc/passwd", "/etc/localtime", "Mars/Base", strings.Repeat("A", 65), "a/b"} {
			ben.do("GET", "/chat", nil, "Cookie", "tz="+bad).want(200)
		}
		if u, err := db.User(t.Context(), ben.user.ID); err != nil || u.TimeZone != "" {
			t.Errorf("remembered %q, %v", u.TimeZone, err)
		}
	})
}
