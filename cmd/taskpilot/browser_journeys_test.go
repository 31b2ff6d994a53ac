package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// scheme has the browser prefer a light or a dark page.
func (b *browser) scheme(name string) {
	b.t.Helper()
	features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
		b.t.Fatal(err)
	}
}

func TestBrowserWithoutScripts(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	// The page refreshes itself, which is seen once; then the test does.
	reloaded := func(expression string) step {
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			for {
				if ok, _ := chromedp.Evaluate[bool]("!!("+expression+")")(ctx, t); ok || ctx.Err() != nil {
					return ctx.Err()
				}
				_ = chromedp.Do(ctx, chromedp.Reload()) // the page's own may come between
			}
		})
	}
	send := func(words string, nth int) step {
		return chromedp.Steps(chromedp.SendKeys(`#content`, words), chromedp.Click(`button.send`), wait(`document.querySelectorAll(".bubble").length === %d`, nth))
	}
	ended := func(turns int) step {
		return reloaded(fmt.Sprintf(`document.querySelectorAll("#turns > .turn:not([data-status=running])").length === %d`, turns))
	}
	b.run(b.ctx, chromedp.Navigate(w.url+"/signup"), chromedp.SendKeys(`[name=name]`, "Ann"),
		chromedp.SendKeys(`[name=email]`, "ann@example.com"), chromedp.SendKeys(`[name=password]`, "correct horse 9"),
		chromedp.Click(`main form button`), chromedp.WaitVisible(`#content`),
		chromedp.SendKeys(`#content`, "add buy milk"), chromedp.Click(`button.send`), chromedp.WaitVisible(`.turn[data-status=completed]`),
		// A widget's form and its buttons.
		send("list my tasks", 2), ended(2),
		chromedp.SendKeys(`[data-widget] input[name="f.title"]`, "call Mum\r"), wait(`document.querySelector("[data-widget]")?.innerText.includes("call Mum")`))
	b.shot("no-scripts-" + b.device.name)
	// Questions in the composer's place.
	b.run(b.ctx, send("/demo questions", 3), reloaded(`document.querySelector(".ask")`),
		chromedp.Click(`.ask input[type=radio]`), chromedp.Click(`.ask .button-primary`), wait(`!document.querySelector(".ask")`),
		reloaded(`document.querySelector(".answered")?.innerText.includes("In the morning") && document.querySelector("#turns > .turn:last-child").dataset.status === "completed"`))
	// The pages beside the chat.
	path := eval[string](b, b.ctx, `location.pathname`)
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), has("call Mum"),
		chromedp.Navigate(w.url+path+"/share"), chromedp.Click(`.panel .button-primary`), chromedp.WaitVisible(`.share-link input`))
	link, err := url.Parse(eval[string](b, b.ctx, `document.querySelector(".share-link input").value`))
	if err != nil {
		t.Fatal(err)
	}
	b.run(b.ctx, chromedp.Navigate(w.url+link.Path), has("add buy milk"), has("to read only"))
}

const arabic = "مرحبا بك. هذه قائمة:\n\n- الأول مع `code` في وسطه\n- الثاني\n\nThis paragraph is in English.\n\n```go\nx := 1\n```\n\n| اسم | عدد |\n|---|---|\n| خبز | ٢ |"

// Whoever reads from right to left has the page so, and each text runs in its
// own direction.
func TestBrowserRightToLeft(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text(arabic))
	w := newWeb(t, model)
	for name, d := range map[string]device{"Ann": desktop, "Ben": phone} {
		b := w.open(d)
		language := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": "ar"}}
		if _, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, language); err != nil {
			t.Fatal(err)
		}
		b.signUp(name)
		b.run(b.ctx, wait(`document.documentElement.dir === "rtl" && document.documentElement.lang === "ar"`),
			say("ما هي مهامي؟ and one word"), answered("completed"), wait(`document.querySelector(".answer pre")`))
		direction := func(selector, words string) string {
			t.Helper()
			return eval[string](b, b.ctx, `getComputedStyle([...document.querySelectorAll(%q)].find((el) => el.innerText.includes(%q))).direction`, selector, words)
		}
		for _, text := range []struct{ selector, words, want string }{
			{".bubble", "one word", "rtl"}, {".answer p", "مرحبا", "rtl"}, {".answer p", "in English", "ltr"}, {".answer .code pre", "x := 1", "ltr"},
		} {
			if got := direction(text.selector, text.words); got != text.want {
				t.Errorf("%s: %q runs %s", d.name, text.words, got)
			}
		}
		if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", d.name, over)
		}
		b.still("rtl-" + d.name)
		const side = `document.querySelector("#sidebar").getBoundingClientRect()`
		if d.mobile {
			b.run(b.ctx, chromedp.Click(`[data-drawer=open]`), wait(`%s.right === innerWidth`, side))
			b.shot("rtl-drawer-" + d.name)
			b.run(b.ctx, escape, wait(`%s.left >= innerWidth`, side))
		} else if right := eval[float64](b, b.ctx, side+`.right`); right != float64(d.width) {
			t.Errorf("the sidebar ends at %v", right)
		}
	}
}

// tabTo presses Tab until an element has the focus, as somebody does who has no
// mouse.
func tabTo(selector string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		tab := key("Tab", 9, "")
		for range 100 {
			if err := chromedp.Do(ctx, tab); err != nil {
				return err
			}
			if on, err := chromedp.Evaluate[bool]("!!document.activeElement?.matches("+quote(selector)+")")(ctx, t); err != nil || on {
				return err
			}
		}
		return context.DeadlineExceeded
	})
}

