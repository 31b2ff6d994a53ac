package handlers

import (
	"net/url"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestThumbsAreKeptAndTakenBack(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		user := modelstest.User(t, db, "ann@example.com")
		ann, api := s.browser(user), s.program(user)
		thread := api.newThread()
		var answer struct{ Messages []messageJSON }
		api.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", `{"content":"hello"}`).want(200).json(&answer)
		item, path := answer.Messages[1].ID, "/chat/"+thread
		ann.do("GET", path, nil).want(200).has(`aria-pressed="false"`).lacks(`aria-pressed="true"`)
		give := func(kind string) *reply {
			return ann.post(path+"/feedback", url.Values{"item_id": {item}, "kind": {kind}}, "HX-Request", "true")
		}
		for _, kind := range []string{"negative", "positive"} {
			give(kind).want(200).has(`aria-pressed="true"`)
			if list, err := db.Feedback(t.Context(), user.ID, thread); err != nil || len(list) != 1 || list[0].Kind != kind {
				t.Errorf("%s is kept as %+v, %v", kind, list, err)
			}
		}
		ann.do("GET", path, nil).want(200).has(`aria-pressed="true"`)
		give("").want(200).lacks(`aria-pressed="true"`)
		if list, err := db.Feedback(t.Context(), user.ID, thread); err != nil || len(list) != 0 {
			t.Errorf("after taking it back: %+v, %v", list, err)
		}
		give("meh").want(400)
		ann.post(path+"/feedback", url.Values{"kind": {"positive"}}, "HX-Request", "true").want(400)
	})
}
