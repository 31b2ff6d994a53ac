package portable_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func is(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestChatGPT(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		d := newDesk(t, db)
		all := sample(t, "chatgpt.json")
		file := pack(t, "user.json", `{"id":"user"}`, "message_feedback.json", `[{"id":1}]`, "chat.html", "<html>",
			"conversations.json", all, "file-Crumb01-0001.png", picture(t), "user-x/file_00ab12-made.png", picture(t))
		count := d.run(file)
		if count.Threads != 2 || count.Messages != 4 || count.Files != 2 || count.Lost != 1 || count.Bad != 5 || count.Entries != 7 {
			t.Errorf("%+v", count)
		}
		is(t, d.told("Bread for Sunday"), `2024-03-31T16:00:00.25Z 2024-04-01T16:00:00.5Z archived=true pinned=false
--
2024-03-31T16:00:01Z user: What is wrong with <b>this</b> loaf? [loaf.jpg image/jpeg]
2024-03-31T16:00:10Z thought: **Looking at the crumb**

It is dense.
2024-03-31T16:00:20Z assistant: It rose too little. ([crumb.example](https://crumb.example/loaf)) Wait longer.
2024-03-31T16:00:30Z picture: data:image/png;base64,
`)
		is(t, d.told("Name three rivers"), `2024-04-01T19:33:20Z 2024-04-01T19:35:00Z archived=false pinned=false
--
2024-04-01T19:33:21Z user: Name three rivers
2024-04-01T19:33:22Z assistant: Elbe, Po, Ebro
`)
		var problems strings.Builder
		for _, p := range count.Problems {
			problems.WriteString(p.Entry + ": " + p.Reason + "\n")
		}
		is(t, problems.String(), `Round and round: Its messages follow each other in a circle.
Nothing in it: It has no messages.
No tree: It is not a chat.
No. 6 in conversations.json: It is not complete, or not valid JSON.
No. 7 in conversations.json: It is not a chat.
`)
		again := d.run(file)
		if again.Threads != 0 || again.There != 2 || len(d.ids()) != 2 {
			t.Errorf("the second time: %+v, %d threads", again, len(d.ids()))
		}
		// In pieces, under any name, and without the pictures.
		parts := d.run(pack(t, "conversations-000.json", all, "conversations-001.json",
			bytes.ReplaceAll(all, []byte("11111111-"), []byte("99999999-"))))
		if parts.Threads != 2 || parts.There != 2 || parts.Lost != 3 {
			t.Errorf("in pieces: %+v", parts)
		}
	})
}

func TestOpenWebUI(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	format, _, err := d.preview(sample(t, "openwebui.json"))
	if err != nil || format != "Open WebUI" {
		t.Errorf("%q, %v", format, err)
	}
	count := d.run(sample(t, "openwebui.json"))
	if count.Threads != 2 || count.Files != 1 || count.Lost != 1 || count.Bad != 0 {
		t.Errorf("%+v", count)
	}
	is(t, d.told("Trains to Basel"), `2024-07-03T09:46:40Z 2024-07-03T10:01:40Z archived=false pinned=true
--
2024-07-03T09:46:41Z user: When is the first train? [picture.jpg image/jpeg]
2024-07-03T09:46:43Z thought: The timetable & the day
2024-07-03T09:46:43Z assistant: At 5:04.
--
2024-07-03T09:46:44Z user: And back?
`)
	is(t, d.told("From before there was a tree"), `2023-11-14T22:13:20Z 2023-11-14T22:13:21Z archived=false pinned=false
--
2023-11-14T22:13:20Z user: Hello
2023-11-14T22:13:20Z assistant: Good day
`)
	if again := d.run(sample(t, "openwebui.json")); again.There != 2 {
		t.Errorf("the second time: %+v", again)
	}
}

func TestLibreChat(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	count := d.run(pack(t, "a.json", sample(t, "librechat.json"), "deep/b.json", sample(t, "librechat-flat.json")))
	if count.Threads != 2 || count.Messages != 5 || count.Lost != 1 {
		t.Errorf("%+v", count)
	}
	is(t, d.told("Names for a cat"), `2025-02-03T04:05:06.789Z 2025-02-03T04:07:00Z archived=false pinned=false
--
2025-02-03T04:05:06Z user: Names for a grey cat?
2025-02-03T04:06:00Z thought: Grey things
2025-02-03T04:06:00Z assistant: Flint
--
2025-02-03T04:07:00Z user: Perfect
`)
	is(t, d.told("Flat"), `2025-01-01T00:00:00Z 2025-01-01T00:00:05Z archived=false pinned=false
--
2025-01-01T00:00:00Z user: One
2025-01-01T00:00:05Z assistant: Two
`)
	// A thread in the bin comes back; one that was deleted, too.
	if err := d.db.TrashThreads(t.Context(), d.user.ID, d.ids()[0]); err != nil {
		t.Fatal(err)
	}
	if again := d.run(sample(t, "librechat-flat.json")); again.Threads != 1 || len(d.ids()) != 2 {
		t.Errorf("after the bin: %+v", again)
	}
}
