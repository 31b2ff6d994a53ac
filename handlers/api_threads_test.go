package handlers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestAPIThreads(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		user := modelstest.User(t, db, "ann@example.com")
		s := boot(t, db)
		v := s.program(user)
		signals := s.h.Engine.Signals.Subscribe(user.ID)
		defer signals.Close()
		var made, got threadJSON
		v.do("POST", "/api/v1/chatkit/threads", `{"metadata":{"user_id":"usr_forged","plan":{"a":[1,null]}},"title":" A  title "}`).want(201).json(&made)
		if made.Title != "A title" || made.Metadata["user_id"] != user.ID || made.Status.Type != chatkit.Active || made.Metadata["plan"] == nil {
			t.Errorf("made %+v", made)
		}
		if got := signals.Take(); !slices.Contains(got, live.Signal{Kind: live.ThreadsChanged}) {
			t.Errorf("signals %v", got)
		}
		path := "/api/v1/chatkit/threads/" + made.ID
		v.do("GET", path, nil).want(200).json(&got)
		if !got.CreatedAt.Equal(made.CreatedAt.Time) || got.Metadata["user_id"] != user.ID {
			t.Errorf("got %+v", got)
		}
		var changed, cleared threadJSON
		v.do("PATCH", path, `{"metadata":{"user_id":"usr_forged","b":1}}`).want(200).json(&changed)
		if changed.Title != "A title" || changed.Metadata["plan"] != nil || changed.Metadata["b"] == nil || changed.Metadata["user_id"] != user.ID {
			t.Errorf("changed to %+v", changed)
		}
		if row, err := db.Thread(t.Context(), user.ID, made.ID); err != nil || row.Metadata["user_id"] != nil {
			t.Errorf("stored metadata %v, %v", row.Metadata, err)
		}
		v.do("PATCH", path, `{"metadata":{}}`).want(200).json(&cleared)
		if len(cleared.Metadata) != 1 {
			t.Errorf("metadata not cleared: %v", cleared.Metadata)
		}
		// Pinned and archived, which say nothing about each other.
		shelf := func(change string, pinned, archived bool) {
			t.Helper()
			var got threadJSON
			v.do("PATCH", path, change).want(200).json(&got)
			if got.Pinned != pinned || got.Archived != archived || got.Title != "A title" {
				t.Errorf("%s: %+v", change, got)
			}
			v.do("GET", path, nil).json(&got)
			if got.Pinned != pinned || got.Archived != archived {
				t.Errorf("after %s: %+v", change, got)
			}
			for query, there := range map[string]bool{"": !archived, "?archived=false": !archived, "?archived=true": archived} {
				r := v.do("GET", "/api/v1/chatkit/threads"+query, nil).want(200)
				if strings.Contains(string(r.body), made.ID) != there {
					t.Errorf("%s: the list %q has it: %t", change, query, !there)
				}
			}
		}
		shelf(`{"pinned":true}`, true, false)
		at, err := db.Thread(t.Context(), user.ID, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		shelf(`{"pinned":true,"archived":true}`, true, true)
		if now, err := db.Thread(t.Context(), user.ID, made.ID); err != nil || !now.PinnedAt.Equal(at.PinnedAt.Time) {
			t.Errorf("pinned again it moves: %v", err)
		}
		shelf(`{"pinned":null,"archived":null,"PINNED":false}`, true, true)
		shelf(`{"pinned":false}`, false, true)
		shelf(`{"archived":false}`, false, false)
		v.do("PATCH", path, `{"pinned":"yes"}`).problem(400, "invalid_request")
		v.do("GET", "/api/v1/chatkit/threads?archived=1", nil).problem(400, "invalid_request")
		// What one of the databases would refuse, or keep otherwise than the other.
		odd := `{"title":"nul\u0000 half\ud800","metadata":{"k\u0000":"v\u0000\udfff","deep":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}}`
		var clean threadJSON
		v.do("PATCH", path, odd).want(200).json(&clean)
		if clean.Title != "nul half\uFFFD" || clean.Metadata["k"] != "v\uFFFD" || clean.Metadata["deep"] == nil {
			t.Errorf("odd text became %q %q", clean.Title, clean.Metadata)
		}
		v.do("DELETE", path, nil).want(204)
		v.do("GET", path, nil).problem(404, "not_found")
		v.do("DELETE", path, nil).problem(404, "not_found")
	})
}

