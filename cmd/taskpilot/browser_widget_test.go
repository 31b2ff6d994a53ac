package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// standIn is a ChatKit script of the tests' own, for the network is not theirs.
//
//go:embed testdata/chatkit-standin.js
var standIn string

// scriptHost serves the stand-in as OpenAI's servers do the real one: from
// another origin, with a frame and something to ask.
type scriptHost struct {
	*httptest.Server
	script atomic.Pointer[string] // nil: not found
}

func newScriptHost(t *testing.T) *scriptHost {
	t.Helper()
	s := &scriptHost{}
	s.script.Store(&standIn)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /chatkit.js", func(w http.ResponseWriter, r *http.Request) {
		script := s.script.Load()
		if script == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte(*script))
	})
	mux.HandleFunc("GET /frame.html", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>A frame</title>"))
	})
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write([]byte("reached"))
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// newWidgetWeb boots a server whose /chatkit loads the stand-in.
func newWidgetWeb(t *testing.T) (*web, *scriptHost) {
	t.Helper()
	host := newScriptHost(t)
	w := newWeb(t, nil, "CHATKIT_SCRIPT_URL="+host.URL+"/chatkit.js", "CHATKIT_DOMAIN_KEY=a-domain-key")
	w.friend = strings.TrimPrefix(host.URL, "http://")
	return w, host
}

// The page's element, and what the status line has said.
const (
	element = `document.querySelector("openai-chatkit")`
	history = `document.querySelector(".widget-log ol")?.textContent ?? ""`
)

// reported is true when the status line has said this.
func reported(words string) step { return wait(`(%s).includes(%q)`, history, words) }

func TestBrowserWidgetTalksThroughTheOfficialBindings(t *testing.T) {
	w, _ := newWidgetWeb(t)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.Navigate(w.url+"/chatkit"), reported("Ready"), reported("Log: app.init"),
		wait(`%s.reached === "reached"`, element), // its own origin, its frame
		wait(`getComputedStyle(%s).getPropertyValue("--inline-style") === "works"`, element))
	for what, want := range map[string]string{
		"api.url":                       w.url + "/api/v1/chatkit",
		"api.domainKey":                 "a-domain-key",
		"startScreen.greeting":          "Hello Ann, what can I help with?",
		"header.leftAction.icon":        "back-large",
		"disclaimer.text":               "Answers can be wrong. Check what matters.",
		"api.uploadStrategy.type":       "two_phase",
		"composer.attachments.enabled":  "true",
		"composer.attachments.maxSize":  "20971520",
		"composer.tools.length":         "0",
		"composer.models.length":        "0",
		"history.showDelete":            "true",
		"history.showRename":            "true",
		"threadItemActions.feedback":    "true",
		"threadItemActions.retry":       "true",
		"startScreen.prompts[0].prompt": "What can you do?",
		"initialThread":                 "null",
		"onReady":                       "undefined",
	} {
		if got := eval[string](b, b.ctx, `String(%s.options.%s)`, element, what); got != want {
			t.Errorf("options.%s is %s, want %s", what, got, want)
		}
	}
	b.run(b.ctx, send("add buy milk"),
		wait(`%s.shadowRoot.textContent.includes("Added **buy milk** to your list.")`, element),
		reported("Answering…"), reported("Answered"), reported("Conversation thr_"))
	// The assistant calls a tool of the page, gets its result and goes on.
	b.run(b.ctx, send("/demo tool"), reported("Tool in this page: get_selection"),
		wait(`%s.shadowRoot.textContent.includes('{"text":""}')`, element),
		send("/demo effect"), reported("Effect: confetti"))
	if n := eval[int](b, b.ctx, `%s.setOptionsCalls`, element); n != 1 {
		t.Errorf("setOptions was called %d times", n)
	}
	// The conversation is the chat's, too, and is reopened here.
	thread := eval[string](b, b.ctx, `%s.thread`, element)
	b.run(b.ctx, chromedp.Reload(), reported("Loaded "+thread),
		wait(`%s.shadowRoot.textContent.includes("Added **buy milk** to your list.")`, element),
		chromedp.Click(`.widget-back`), wait(`location.pathname === "/chat/%s"`, thread), has("Added buy milk to your list."))
}

