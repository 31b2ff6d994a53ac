package handlers

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// transferCalls are the calls of exports and imports.
func transferCalls() map[string]call {
	return map[string]call{
		"GET /settings/data/export":                  {owner: 200, foreign: 200},
		"POST /settings/data/import":                 {file: "hello", owner: 400, foreign: 400}, // no export
		"GET /settings/data/import/:import":          {owner: 200, foreign: 404},
		"POST /settings/data/import/:import":         {owner: 303, foreign: 404},
		"POST /settings/data/import/:import/discard": {owner: 303, foreign: 404},
	}
}

const importSample = `[{"title":"Old <b>bread</b>","conversation_id":"c1","create_time":1711900800,"update_time":1711900900,"current_node":"b","mapping":{
"a":{"message":{"author":{"role":"user"},"create_time":1711900801,"content":{"content_type":"text","parts":["<script>alert(1)</script> why is it hard?"]}}},
"b":{"parent":"a","message":{"author":{"role":"assistant"},"create_time":1711900802,"content":{"content_type":"text","parts":["Because it is **old**. <img src=x onerror=alert(1)> [x](javascript:alert(1))"]}}}}},
{"title":"Broken <i>one</i>","mapping":{}}]`

// bring sends a file as the page's form does, without scripts.
func (v *visitor) bring(name, content string) string {
	v.s.t.Helper()
	token := v.csrf
	v.csrf = ""
	defer func() { v.csrf = token }()
	r := v.do("POST", importPath+"?csrf_token="+url.QueryEscape(token), form(name, []byte(content))).want(303)
	return r.header.Get("Location")
}

// imported starts an import and waits for its end.
func (v *visitor) imported(page string) *reply {
	v.s.t.Helper()
	signals := v.s.h.Engine.Signals.Subscribe(v.user.ID)
	defer signals.Close()
	v.post(page, url.Values{}).want(303)
	deadline := time.After(20 * time.Second)
	for {
		select {
		case <-signals.Ready():
			signals.Take()
		case <-deadline:
			v.s.t.Fatal("the import does not end")
		}
		if i, err := v.s.db.Import(v.s.t.Context(), v.user.ID, page[strings.LastIndex(page, "/")+1:]); err == nil && i.State != models.ImportRunning {
			return v.do("GET", page, nil).want(200)
		}
	}
}

func TestImportIsShownThenDone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		user, other := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		ann, bob := s.browser(user), s.browser(other)
		ann.do("GET", "/settings/data", nil).want(200).has(`enctype="multipart/form-data"`).has("/settings/data/export").lacks("waits for your yes")
		page := ann.bring("my <chats>.json", importSample)
		ann.do("GET", page, nil).want(200).has("Import from ChatGPT").has("1 new chat with 2 messages").has("1 entry that can’t be read").
			has("Old &lt;b&gt;bread&lt;/b&gt;").has("Broken &lt;i&gt;one&lt;/i&gt;").has("It has no messages.").has("Nothing has been imported yet").lacks("hx-trigger=\"every")
		ann.do("GET", "/settings/data", nil).want(200).has("waits for your yes")
		bob.do("GET", page, nil).want(404)
		bob.post(page, url.Values{}).want(404)
		if threads, _, err := db.Threads(t.Context(), user.ID, models.PageQuery{}); err != nil || len(threads) != 0 {
			t.Errorf("the preview made %d threads, %v", len(threads), err)
		}
		ann.imported(page).has("The import is done.").has("1 new chat with 2 messages").lacks("<script>alert").lacks("hx-trigger=\"every")
		threads, _, err := db.Threads(t.Context(), user.ID, models.PageQuery{})
		if err != nil || len(threads) != 1 || threads[0].CreatedAt.Unix() != 1711900800 {
			t.Fatalf("%+v, %v", threads, err)
		}
		ann.do("GET", "/chat/"+threads[0].ID, nil).want(200).has("&lt;script&gt;alert(1)&lt;/script&gt; why is it hard?").has("<strong>old</strong>").
			lacks("<script>alert").lacks("<img src=x").lacks(`href="javascript:`)
		again := ann.bring("again.json", importSample)
		ann.do("GET", again, nil).want(200).has("There is nothing new in this file.").has("1 entry that you have already")
		ann.post(again+"/discard", url.Values{}).want(303)
		ann.do("GET", again, nil).want(404)
		ann.post(page, url.Values{}).want(303) // a second click does nothing
		// The imported conversation goes on like any other.
		ann.post("/chat/"+threads[0].ID+"/messages", url.Values{"content": {"and now?"}}).want(303)
	})
}