func TestAPIThreadPages(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).program(modelstest.User(t, db, "ann@example.com"))
	var ids []string
	for range 5 {
		var made threadJSON
		v.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&made)
		ids = append(ids, made.ID)
	}
	for _, order := range []string{"asc", "desc"} {
		var seen []string
		after := ""
		for {
			var page pageJSON[threadJSON]
			v.do("GET", "/api/v1/chatkit/threads?limit=2&order="+order+"&after="+after, nil).want(200).json(&page)
			for _, th := range page.Data {
				seen = append(seen, th.ID)
			}
			if page.HasMore != (page.After != nil) {
				t.Fatalf("has_more %v, after %v", page.HasMore, page.After)
			}
			if !page.HasMore {
				break
			}
			after = *page.After
		}
		if order == "desc" {
			slices.Reverse(seen)
		}
		if !slices.Equal(seen, ids) {
			t.Errorf("%s: %v, want %v", order, seen, ids)
		}
	}
	v.do("GET", "/api/v1/chatkit/threads?limit=99999999999999999999", nil).want(200) // cut, like 101
	for _, query := range []string{"limit=0", "limit=x", "limit=-1", "limit=-99999999999999999999", "order=up"} {
		v.do("GET", "/api/v1/chatkit/threads?"+query, nil).problem(400, "invalid_request")
	}
	v.do("GET", "/api/v1/chatkit/threads?after=thr_unknown", nil).problem(404, "not_found")
}

func TestAPIThreadLimits(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).program(modelstest.User(t, db, "ann@example.com"))
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k%d":1,`, i)
		}
		return `{"metadata":{` + b.String() + `"user_id":"x"}}`
	}
	v.do("POST", "/api/v1/chatkit/threads", keys(16)).want(201)
	v.do("POST", "/api/v1/chatkit/threads", keys(17)).problem(400, "invalid_request")
	v.do("POST", "/api/v1/chatkit/threads", `{"metadata":{"a":"`+strings.Repeat("x", maxMetadata)+`"}}`).problem(400, "invalid_request")
	v.do("POST", "/api/v1/chatkit/threads", map[string]any{"title": strings.Repeat("ö", 200)}).want(201)
	v.do("POST", "/api/v1/chatkit/threads", map[string]any{"title": strings.Repeat("ö", 201)}).problem(400, "invalid_request")
	v.do("POST", "/api/v1/chatkit/threads", `{"metadata":null}`).want(201)
	for _, body := range []string{`{"metadata":[]}`, `{"metadata":"x"}`, `{"title":7}`, ``, `null`, `[]`, `{`, `{}{}`, `{}}`, `"x"`} {
		v.do("POST", "/api/v1/chatkit/threads", body).problem(400, "invalid_request")
	}
	if threads, _, err := db.Threads(t.Context(), v.user.ID, models.PageQuery{}); err != nil || len(threads) != 3 {
		t.Errorf("%d threads, %v", len(threads), err)
	}
}

func TestDeleteThreadStopsItsAnswer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		began := make(chan struct{})
		s := boot(t, db, func(o *Options) { o.Assistant = hold(began) })
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		var made threadJSON
		v.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&made)
		path := "/api/v1/chatkit/threads/" + made.ID
		waited := make(chan int, 1)
		go func() { waited <- v.do("POST", path+"/messages", `{"content":"hello"}`).status }()
		<-began
		v.do("DELETE", path, nil).want(204)
		if status := <-waited; status != 404 && status != 200 {
			t.Errorf("who waited for the answer got %d", status)
		}
		v.do("GET", path, nil).problem(404, "not_found")
	})
}
