package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// onRow is true when the focus is in the sidebar's row of a chat.
func onRow(words string) step {
	return wait(`document.activeElement.closest(".thread-row")?.innerText.includes(%q)`, words)
}

// opened presses Enter on what gets the focus until there is a menu: a list that is
// drawn anew in that moment shuts it.
func opened(focus step) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			if err := chromedp.Do(ctx, chromedp.Steps(focus, enter)); err != nil {
				return err
			}
			some, cancel := context.WithTimeout(ctx, 2*time.Second)
			err := chromedp.Do(some, wait(`document.querySelector(".menu:popover-open")`))
			cancel()
			if err == nil || ctx.Err() != nil {
				return err
			}
		}
	})
}

// Whatever is closed, deleted or brought back by keyboard leaves the focus where
// one can go on from.
func TestBrowserFocusIsNeverLost(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	w.library("ann@example.com")
	more := func(words string) step {
		return wait(`((row) => row && (row.querySelector(".thread-more").focus(), true))([...document.querySelectorAll(".thread-row")].find((r) => r.innerText.includes(%q)))`, words)
	}
	does := func(words, do string) step {
		return chromedp.Steps(opened(more(words)), tabTo(fmt.Sprintf(`.menu:popover-open [value=%s]`, do)), enter)
	}
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), has("tart"), unhurried(),
		does("tart", "pin"), wait(`document.querySelector(".threads-group").innerText === "Pinned"`), onRow("tart"),
		opened(more("brûlée")), escape, onRow("brûlée"),
		does("brûlée", "delete"), has("1 chat was deleted."), wait(`document.activeElement.closest("#threads")`),
		// To the toast, and back to where one was before.
		chromedp.Focus(`.toast form button`), enter, wait(`!document.querySelector(".toast")`), wait(`document.activeElement.closest("#threads")`))
	// A name: changed, and left as it was.
	rename := chromedp.Steps(opened(more("brûlée")), tabTo(`.menu:popover-open a.menu-item`), enter, wait(`document.activeElement.name === "title"`))
	b.run(b.ctx, has("brûlée"), rename, chromedp.KeyEvent("nothing"), escape, wait(`!document.querySelector(".rename")`), onRow("brûlée"),
		rename, chromedp.KeyEvent("Soufflé brûlée"), enter, wait(`!document.querySelector(".rename")`), onRow("Soufflé brûlée"))

	// Dialogs, and the list of all chats.
	b.run(b.ctx, more("tart"), chromedp.KeyEvent("k", chromedp.KeyModifiers(2)), wait(`document.querySelector("#palette[open]")`), escape, wait(`!document.querySelector("#palette")`), onRow("tart"),
		chromedp.KeyEvent("?"), wait(`document.querySelector("#shortcuts[open]")`), escape, wait(`!document.querySelector("#shortcuts[open]")`), onRow("tart"),
		chromedp.Navigate(w.url+"/chats"), unhurried(), chromedp.Focus(`.shelf-row:nth-child(2) input`), chromedp.KeyEvent(" "), wait(`document.querySelector(".shelf-row:nth-child(2) input").checked`),
		chromedp.Focus(`.shelf-bar [value=archive]`), enter, has("1 chat was archived."), wait(`document.querySelectorAll(".shelf-row").length === 3`), wait(`document.activeElement.closest("#shelf")`),
		chromedp.Focus(`.toast [data-dismiss]`), enter, wait(`!document.querySelector(".toast")`), wait(`document.activeElement.closest("#shelf")`))

	// Tasks: a form left and sent, one deleted and brought back.
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), unhurried(), chromedp.SendKeys(`#new-title`, "Buy milk\r"), wait(`document.querySelectorAll(".task").length === 1 && document.activeElement.id === "new-title"`),
		tabTo(`.task-edit summary`), enter, wait(`document.activeElement.name === "title"`), escape, focused(`.task-edit summary`),
		enter, wait(`document.activeElement.name === "title"`), chromedp.KeyEvent(kb.End+" now"), enter, has("Buy milk now"), wait(`document.activeElement.closest(".task")`),
		tabTo(`.task-delete button`), enter, wait(`document.activeElement.id === "undo"`), enter, wait(`document.querySelectorAll(".task").length === 1`), wait(`document.activeElement.closest("#tasks")`))

	// Who clicks beside everything wants it nowhere, whatever is drawn anew.
	b.run(b.ctx, more("tart"), do(`document.addEventListener("htmx:finally:request", () => setTimeout(() => (window.drawn = true), 20), { once: true });
		document.activeElement.blur(); setTimeout(() => document.body.dispatchEvent(new CustomEvent("threads-changed")), 20)`), wait(`window.drawn`), wait(`document.activeElement === document.body`))

	// The message that is being changed.
	b.run(b.ctx, chromedp.Navigate(w.url+"/chat"), say("hello"), answered("completed"), tabTo(`.side-new`), tabTo(`.edit-button`), enter, wait(`document.activeElement.closest(".edit")`), escape, focused(`.edit-button`),
		does("hello", "pin"), onRow("hello"))

	// The drawer of a phone.
	ben := w.open(phone)
	ben.signUp("Ben")
	ben.run(ben.ctx, chromedp.Click(`[data-drawer=open]`), wait(`document.activeElement.closest("#sidebar")`),
		wait(`(document.querySelector("#content").focus(), document.activeElement.closest("#sidebar"))`), // the page beneath is out of reach
		escape, wait(`document.activeElement.matches("[data-drawer=open]")`), wait(`(document.querySelector("#content").focus(), document.activeElement.id === "content")`))
}

// The list of shortcuts by keyboard: they can be switched off, and on again.
func TestBrowserShortcuts(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	press := func(key string) step {
		return chromedp.Steps(do(`document.activeElement.blur()`), chromedp.KeyEvent(key))
	}
	list := chromedp.Steps(press("?"), wait(`document.querySelector("#shortcuts[open]")`), has("Keyboard shortcuts"), has("Write a new task"))
	box := `#shortcuts input`
	b.run(b.ctx, list)
	b.shot("shortcuts")
	b.run(b.ctx, tabTo(box), chromedp.KeyEvent(" "), wait(`!document.querySelector(%q).checked`, box), escape, wait(`!document.querySelector("#shortcuts[open]")`),
		press("t"), press("?"), wait(`location.pathname === "/chat" && !document.querySelector("#shortcuts[open]")`),
		chromedp.Reload(), wait(`document.readyState === "complete"`), press("t"), press("?"),
		// Off in the next page, too. The menu still has the list, and puts them on again.
		chromedp.Click(`.account-button`), chromedp.Click(`[data-shortcuts]`, chromedp.NodeVisible), wait(`document.querySelector("#shortcuts[open]") && location.pathname === "/chat"`),
		tabTo(box), chromedp.KeyEvent(" "), wait(`document.querySelector(%q).checked`, box), escape, press("t"), wait(`location.pathname === "/tasks" && document.readyState === "complete"`),
		press("a"), wait(`document.activeElement.id === "new-title"`), press("n"), wait(`location.pathname === "/chat" && document.readyState === "complete"`),
		press("m"), wait(`document.activeElement.id === "content"`))
}