func quote(s string) string { return "`" + strings.ReplaceAll(s, "`", "") + "`" }

// focused is true when the element has the focus, and shows it.
func focused(selector string) step {
	return wait(`document.activeElement?.matches(%s) && document.activeElement.matches(":focus-visible")`, quote(selector))
}

func TestBrowserKeyboardOnly(t *testing.T) {
	model := openaitest.New(t)
	model.Reply(openaitest.Text("First **answer**."), openaitest.Text("Better answer."), openaitest.Text("Quoted."))
	w := newWeb(t, model, "OPENAI_MODELS=test-model=Fast,large-model=Thorough")
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.Reload(), tabTo(`.skip`), enter, tabTo(`#content`), chromedp.KeyEvent("hello"), enter, answered("completed"), has("First answer."),
		wait(`document.activeElement?.id === "content"`))
	// The answer and the message before it.
	b.run(b.ctx, tabTo(`.side-new`), tabTo(`[popovertarget=chat-menu]`), enter, wait(`document.querySelector("#chat-menu").matches(":popover-open")`),
		tabTo(`#chat-menu a`), escape, wait(`!document.querySelector("#chat-menu").matches(":popover-open")`), focused(`[popovertarget=chat-menu]`),
		tabTo(`.edit-button`), focused(`.edit-button`), enter, wait(`document.activeElement.closest(".edit")`), chromedp.KeyEvent(" there"), enter,
		has("Better answer."), answered("completed"), wait(`document.querySelector(".bubble").innerText.trim() === "hello there"`))
	b.run(b.ctx, chromedp.Focus(`#content`), tabTo(`.side-new`), tabTo(`.turn:last-child [data-copy]`), focused(`[data-copy]`), tabTo(`.feedback button`), enter,
		wait(`document.activeElement?.ariaPressed === "true"`))
	// The menus of the box, its picker, and a quote without a mouse.
	b.run(b.ctx, tabTo(`#content`), chromedp.KeyEvent("/quo"), wait(`document.querySelectorAll("#composer-menu [role=option]").length === 1`), enter,
		wait(`document.querySelector(".extra[data-kind=quote] .extra-name").textContent === "Better answer."`), focused(`#content`),
		chromedp.KeyEvent("this?"), tabTo(`#model`), key("ArrowDown", 40, ""), wait(`document.querySelector("#model").value === "large-model"`),
		tabTo(`button.send`), focused(`button.send`), enter, has("Quoted."), answered("completed"), wait(`document.querySelector(".quoted").textContent === "Better answer."`))
	if last := model.Requests()[2]; last.Chat.Model != "large-model" {
		t.Errorf("the model %q was asked", last.Chat.Model)
	}
	// The list beside it: rename by keyboard.
	b.run(b.ctx, tabTo(`.thread-more`), enter, wait(`document.querySelector(".menu:popover-open")`), tabTo(`.menu:popover-open a.menu-item`), enter,
		wait(`document.activeElement?.name === "title"`), chromedp.KeyEvent("Renamed"), enter, wait(`document.querySelector("#thread-title").textContent === "Renamed"`),
		tabTo(`.account-button`), enter, wait(`document.querySelector("#account-menu").matches(":popover-open")`))
	b.still("keyboard-menu-" + b.device.name)
}

// What a page shows first stays where it is.
func TestBrowserNothingShifts(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text(rich))
	w := newWeb(t, model)
	for name, d := range map[string]device{"Ann": desktop, "Ben": phone} {
		b := w.open(d)
		script := cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: `window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((e) =>
			shifts.push(e.value.toFixed(4) + " " + e.sources.map((s) => s.node?.className || s.node?.localName)))).observe({ type: "layout-shift", buffered: true })`}
		if _, err := chromedp.Call(b.ctx, cdppage.AddScriptToEvaluateOnNewDocument, script); err != nil {
			t.Fatal(err)
		}
		settled := chromedp.Steps(wait(`document.readyState === "complete" && performance.getEntriesByType("paint").some((e) => e.name === "first-contentful-paint")`),
			do(`window.frames = 0; const count = () => ++window.frames < 20 && requestAnimationFrame(count); count()`), wait(`window.frames === 20`))
		look := func(path string) {
			t.Helper()
			b.run(b.ctx, settled)
			if got := eval[string](b, b.ctx, `shifts.join("; ")`); got != "" {
				t.Errorf("%s on the %s moves: %s", path, d.name, got)
			}
		}
		b.run(b.ctx, chromedp.Navigate(w.url+"/signin"))
		look("/signin")
		b.signUp(name)
		look("/chat")
		b.run(b.ctx, say("Explain"), answered("completed"), chromedp.Reload(), wait(`document.querySelector(".answer math")`))
		look("/chat/…")
		b.run(b.ctx, do(`localStorage.setItem("sidebar", "folded")`), chromedp.Reload(), wait(`document.querySelector(".answer math")`))
		look("/chat/… without the sidebar")
		b.run(b.ctx, do(`const line = document.createElement("p"); line.textContent = "A late line"; line.className = "banner"; document.querySelector(".topbar").after(line)`),
			settled, wait(`shifts.length > 0`)) // such a test can fail
	}
}
