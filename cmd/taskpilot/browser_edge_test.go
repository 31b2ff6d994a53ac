package main

import (
	"context"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// restart ends the server as a signal would and boots it again on the same port.
func (w *web) restart(c Config) {
	w.t.Helper()
	c.Addr = w.listener.Addr().String()
	if err := w.close(); err != nil {
		w.t.Fatal(err)
	}
	s, err := boot(modelstest.Context(w.t.Context()), c, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	*w.server = *s
	go func() { _ = s.app.Listener(s.listener) }() // close ends it
	w.waitReady()
}

func TestBrowserServerRestartsInMidAnswer(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(30)...), openaitest.Text("The whole story."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("Tell me a story"), wait(`location.pathname.startsWith("/chat/thr_")`))
	for range 8 {
		gate <- struct{}{}
	}
	b.run(b.ctx, has("word7"))
	w.restart(w.config)
	b.run(b.ctx, answered("interrupted"), has("word7"),
		chromedp.Click(`.turn:last-child .ending button`), answered("completed"), has("The whole story."))
}

func TestBrowserSendsOnceHoweverOftenItIsPressed(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text("Once."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.SendKeys(`#content`, "hello"),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := chromedp.Evaluate[bool](`(() => { const s = document.querySelector("button.send"); s.click(); s.click(); s.click(); return true })()`)(ctx, tab)
			return err
		}),
		answered("completed"), chromedp.Reload(), answered("completed"))
	if n := eval[int](b, b.ctx, `document.querySelectorAll(".bubble").length`); n != 1 {
		t.Errorf("the message is there %d times", n)
	}
	if n := eval[int](b, b.ctx, `document.querySelectorAll("#threads .thread-row").length`); n != 1 {
		t.Errorf("%d conversations were begun", n)
	}
	if n := len(model.Requests()); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
}

// hostile is text that would run or load something if it were ever taken for markup.
const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>[x](javascript:alert(3)) ![y](http://example.com/pixel.png) ` +
	`<b hx-get="/chat" hx-trigger="load">z</b> <style>body{display:none}</style>` + "\n\n```html\n<script>alert(4)</script>\n```\n"

func TestBrowserHostileTextDoesNothing(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text(strings.SplitAfter(hostile, " ")...))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.SetValue(`#content`, hostile), chromedp.SendKeys(`#content`, "\r"), answered("completed"), chromedp.Reload(), answered("completed"))
	for what, expression := range map[string]string{
		"a script":        `document.querySelectorAll("#turns script").length`,
		"an image":        `document.querySelectorAll("#turns img").length`,
		"an htmx element": `document.querySelectorAll(".prose [hx-get], .bubble [hx-get]").length`,
		"a bad link":      `[...document.querySelectorAll("#turns a")].filter((a) => !/^https?:|^mailto:/.test(a.href)).length`,
	} {
		if n := eval[int](b, b.ctx, `%s`, expression); n != 0 {
			t.Errorf("%s came through %d times", what, n)
		}
	}
	// That nothing ran, was refused by the policy or asked of another host, the browser itself watches.
}

func TestBrowserPhoneFits(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text("| a | b |\n|---|---|\n| " + strings.Repeat("wide ", 60) + " | x |\n\n" + strings.Repeat("longword", 60)))
	w := newWeb(t, model)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, say("hello"), answered("completed"))
	for _, path := range []string{"", "/tasks", "/settings"} {
		if path != "" {
			b.run(b.ctx, chromedp.Navigate(w.url+path), wait(`document.readyState === "complete"`))
		}
		if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%q is %d pixels too wide", path, over)
		}
	}
	if size := eval[string](b, b.ctx, `getComputedStyle(document.querySelector("input:not([type=hidden]), textarea")).fontSize`); size < "16px" {
		t.Errorf("a field has %s: phones zoom in on less than 16px", size)
	}
}

func TestBrowserKeyboard(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.Focus(`#content`), chromedp.SendKeys(`#content`, "first"),
		chromedp.KeyEvent("\r", chromedp.KeyModifiers(8)), chromedp.SendKeys(`#content`, "second"))
	if got := eval[string](b, b.ctx, `document.querySelector("#content").value`); got != "first\nsecond" {
		t.Errorf("Shift+Enter made %q", got)
	}
	if n := eval[int](b, b.ctx, `document.querySelectorAll(".bubble").length`); n != 0 {
		t.Error("Shift+Enter sent the message")
	}
	b.run(b.ctx, chromedp.Reload(), wait(`document.querySelector("#content").value === "first\nsecond"`)) // the draft is kept
	b.run(b.ctx, chromedp.Focus(`#content`), chromedp.KeyEvent("\r"), answered("completed"), wait(`document.querySelector("#content").value === ""`))
}

func TestBrowserSignedOutEverywhere(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("hello"), answered("completed"))
	other := w.signedIn(b)
	other.run(other.ctx, chromedp.Navigate(w.url+"/settings/security"), chromedp.Click(`form[action="/settings/signout"] button, button[formaction="/settings/signout"]`))
	b.run(b.ctx, wait(`location.pathname === "/signin"`)) // without a click: its stream ended
	// Going back shows nothing of what was there: pages are kept nowhere.
	b.run(b.ctx, do(`history.back()`), wait(`performance.getEntriesByType("navigation")[0].type === "back_forward" && location.pathname === "/signin"`))
	if page := eval[string](b, b.ctx, `document.documentElement.outerHTML`); strings.Contains(page, "hello") {
		t.Errorf("back shows %s", page)
	}
	resp, err := http.Get(w.url + "/chat")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.Request.URL.Path != "/signin" {
		t.Errorf("a stranger arrives at %s", resp.Request.URL)
	}
}

// TestBrowserScreenshots draws the pages, for a person to look at with
// -screenshots=folder; without it, it only proves that they can be drawn.
func TestBrowserScreenshots(t *testing.T) {
	w := newWeb(t, nil)
	for name, d := range map[string]device{"Ann": desktop, "Ben": phone} {
		b := w.open(d)
		b.run(b.ctx, chromedp.Navigate(w.url+"/signin"))
		b.shot("signin-" + d.name + "-light")
		b.signUp(name)
		b.run(b.ctx, say("Remind me to call the dentist"), answered("completed"), say("add buy milk, the one with oats"), answered("completed"),
			say("what's on my list?"), answered("completed"), chromedp.Reload(), answered("completed"))
		for _, scheme := range []string{"light", "dark"} {
			features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
				t.Fatal(err)
			}
			b.shot("chat-" + d.name + "-" + scheme)
		}
		b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), has("buy milk"))
		b.shot("tasks-" + d.name + "-dark")
	}
}

func (b *browser) shot(name string) {
	b.t.Helper()
	b.run(b.ctx, wait(`document.getAnimations().every((a) => a.playState !== "running")`))
	b.still(name)
}

// still is a screenshot of a page on which something may go on moving.
func (b *browser) still(name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil || len(png) < 5000 {
		b.t.Fatalf("screenshot %s: %d bytes, %v", name, len(png), err)
	}
	if *screenshots != "" {
		if err := os.WriteFile(*screenshots+"/"+name+".png", png, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

var screenshots = flag.String("screenshots", "", "folder to write screenshots of the pages into")