func TestBrowserWidgetToolsTagsAndTheme(t *testing.T) {
	w, _ := newWidgetWeb(t)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, say("add buy milk"), answered("completed"), chromedp.Navigate(w.url+"/chatkit"), reported("Ready"))
	call := func(expression, result string) step {
		return chromedp.Steps(begin(expression), wait(`window.result?.includes(%q)`, result))
	}
	b.run(b.ctx, call(`onClientTool({name: "current_time", params: {}})`, `"time_zone":`), reported("Tool in this page: current_time"),
		call(`onClientTool({name: "none", params: {}})`, `{"error":"there is no tool none in this page"}`),
		call(`onClientTool({name: "open_link", params: {url: "javascript:alert(1)"}})`, `{"error":"url must be a web address"}`),
		call(`entities.onTagSearch("MILK")`, `"title":"buy milk"`), call(`entities.onTagSearch("bread")`, `[]`),
		call(`entities.onRequestPreview({title: "buy milk", data: {state: "To do"}})`, `"type":"Basic"`))
	// What the model asks for and could do harm waits for the person.
	b.run(b.ctx, begin(`onClientTool({name: "open_link", params: {url: "https://example.com/?q=secret"}})`),
		has("Open https://example.com/?q=secret in a new tab?"), chromedp.Click(`.widget-question button`),
		wait(`window.result === '{"opened":false}'`), wait(`!document.querySelector(".widget-question")`))
	// The theme is the app's: options follow it, and the element's button sets it.
	b.run(b.ctx, call(`onClientTool({name: "theme", params: {theme: "dark"}})`, `{"theme":"dark"}`),
		wait(`%s.hasAttribute("dark") && %s.options.theme.colorScheme === "dark"`, element, element),
		begin(`header.rightAction.onClick()`), wait(`!%s.hasAttribute("dark") && document.documentElement.dataset.theme === "light"`, element))
	if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("the page is %d pixels too wide", over)
	}
}

// begin calls something of the element's options; its result comes to window.result.
func begin(expression string) step {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](`(window.result = undefined, Promise.resolve(`+element+`.options.`+expression+
			`).then((r) => (window.result = JSON.stringify(r))), true)`)(ctx, tab)
		return err
	})
}

func TestBrowserWidgetSaysWhatIsMissing(t *testing.T) {
	w, host := newWidgetWeb(t)
	b := w.open(desktop)
	b.signUp("Ann")
	var nothing string
	host.script.Store(&nothing)
	silent := b.tab() // it takes its ten seconds while the rest goes on
	b.run(silent, chromedp.Navigate(w.url+"/chatkit"),
		wait(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/chatkit.js"))`), has("Loading the ChatKit widget…"))
	host.script.Store(nil)
	b.run(b.ctx, chromedp.Navigate(w.url+"/chatkit"), has("The ChatKit page does not work right now"),
		has("The ChatKit script at "+host.URL+"/chatkit.js could not be loaded."), has("Check your connection and CHATKIT_SCRIPT_URL"))
	b.shot("widget-missing")
	b.run(silent, has("did not start within 10 seconds."))
	b.run(b.ctx, chromedp.Click(`.widget-back`), wait(`location.pathname === "/chat"`))
}

func TestBrowserWidgetScreenshots(t *testing.T) {
	w, _ := newWidgetWeb(t)
	for _, d := range []device{desktop, phone} {
		b := w.open(d)
		b.signUp("Ann-" + d.name)
		b.run(b.ctx, chromedp.Navigate(w.url+"/chatkit"), reported("Ready"))
		b.shot("widget-start-" + d.name)
		features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
			t.Fatal(err)
		}
		b.run(b.ctx, begin(`onClientTool({name: "copy", params: {text: "three words here"}})`), has("Copy “three words here”?"),
			send("What can you do?"), reported("Answered"), chromedp.Click(`.widget-log summary`))
		b.shot("widget-" + d.name + "-dark")
	}
}

// send sends a message by the element's own method.
func send(text string) step {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](fmt.Sprintf(`(%s.sendUserMessage({text: %q}), true)`, element, text))(ctx, tab)
		return err
	})
}
