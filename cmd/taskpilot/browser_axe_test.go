package main

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/views"
)

// checker finds what keeps people with disabilities from using a page, with
// axe-core in the page.
type checker struct {
	*browser
	axe  string
	runs int
}

func newChecker(b *browser) *checker {
	b.t.Helper()
	source, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		b.t.Fatalf("axe-core is not there; run npm ci: %v", err)
	}
	return &checker{browser: b, axe: string(source)}
}

// look sets the window's size, the theme and other features of the medium.
func (c *checker) look(d device, theme string, more ...*emulation.MediaFeature) {
	c.t.Helper()
	features := append(more, &emulation.MediaFeature{Name: "prefers-color-scheme", Value: theme},
		&emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}) // a colour that changes slowly has no contrast yet
	c.run(c.ctx, chromedp.EmulateViewport(d.width, d.height), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return err
	}))
	c.settle()
}

func (c *checker) settle() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](drawn, chromedp.EvalAwaitPromise)); err != nil {
		c.t.Fatalf("the page was not drawn: %v", err)
	}
}

// drawn is true when the page looks as it was told to, with no colour on its way.
const drawn = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
	Promise.allSettled(document.getAnimations().filter((a) => a.effect.getTiming().iterations < Infinity).map((a) => a.finished)).then(() => done(true)))))`

// goTo opens a page and puts axe into it.
func (c *checker) goTo(url string) {
	c.t.Helper()
	c.run(c.ctx, chromedp.Navigate(url), wait(`document.readyState === "complete"`))
	c.inject()
}

func (c *checker) inject() {
	c.t.Helper()
	if _, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](c.axe+"; true")); err != nil {
		c.t.Fatalf("put axe into the page: %v", err)
	}
}

// found lists what axe finds wrong with the page as it is, but for what is inside
// of OpenAI's component, which is not ours.
const found = `axe.run({ exclude: [["openai-chatkit"]] }, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap((v) =>
	v.nodes.slice(0, 4).map((n) => v.id + ": " + n.target.join(" ") + " " + n.html.slice(0, 160) + " " + n.failureSummary.split("\n").slice(1).join(";").slice(0, 300))).join("\n"))`

// check fails the test with what is wrong with a state of the page.
func (c *checker) check(state string) {
	c.t.Helper()
	c.find(state, found)
}

func (c *checker) find(state, found string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[string](found, chromedp.EvalAwaitPromise))
	if err != nil {
		c.t.Fatalf("%s: axe: %v", state, err)
	}
	if wrong != "" {
		c.t.Errorf("%s:\n%s", state, wrong)
	}
	c.runs++
}

// coloured is found for the rules that look at colours.
var coloured = strings.Replace(found, `{ resultTypes: ["violations"] }`, `{ resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"] }`, 1)

// everywhere checks the page as it is in both themes and both sizes. Another theme
// is other colours and nothing else, so that it needs only the rules about those.
func (c *checker) everywhere(state string) {
	c.t.Helper()
	c.look(desktop, "light")
	c.check(state + ", desktop, light")
	c.look(desktop, "dark")
	c.find(state+", desktop, dark", coloured)
	c.look(phone, "dark")
	c.check(state + ", phone, dark")
	c.look(phone, "light")
	c.find(state+", phone, light", coloured)
}

// galleryWeb serves every page in every state.
func galleryWeb(t *testing.T) *web {
	t.Helper()
	server := httptest.NewServer(handlers.Gallery())
	t.Cleanup(server.Close)
	return &web{t: t, url: server.URL}
}

func TestBrowserAxePages(t *testing.T) {
	w := galleryWeb(t)
	c := newChecker(w.open(desktop))
	for _, s := range views.States() {
		if !s.Page || s.Name == "page-widget" { // which loads a script of another host: it has a test of its own
			continue
		}
		c.goTo(w.url + "/state/" + s.Name)
		c.everywhere(s.Name)
	}
	if c.runs < 200 {
		t.Errorf("only %d states were looked at", c.runs)
	}
}

// Every component in every state, on one long page.
func TestBrowserAxeGallery(t *testing.T) {
	w := galleryWeb(t)
	c := newChecker(w.open(desktop))
	c.goTo(w.url + "/")
	// Parts of pages stand here without their lists, and some of them twice.
	c.run(c.ctx, wait(`(axe.configure({ rules: ["landmark-unique", "listitem"].map((id) => ({ id, enabled: false })) }), true)`))
	c.everywhere("gallery")
}

// What opens over a page: menus, dialogs, the drawer.
func TestBrowserAxeOverlays(t *testing.T) {
	w := galleryWeb(t)
	c := newChecker(w.open(desktop))
	c.goTo(w.url + "/state/page-chat")
	popovers := eval[[]string](c.browser, c.ctx, `[...document.querySelectorAll("[popover]")].map((el) => el.id)`)
	if len(popovers) < 3 {
		t.Fatalf("only %d menus and dialogs: %s", len(popovers), popovers)
	}
	seen := map[string]bool{}
	for _, id := range popovers {
		kind, _, _ := strings.Cut(id, "-")
		if seen[kind] { // every conversation has the same
			continue
		}
		seen[kind] = true
		c.run(c.ctx, wait(`(document.getElementById(%q).showPopover(), true)`, id))
		c.everywhere("open " + id)
		c.run(c.ctx, wait(`(document.getElementById(%q).hidePopover(), true)`, id))
	}
	c.look(phone, "light")
	c.run(c.ctx, chromedp.Click(`[data-drawer=open]`), wait(`document.documentElement.hasAttribute("data-drawer-open")`))
	c.settle()
	c.check("the open drawer")
}

func TestBrowserAxeWidgetPage(t *testing.T) {
	w, _ := newWidgetWeb(t)
	b := w.open(desktop)
	b.signUp("Ann")
	c := newChecker(b)
	c.goTo(w.url + "/chatkit")
	c.run(c.ctx, reported("Ready"))
	c.everywhere("/chatkit")
}

// The real pages as a person meets them: an error beside its field, an answer
// with a widget, questions.
func TestBrowserAxeLive(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	c := newChecker(b)
	c.goTo(w.url + "/signin")
	c.run(c.ctx, chromedp.SendKeys(`[name=email]`, "nobody@example.com"), chromedp.SendKeys(`[name=password]`, "wrong\r"),
		wait(`document.querySelector("[role=alert]") !== null`))
	c.inject()
	c.everywhere("sign-in with an error")
	b.signUp("Ann")
	c.run(c.ctx, say("add buy milk tomorrow"), answered("completed"), say("list my tasks"), answered("completed"))
	c.inject()
	c.everywhere("chat with a widget")
	for _, path := range []string{"/tasks", "/settings", "/nowhere"} {
		c.goTo(w.url + path)
		c.everywhere(path)
	}
}
