package main

import (
	"archive/zip"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// elsewhere are files as other programs write them, in a folder of the test's: a
// zip of ChatGPT's with an entry that can't be read, and many conversations in
// another, which take a while.
func exportsOfOthers(t *testing.T) (bread, trains, names, many string) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sample := func(name string) string {
		t.Helper()
		raw, err := os.ReadFile("../../models/portable/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(raw), "PICTURE", onePixel)
	}
	const talk = `{"title":%q,"conversation_id":"c%d","create_time":1711900800,"update_time":1711900900,"current_node":"b","mapping":{
		"a":{"message":{"author":{"role":"user"},"create_time":1711900801,"content":{"content_type":"text","parts":["Why is it hard?"]}}},
		"b":{"parent":"a","message":{"author":{"role":"assistant"},"create_time":1711900802,"content":{"content_type":"text","parts":["Because it is **old**."]}}}}}`
	packed := file("chatgpt.zip", "")
	z, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	w := zip.NewWriter(z)
	entry, err := w.Create("conversations.json")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(entry, "["+talk+`,{"title":"Broken <i>one</i>","mapping":{}}]`, "Old <b>bread</b>", 1)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	list := make([]string, 1500)
	for i := range list {
		list[i] = fmt.Sprintf(talk, fmt.Sprintf("Talk %d", i), 100+i)
	}
	return packed, file("openwebui.json", sample("openwebui.json")), file("librechat.json", sample("librechat.json")),
		file("many.json", "["+strings.Join(list, ",")+"]")
}

const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// bring chooses a file on the page of the person's data and sees what is in it.
func (b *browser) bring(file string) {
	b.t.Helper()
	b.run(b.ctx, chromedp.Navigate(b.web.url+"/settings/data"), chromedp.SetUploadFiles(`#import-file`, []string{file}),
		chromedp.Click(`form[enctype] button`), wait(`location.pathname.startsWith("/settings/data/import/") && document.readyState === "complete"`))
	b.fits("the preview of " + filepath.Base(file))
}

// fits fails the test when the page has to be scrolled sideways.
func (b *browser) fits(place string) {
	b.t.Helper()
	if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.t.Errorf("%s: the page is %d pixels too wide for the %s", place, over, b.device.name)
	}
}

const (
	theImport = `.import-actions .button-primary`
	discarded = `form[action$="/discard"] button`
)

func TestBrowserImport(t *testing.T) {
	bread, trains, names, many := exportsOfOthers(t)
	w := newWeb(t, nil)
	for name, d := range map[string]device{"Ann": desktop, "Ben": phone} {
		b := w.open(d)
		b.signUp(name)
		chats := func(want int) step {
			return wait(`document.querySelectorAll("#threads .thread-row").length === %d`, want)
		}

		// A preview, which imports nothing and can be left.
		b.bring(bread)
		b.run(b.ctx, has("Import from ChatGPT"), has("1 new chat with 2 messages"), has("Old <b>bread</b>"), chats(0),
			chromedp.Click(`.import-list summary`), has("Broken <i>one</i>"), has("It has no messages."))
		b.shot("import-preview-" + d.name)
		b.run(b.ctx, chromedp.Click(discarded), wait(`location.pathname === "/settings/data"`), wait(`!document.querySelector("[href^='/settings/data/import/']")`), chats(0))

		// Imported, and known the second time.
		b.bring(bread)
		b.run(b.ctx, chromedp.Click(theImport), has("The import is done."), has("1 entry that can’t be read"), chats(1))
		b.shot("import-done-" + d.name)
		b.bring(bread)
		b.run(b.ctx, has("There is nothing new in this file."), has("1 entry that you have already"), wait(`!document.querySelector(%q)`, theImport),
			chromedp.Click(discarded), wait(`location.pathname === "/settings/data"`))
		for file, from := range map[string]string{trains: "Open WebUI", names: "LibreChat"} {
			b.bring(file)
			b.run(b.ctx, has("Import from "+from), chromedp.Click(theImport), has("The import is done."))
		}
		b.run(b.ctx, chromedp.Navigate(w.url+"/chats"), has("Trains to Basel"), has("Names for a cat"), has("Old <b>bread</b>"),
			wait(`([...document.querySelectorAll(".shelf-link")].find((a) => a.innerText.includes("bread")).click(), true)`),
			has("Because it is old."), has("Why is it hard?"))

		// A long one says how far it is, and goes on while the person is elsewhere.
		b.bring(many)
		b.run(b.ctx, has("1500 new chats"), chromedp.Click(theImport), wait(`document.querySelector(".import-progress progress")?.max === 1500`))
		b.still("import-progress-" + d.name)
		page := eval[string](b, b.ctx, `location.pathname`)
		b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), chromedp.Navigate(w.url+page), has("The import is done."), has("1500 new chats"))

		// What is none is refused beside its field.
		none := filepath.Join(t.TempDir(), "none.json")
		if err := os.WriteFile(none, []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.run(b.ctx, chromedp.Navigate(w.url+"/settings/data"), chromedp.SetUploadFiles(`#import-file`, []string{none}), chromedp.Click(`form[enctype] button`),
			has("This is not an export that TaskPilot can read."), wait(`document.querySelector("#import-file").getAttribute("aria-describedby") === "file-error"`))
		b.shot("import-refused-" + d.name)
	}
}

