package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// web is a whole server in this process, with a database of its own and, if it
// was asked for, a scripted model.
type web struct {
	t      *testing.T
	url    string
	friend string // another host that pages may ask
	model  *openaitest.Server
	config Config
	*server
}

// newWeb boots a server on a free port. With a model the answers are the test's.
// Settings are NAME=value.
func newWeb(t *testing.T, model *openaitest.Server, settings ...string) *web {
	t.Helper()
	dir := t.TempDir()
	env := map[string]string{"ADDR": "127.0.0.1:0", "DATABASE_URL": modelstest.Copy(t), "DATA_DIR": dir}
	if model != nil {
		env["OPENAI_BASE_URL"], env["OPENAI_API_KEY"], env["OPENAI_MODEL"] = model.URL(), "sk-test", "test-model"
		env["TITLES"] = "words" // what the model answers is counted out
	}
	for _, setting := range settings {
		name, value, _ := strings.Cut(setting, "=")
		env[name] = value
	}
	c, err := loadConfig(func(name string) (string, bool) { v, ok := env[name]; return v, ok }, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.loadSecrets(); err != nil {
		t.Fatal(err)
	}
	s, err := boot(modelstest.Context(t.Context()), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.handlers.PublicURL.Host = s.listener.Addr().String() // as an operator would set it
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(s.listener) }()
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	w := &web{t: t, url: "http://" + s.listener.Addr().String(), model: model, config: c, server: s}
	w.waitReady()
	return w
}

func (w *web) waitReady() {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(10 * time.Millisecond) {
		resp, err := http.Get(w.url + "/readyz")
		if err == nil {
			resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("the server does not answer: %v", err)
		}
	}
}

// browser is one person's browser: cookies and storage of its own. What a page
// must never do is noted and fails the test at its end.
type browser struct {
	t      *testing.T
	web    *web
	device device
	ctx    context.Context // of its first tab

	mu     sync.Mutex
	faults []string
}

// device is a window to look through.
type device struct {
	name          string
	width, height int64
	mobile        bool
}

var (
	desktop = device{"desktop", 1280, 860, false}
	phone   = device{"phone", 390, 844, true}
)

// step is something to do in a browser's tab.
type step = chromedp.Action[chromedp.Void]

// open starts a browser of the given size on the server.
func (w *web) open(d device, flags ...chromedp.ExecAllocatorOption) *browser {
	w.t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.WSURLReadTimeout(time.Minute))
	opts = append(opts, flags...)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	w.t.Cleanup(cancel)
	b := &browser{t: w.t, web: w, device: d}
	b.ctx = b.newTab(ctx)
	w.t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, f := range b.faults {
			w.t.Errorf("in the browser: %s", f)
		}
	})
	return b
}

// tab opens another tab of the same browser.
func (b *browser) tab() context.Context { return b.newTab(b.ctx) }

// newTab opens a tab that notes script errors, policy violations and requests
// to other hosts.
func (b *browser) newTab(parent context.Context) context.Context {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithListener(b.listen))
	b.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts it: without a time limit, or it would end with that
		b.t.Fatalf("start the browser: %v", err)
	}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	}
	if err != nil {
		b.t.Fatalf("start the browser: %v", err)
	}
	var mobile []chromedp.EmulateViewportOption
	if b.device.mobile {
		mobile = append(mobile, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.run(ctx, chromedp.EmulateViewport(b.device.width, b.device.height, mobile...))
	return ctx
}

func (b *browser) listen(ev any) {
	host, _ := url.Parse(b.web.url)
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.fault("script error: %s", told(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			b.fault("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Host != host.Host && u.Host != b.web.friend && (u.Scheme == "http" || u.Scheme == "https") {
			b.fault("request to %s", e.Request.URL)
		}
	}
}

// told is what a script's error says, and where it comes from.
func told(e *runtime.ExceptionDetails) string {
	words := fmt.Sprintf("%s at %s:%d:%d", e.Text, e.URL, e.LineNumber, e.ColumnNumber)
	if e.Exception != nil {
		words += fmt.Sprintf(": %s %s", e.Exception.Description, e.Exception.Value)
	}
	if e.StackTrace != nil {
		for _, f := range e.StackTrace.CallFrames {
			words += fmt.Sprintf("\n\tin %s %s:%d:%d", f.FunctionName, f.URL, f.LineNumber, f.ColumnNumber)
		}
	}
	return words
}

func (b *browser) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// patience is how long a page may take for anything, on a busy machine.
const patience = 30 * time.Second

// run does steps in a tab, or fails the test.
func (b *browser) run(tab context.Context, steps ...step) {
	b.t.Helper()
	for i, s := range steps {
		ctx, cancel := context.WithTimeout(tab, patience)
		err := chromedp.Do(ctx, s)
		cancel()
		if err != nil {
			b.t.Fatalf("browser, step %d of %d: %v\nThe page:\n%s", i+1, len(steps), err, b.text(tab))
		}
	}
}

// text is what the page says and what moves on it, for a failure's message.
func (b *browser) text(tab context.Context) string {
	ctx, cancel := context.WithTimeout(tab, 2*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText + "\nfocus: " + document.activeElement?.outerHTML.slice(0, 200) + "\n" +
		document.getAnimations().filter((a) => a.playState === "running").map((a) => "moving: " + (a.animationName || a.transitionProperty) + " of " + a.effect.target?.outerHTML.slice(0, 200)).join("\n")`))
	if err != nil {
		return err.Error()
	}
	return text
}

// wait goes on when the JavaScript expression is true on the page, whatever page
// that is by then. (chromedp's own Poll ends with a navigation, and needs eval,
// which our pages forbid.)
func wait(expression string, args ...any) step {
	expression = fmt.Sprintf(expression, args...)
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			ok, err := chromedp.Evaluate[bool]("!!("+expression+")")(ctx, t)
			if ok {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s did not become true (%v)", expression, err)
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}

// eval returns the value of an expression.
func eval[T any](b *browser, tab context.Context, expression string, args ...any) T {
	b.t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](fmt.Sprintf(expression, args...)))
	if err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return v
}

// has is true when the page's text contains words.
func has(words string) step {
	return wait(`document.body.innerText.includes(%q)`, words)
}

// signUp makes an account through the pages and arrives at the chat.
func (b *browser) signUp(name string) {
	b.t.Helper()
	b.run(b.ctx, chromedp.Navigate(b.web.url+"/signup"),
		chromedp.SendKeys(`[name=name]`, name), chromedp.SendKeys(`[name=email]`, strings.ToLower(name)+"@example.com"),
		chromedp.SendKeys(`[name=password]`, "correct horse 9\r"),
		wait(`location.pathname === "/chat" && document.readyState === "complete"`))
}

// say types a message and sends it.
func say(words string) step {
	return chromedp.Steps(chromedp.SendKeys(`#content`, words), chromedp.Click(`button.send`, chromedp.NodeVisible))
}

// answered is true when the newest turn has this state.
func answered(status string) step {
	return wait(`document.querySelector("#turns > .turn:last-child")?.dataset.status === %q`, status)
}
