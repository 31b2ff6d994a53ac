package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// library gives the person of the browser chats to find, the last one long.
func (w *web) library(email string) (long string) {
	w.t.Helper()
	user, err := w.db.UserByEmail(w.t.Context(), email)
	if err != nil {
		w.t.Fatal(err)
	}
	ask := func(thread, words string) string {
		a, err := w.db.AcceptMessage(w.t.Context(), models.Message{UserID: user.ID, ThreadID: thread, Owner: w.handlers.Owner, Message: chatkit.NewUserText(words)})
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.db.Commit(w.t.Context(), []models.RunBatch{{RunID: a.Run.ID, UserID: user.ID, ThreadID: a.Thread.ID, Owner: w.handlers.Owner,
			End: &models.RunEnd{Status: models.RunCompleted}}}); err != nil {
			w.t.Fatal(err)
		}
		return a.Thread.ID
	}
	for _, words := range []string{"A tart with apples and <b>cinnamon</b>", "Crème brûlée for eight people", "旅行：東京都の宿を探す"} {
		ask("", words)
	}
	long = ask("", "The oldest message speaks of a lighthouse")
	for i := range 150 {
		ask(long, fmt.Sprintf("later message number %d", i))
	}
	return long
}

// look is screenshots in both themes.
func (b *browser) look(name string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
			b.t.Fatal(err)
		}
		b.shot("find-" + name + "-" + scheme)
	}
}

// inSight is true when the message with these words is on the screen and marked.
func inSight(words string) step {
	return wait(`((el) => el && ((box) => box.top >= 0 && box.bottom <= innerHeight)(el.getBoundingClientRect()))(
		[...document.querySelectorAll(":target")].find((el) => el.innerText.includes(%q)))`, words)
}

// unhurried keeps toasts on the page, however slow the machine is.
func unhurried() step {
	return wait(`(window.setTimeout = ((set) => (fn, ms, ...args) => (ms === 10000 ? 0 : set(fn, ms, ...args)))(setTimeout), true)`)
}

// late holds back what the next form answers until the list it is for was drawn anew.
func late(list string) step {
	return wait(`(window.fetch = ((old, real) => async (url, options) => {
		const answer = await real(url, options);
		while (options?.method === "POST" && old.isConnected) await new Promise((done) => setTimeout(done, 20));
		return answer;
	})(document.querySelector(%q), fetch.bind(window)), true)`, list)
}

func TestBrowserSearchAndPalette(t *testing.T) {
	w := newWeb(t, nil)
	for name, d := range map[string]device{"Ann": desktop, "Ben": phone} {
		b := w.open(d)
		b.signUp(name)
		long := w.library(map[string]string{"Ann": "ann@example.com", "Ben": "ben@example.com"}[name])
		b.run(b.ctx, chromedp.Navigate(w.url+"/search"), chromedp.SendKeys(`#q`, "creme"),
			wait(`((marks) => marks.length && marks.every((m) => m.textContent === "Crème"))([...document.querySelectorAll(".result mark")])`),
			wait(`location.search === "?q=creme"`))
		b.look("search-" + d.name)
		b.run(b.ctx, chromedp.Navigate(w.url+"/search?q="+"%E6%9D%B1"), wait(`document.querySelector(".result mark")?.textContent === "東"`),
			chromedp.Navigate(w.url+"/search?q=lighthouse"), chromedp.Click(`.result[href*="at=msg_"]`, chromedp.NodeVisible),
			wait(`location.pathname === "/chat/%s"`, long), inSight("lighthouse"))
		b.look("found-" + d.name)

		open := chromedp.Click(`.topbar [data-palette]`, chromedp.NodeVisible)
		if d.name == "desktop" {
			open = chromedp.KeyEvent("k", chromedp.KeyModifiers(2))
		}
		b.run(b.ctx, open, wait(`document.querySelector("#palette[open] [aria-selected=true]")`))
		b.look("palette-" + d.name)
		b.run(b.ctx, chromedp.SendKeys(`.palette-field`, "tart"), wait(`document.querySelector("#palette-list mark")?.textContent === "tart"`),
			wait(`document.querySelector(".palette-field").getAttribute("aria-activedescendant") === document.querySelector("#palette-list [aria-selected=true]")?.id`))
		b.look("palette-found-" + d.name)
		b.run(b.ctx, chromedp.SendKeys(`.palette-field`, kb.ArrowDown+kb.ArrowUp+kb.Enter), has("cinnamon"), wait(`!document.querySelector("#palette")`))
		if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", d.name, over)
		}
	}
}