// conversation is what a chat's page shows of it.
const conversation = `[...document.querySelectorAll("#turns .bubble, #turns .answer .prose")].map((el) => el.innerText.trim()).join("\n")`

// What is exported through the page is the same in another, empty account after
// it was imported there through the page.
func TestBrowserRestore(t *testing.T) {
	w := newWeb(t, nil)
	ann, ben := w.open(desktop), w.open(phone)
	ann.signUp("Ann")
	ben.signUp("Ben")
	ann.run(ann.ctx, say("add buy milk tomorrow"), wait(`location.pathname.startsWith("/chat/thr_")`), answered("completed"), say("What can you do?"), answered("completed"),
		wait(`document.querySelectorAll("#turns > .turn").length === 2`))
	told := eval[string](ann, ann.ctx, conversation)
	path := eval[string](ann, ann.ctx, `location.pathname`)
	ann.run(ann.ctx, chromedp.Navigate(w.url+"/tasks"), has("buy milk"))
	tasks := eval[string](ann, ann.ctx, `document.querySelector("#tasks .task-body").innerText`)

	ann.run(ann.ctx, chromedp.Navigate(w.url+"/settings/data"), do(`fetch(document.querySelector("a[download]").href).then((r) => r.blob()).then((blob) => {
		const reader = new FileReader();
		reader.onload = () => (window.exported = reader.result.split(",")[1]);
		reader.readAsDataURL(blob);
	})`), wait(`window.exported`))
	raw, err := base64.StdEncoding.DecodeString(eval[string](ann, ann.ctx, `exported`))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "export.zip")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}

	ben.bring(file)
	ben.run(ben.ctx, has("Import from TaskPilot"), has("1 new chat with"), has("1 new task"), chromedp.Click(theImport), has("The import is done."),
		chromedp.Navigate(w.url+"/tasks"), has("buy milk"))
	if got := eval[string](ben, ben.ctx, `document.querySelector("#tasks .task-body").innerText`); got != tasks {
		t.Errorf("the task is %q, was %q", got, tasks)
	}
	ben.run(ben.ctx, chromedp.Navigate(w.url+"/chats"), chromedp.Click(`.shelf-link`), wait(`document.querySelectorAll("#turns > .turn").length === 2`))
	if got := eval[string](ben, ben.ctx, conversation); got != told || told == "" {
		t.Errorf("the conversation is %q, was %q", got, told)
	}
	ben.run(ben.ctx, say("list my tasks"), answered("completed"), has("buy milk")) // and it goes on
	ann.run(ann.ctx, chromedp.Navigate(w.url+path), wait(`document.querySelectorAll("#turns > .turn").length === 2`))
	ann.bring(file)
	ann.run(ann.ctx, has("There is nothing new in this file."))
}
