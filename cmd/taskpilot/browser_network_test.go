package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// theAnswer is the text of the newest answer.
const theAnswer = `document.querySelector(".turn:last-child .answer .prose").innerText.trim()`

// The connection breaks in the middle of an answer, while a message waits: the
// page says so, and all of it goes on when there is a connection again.
func TestBrowserBrokenNetwork(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(40)...), openaitest.Text("Second answer."), openaitest.Text("Third answer."))
	w := newWeb(t, model)
	way := newRoad(w)
	next := func(n int) {
		for range n {
			gate <- struct{}{}
		}
	}
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("first"), wait(`location.pathname.startsWith("/chat/thr_")`), answered("running"),
		wait(`performance.getEntriesByType("resource").some((e) => /\/waiting-\w+\.js$/.test(e.name))`))
	next(10)
	b.run(b.ctx, has("word9"))
	way.set(roadCut)
	b.run(b.ctx, wait(`!document.querySelector("[data-link-state]").hidden`), has("Reconnecting…"))
	next(15) // nobody sees these
	b.run(b.ctx, typed("second"), has("Waits for the answer"), chromedp.SendKeys(`#content`, "half a tho"))
	b.still("network-broken-" + b.device.name)
	way.set(roadOpen)
	b.run(b.ctx, has("word24"), wait(`document.querySelector("[data-link-state]").hidden`))
	next(15)
	b.run(b.ctx, has("Second answer."), answered("completed"), wait(`document.querySelectorAll(".waiting-message").length === 0`),
		wait(`document.querySelector("#content").value === "half a tho"`))
	if got, want := eval[string](b, b.ctx, `document.querySelector(".answer .prose").innerText.trim()`), strings.TrimSpace(strings.Join(words(40), "")); got != want {
		t.Errorf("the answer is %q", got)
	}

	// The server has a message and its word for it is lost: it comes once.
	for range len(model.Requests()) {
		<-model.Arrived()
	}
	way.set(roadDeaf)
	b.run(b.ctx, do(`document.querySelector("#content").value = ""`), typed("third"), has("It is tried again by itself."))
	<-model.Arrived()
	if got := eval[string](b, b.ctx, bubbles); got != "first|second" {
		t.Errorf("the page shows %q as sent", got)
	}
	way.set(roadOpen)
	b.run(b.ctx, has("Third answer."), answered("completed"), wait(`document.querySelectorAll(".waiting-message").length === 0`), chromedp.Reload(), has("Third answer."))
	if got := eval[string](b, b.ctx, bubbles); got != "first|second|third" {
		t.Errorf("the person said %q", got)
	}
	if n := len(model.Requests()); n != 3 {
		t.Errorf("the model was asked %d times", n)
	}
}