// The palette gives the focus back, and does what needs no other page.
func TestBrowserPaletteByKeys(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, wait(`document.activeElement?.id === "content"`), chromedp.KeyEvent("k", chromedp.KeyModifiers(2)), wait(`document.querySelector("#palette[open]")`), chromedp.SendKeys(`.palette-field`, kb.Escape),
		wait(`!document.querySelector("#palette") && document.activeElement?.id === "content"`),
		chromedp.KeyEvent("k", chromedp.KeyModifiers(4)), wait(`document.querySelector("#palette[open]")`), chromedp.KeyEvent("k", chromedp.KeyModifiers(4)), wait(`!document.querySelector("#palette")`),
		chromedp.KeyEvent("k", chromedp.KeyModifiers(2)), wait(`document.querySelector("#palette[open]")`), chromedp.SendKeys(`.palette-field`, "theme"),
		wait(`document.querySelectorAll("#palette-list [role=option]").length === 1`), chromedp.SendKeys(`.palette-field`, kb.Enter),
		wait(`document.documentElement.hasAttribute("data-dark") && !document.querySelector("#palette")`),
		chromedp.KeyEvent("k", chromedp.KeyModifiers(2)), wait(`document.querySelector("#palette[open]")`), chromedp.SendKeys(`.palette-field`, "sign out"),
		wait(`document.querySelectorAll("#palette-list [role=option]").length === 1`), chromedp.SendKeys(`.palette-field`, kb.Enter),
		wait(`location.pathname === "/signin"`))
}

func TestBrowserPinArchiveAndUndo(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	w.library("ann@example.com")
	row := func(words string) string {
		return fmt.Sprintf(`[...document.querySelectorAll(".thread-row")].find((r) => r.innerText.includes(%q))`, words)
	}
	does := func(words, do string) step {
		return chromedp.Steps(wait(`((row) => row && (row.querySelector(".thread-more").click(), true))(%s)`, row(words)),
			chromedp.Click(fmt.Sprintf(`.menu:popover-open [value=%s]`, do), chromedp.NodeVisible))
	}
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), has("tart"), unhurried(), does("tart", "pin"),
		wait(`document.querySelector(".threads-group").innerText === "Pinned" && document.querySelector(".thread-row").innerText.includes("tart")`))
	b.look("pinned")
	b.run(b.ctx, does("brûlée", "archive"), has("1 chat was archived."), wait(`!%s`, row("brûlée")), chromedp.Click(`.toast form button`, chromedp.NodeVisible),
		wait(`%s && !document.querySelector(".toast")`, row("brûlée")))
	b.run(b.ctx, does("brûlée", "delete"), has("1 chat was deleted."), wait(`!%s`, row("brûlée")))
	b.look("deleted")
	b.run(b.ctx, chromedp.Click(`.toast form button`, chromedp.NodeVisible), wait(`%s && !document.querySelector(".toast")`, row("brûlée")))

	b.run(b.ctx, chromedp.Navigate(w.url+"/chats"), unhurried(), chromedp.Click(`.shelf-row:nth-child(1) input`), chromedp.Click(`.shelf-row:nth-child(2) input`))
	b.look("chats")
	b.run(b.ctx, late(`#shelf`), chromedp.Click(`.shelf-bar [value=archive]`), has("2 chats were archived."), wait(`document.querySelectorAll(".shelf-row").length === 2`),
		wait(`document.querySelectorAll(".thread-row").length === 2`), chromedp.Navigate(w.url+"/archived"), wait(`document.querySelectorAll(".shelf-row").length === 2`))
	b.look("archived")

	// Another tab shows the chat that is deleted here: it offers to take that back.
	other := b.tab()
	b.run(other, chromedp.Navigate(w.url+"/chats"), chromedp.Click(`.shelf-row:last-child .shelf-link`), wait(`document.querySelector("#turns .turn")`))
	b.run(b.ctx, chromedp.Navigate(w.url+"/chats"), unhurried(), chromedp.Click(`.shelf-row:last-child input`), chromedp.Click(`.shelf-bar [value=delete]`), has("1 chat was deleted."))
	b.run(other, wait(`location.pathname === "/undo"`), has("1 chat was deleted."), chromedp.Click(`.panel .button-primary`), wait(`document.querySelector("#turns .turn")`))
	b.run(b.ctx, wait(`document.querySelectorAll(".shelf-row").length === 2`))
}

func TestBrowserFindingWithoutScripts(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(phone)
	b.signUp("Ann")
	w.library("ann@example.com")
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.run(b.ctx, chromedp.Navigate(w.url+"/chat"), chromedp.Click(`.topbar [data-palette]`, chromedp.NodeVisible), chromedp.WaitVisible(`#q`),
		chromedp.SendKeys(`#q`, "tart"), chromedp.Click(`.search button`), chromedp.WaitVisible(`.result mark`),
		chromedp.Navigate(w.url+"/chats"), chromedp.Click(`.shelf-row:nth-child(2) input`), chromedp.Click(`.shelf-bar [value=delete]`),
		chromedp.WaitVisible(`.undo-list`))
	b.look("undo-phone")
	b.run(b.ctx, chromedp.Click(`.panel .button-primary`), chromedp.WaitVisible(`#turns .turn`))
}