func TestImportIsRefused(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	ann.do("POST", importPath, form("a.json", []byte("not JSON"))).want(400).has("not an export that TaskPilot can read").has(`aria-invalid="true"`)
	ann.do("POST", importPath, url.Values{"a": {"b"}}).want(415)
	token := ann.csrf
	ann.csrf = ""
	ann.do("POST", importPath, form("a.json", []byte(importSample))).want(403)
	ann.do("POST", importPath+"?csrf_token=x"+token, form("a.json", []byte(importSample))).want(403)
	if list, err := s.db.Imports(t.Context(), ann.user.ID, 5); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestOneTransferAtATime(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	leave, err := s.h.transfers.enter(ann.user.ID)
	if err != nil {
		t.Fatal(err)
	}
	ann.do("GET", exportAllPath, nil).want(429)
	ann.do("POST", importPath, form("a.json", []byte(importSample))).want(429)
	leave()
	ann.do("GET", exportAllPath, nil).want(200)
}

func TestAnImportThatWasLeftBehindGoesOn(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	page := ann.bring("a.json", importSample)
	id := page[strings.LastIndex(page, "/")+1:]
	// Another server took it on and died.
	if _, err := s.db.BeginImport(t.Context(), ann.user.ID, id); err != nil {
		t.Fatal(err)
	}
	ann.do("GET", page, nil).want(200).has("0 of 2 entries").has(`hx-trigger="every 1s"`)
	ann.do("GET", page, nil, "HX-Request", "true").want(200).has("0 of 2 entries").lacks("<html")
	late := boot(t, s.db, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(time.Hour) }; o.Files = s.h.Files })
	late.browser(ann.user).do("GET", page, nil).want(200).has("was interrupted").has("Continue")
}

var fileNamed = regexp.MustCompile(`filename="?taskpilot-export-\d{4}-\d\d-\d\d\.zip`)

func TestExportEverything(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user, other := modelstest.User(t, s.db, "ann@example.com"), modelstest.User(t, s.db, "bob@example.com")
	mine, foreign := s.longThread(user, 3), s.longThread(other, 1)
	s.program(user).upload("a.txt", []byte("text"))
	r := s.browser(user).do("GET", exportAllPath, nil).want(200)
	if !fileNamed.MatchString(r.header.Get("Content-Disposition")) || r.header.Get("Content-Type") != "application/zip" {
		t.Errorf("%v", r.header)
	}
	z, err := zip.NewReader(bytes.NewReader(r.body), int64(len(r.body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil || bytes.Contains(text, []byte(foreign)) {
			t.Errorf("%s: %v, or another's: %.200s", f.Name, err, text)
		}
		if strings.HasPrefix(f.Name, "markdown/20") && !bytes.Contains(text, []byte("message 1.")) {
			t.Errorf("%s: %s", f.Name, text)
		}
	}
	if !strings.Contains(fmt.Sprint(names), "threads/"+mine+".json") {
		t.Errorf("%q", names)
	}
	events, _, err := s.db.AuditEvents(t.Context(), models.AuditQuery{UserID: user.ID, Limit: 10})
	if err != nil || !strings.Contains(fmt.Sprintf("%+v", events), "everything") {
		t.Errorf("the export is not on record: %+v, %v", events, err)
	}
}