// While a slow network keeps a message, it is on the page, the box is free, and
// a file can be taken back on its way.
func TestBrowserSlowNetwork(t *testing.T) {
	model := openaitest.New(t)
	model.Reply(openaitest.Text("At last."), openaitest.Text("Without the file."))
	w := newWeb(t, model)
	way := newRoad(w)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, wait(`performance.getEntriesByType("resource").some((e) => /\/waiting-\w+\.js$/.test(e.name))`))
	way.set(roadStalled)
	b.run(b.ctx, say("are you there?"), wait(`document.querySelector(".turn-pending .bubble")?.innerText === "are you there?"`),
		wait(`document.querySelector("#content").value === ""`), chromedp.SendKeys(`#content`, "I wonder"))
	b.still("network-slow-" + b.device.name)
	way.set(roadOpen)
	b.run(b.ctx, has("At last."), answered("completed"), wait(`document.querySelector("#content").value === "I wonder"`))
	if n := eval[int](b, b.ctx, `document.querySelectorAll(".bubble").length`); n != 1 {
		t.Errorf("the message is there %d times", n)
	}

	const file = `document.querySelector(".extra")`
	put := func(kilobytes int) step {
		return withFiles(`(async () => { const data = new DataTransfer(); data.items.add(new File(["words and\n".repeat(%d)], "big.txt"));
			document.querySelector("#content").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); })()`, kilobytes*100)
	}
	// The script that sends files is loaded with the first one.
	b.run(b.ctx, put(1), wait(file+`?.dataset.value`), chromedp.Click(`.extra [data-remove]`), wait("!"+file))
	user, err := w.db.UserByEmail(t.Context(), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	gone := func() bool {
		objects, err := w.db.UserObjects(t.Context(), user.ID)
		return err == nil && len(objects) == 0
	}
	soon(t, "the file is gone from the server", gone)
	way.set(roadStalled)
	// More than what fits on the way: it is still being sent.
	b.run(b.ctx, put(18_000), wait(file+`?.dataset.state === "sending" && !`+file+`.querySelector("progress").hidden`))
	b.still("network-upload-" + b.device.name)
	b.run(b.ctx, chromedp.Click(`.extra [data-remove]`), wait("!"+file))
	way.set(roadOpen)
	b.run(b.ctx, chromedp.Click(`button.send`, chromedp.NodeVisible), has("Without the file."), answered("completed"))
	soon(t, "no file is on the server", gone)
	if got := eval[string](b, b.ctx, bubbles); got != "are you there?|I wonder" {
		t.Errorf("the person said %q", got)
	}
}

// tabs opens the page in n more tabs.
func (b *browser) tabs(n int, path string) []context.Context {
	b.t.Helper()
	list := make([]context.Context, n)
	for i := range list {
		list[i] = b.tab()
		b.run(list[i], chromedp.Navigate(b.web.url+path), wait(`document.readyState === "complete"`))
	}
	return list
}

// Eight tabs show one running answer, over one live connection: a browser has
// only six to a server.
func TestBrowserEightTabsWork(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(20)...))
	w := newWeb(t, model)
	way := newRoad(w)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("Go"), wait(`location.pathname.startsWith("/chat/thr_")`))
	path := eval[string](b, b.ctx, `location.pathname`)
	tabs := append(b.tabs(7, path), b.ctx)
	for range 10 {
		gate <- struct{}{}
	}
	for _, tab := range tabs {
		b.run(tab, has("word9"))
	}
	// One of them speaks for all, and any of them can ask for something else.
	soon(t, "one live stream", func() bool { return way.carrying("GET /live?") == 1 })
	b.run(tabs[0], chromedp.Navigate(w.url+"/tasks"), wait(`document.querySelector("#tasks")`), chromedp.Navigate(w.url+path), has("word9"))
	for range 10 {
		gate <- struct{}{}
	}
	for _, tab := range tabs {
		b.run(tab, answered("completed"), has("word19"))
		if got := eval[string](b, tab, theAnswer); got != strings.TrimSpace(strings.Join(words(20), "")) {
			t.Errorf("a tab shows %q", got)
		}
		// It can still talk to the server.
		b.run(tab, chromedp.Navigate(w.url+"/tasks"), wait(`location.pathname === "/tasks" && document.querySelector("#tasks") !== null`))
	}
}

// While the tabs' connection is made anew, because one of them has gone to another
// page, what happens still reaches the others.
func TestBrowserHearsWhileItConnectsAnew(t *testing.T) {
	w := newWeb(t, nil)
	way := newRoad(w)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), wait(`document.querySelector("#new-title")`))
	others := b.tabs(2, "/tasks")
	soon(t, "one live stream", func() bool { return way.carrying("GET /live?") == 1 })
	way.set(roadNarrow)
	b.run(others[1], chromedp.Navigate("about:blank"))
	soon(t, "another stream is asked for", func() bool { return way.holding() > 0 })
	b.run(b.ctx, chromedp.SendKeys(`#new-title`, "Buy milk\r"), has("Buy milk"))
	b.run(others[0], has("Buy milk"))
	way.set(roadOpen)
	soon(t, "one live stream", func() bool { return way.holding() == 0 && way.carrying("GET /live?") == 1 })
}
