package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

func TestBrowserSignUpChatAndTasks(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("add buy milk"), wait(`location.pathname.startsWith("/chat/thr_")`),
		answered("completed"), has("Added buy milk to your list."))
	// The list beside it got the conversation without a reload.
	b.run(b.ctx, wait(`document.querySelector("#threads [aria-current]")?.innerText.includes("add buy milk")`))
	tasks := b.tab()
	b.run(tasks, chromedp.Navigate(w.url+"/tasks"), has("buy milk"))
	b.run(b.ctx, say("complete buy milk"), answered("completed"))
	b.run(tasks, wait(`document.querySelectorAll("#tasks .task").length > 0 && document.querySelector("#tasks").innerText.includes("buy milk")`))
	b.run(b.ctx, say("list my tasks"), answered("completed"))
	if n := eval[int](b, b.ctx, `document.querySelectorAll("#turns > .turn").length`); n != 3 {
		t.Errorf("%d turns on the page", n)
	}
}

// words is an answer of n words, one delta each.
func words(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("word%d ", i)
	}
	return list
}

func TestBrowserRefreshInMidAnswerLosesNothing(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(40)...))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("Tell me a story"), wait(`location.pathname.startsWith("/chat/thr_")`))
	for range 10 {
		gate <- struct{}{}
	}
	b.run(b.ctx, has("word9"), chromedp.Reload(), has("word9"))
	second := b.tab()
	path := eval[string](b, b.ctx, `location.pathname`)
	b.run(second, chromedp.Navigate(w.url+path), has("word9"))
	other := w.signedIn(b) // another device of the same person
	other.run(other.ctx, chromedp.Navigate(w.url+path), has("word9"))
	for range 30 {
		gate <- struct{}{}
	}
	whole := strings.TrimSpace(strings.Join(words(40), ""))
	for name, page := range map[string]context.Context{"first": b.ctx, "second tab": second, "other device": other.ctx} {
		b.run(page, answered("completed"))
		if got := eval[string](b, page, `document.querySelector(".turn:last-child .answer .prose").innerText.trim()`); got != whole {
			t.Errorf("%s shows %q", name, got)
		}
	}
}

// signedIn opens another browser, signed in as the same person.
func (w *web) signedIn(b *browser) *browser {
	w.t.Helper()
	email := eval[string](b, b.ctx, `document.querySelector("#account-menu .menu-note").textContent`)
	other := w.open(phone)
	other.run(other.ctx, chromedp.Navigate(w.url+"/signin"), chromedp.SendKeys(`[name=email]`, email),
		chromedp.SendKeys(`[name=password]`, "correct horse 9\r"), wait(`location.pathname === "/chat"`))
	return other
}

func TestBrowserStopRetryAndCopy(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(50)...), openaitest.Text("A whole **answer**."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("Go"), wait(`location.pathname.startsWith("/chat/thr_")`))
	for range 5 {
		gate <- struct{}{}
	}
	b.run(b.ctx, has("word4"), chromedp.Click(`button.stop`, chromedp.NodeVisible), answered("cancelled"), has("You stopped this answer."), has("word4"))
	b.run(b.ctx, chromedp.Click(`.turn:last-child form.retry button`), answered("completed"), has("A whole answer."))
	if got := eval[string](b, b.ctx, `document.body.innerText`); strings.Contains(got, "word4") || strings.Contains(got, "You stopped") {
		t.Errorf("the stopped answer is still there: %s", got)
	}
	if n := eval[int](b, b.ctx, `document.querySelectorAll(".bubble").length`); n != 1 {
		t.Errorf("the question is there %d times", n)
	}
	b.run(b.ctx, chromedp.Reload(), has("A whole answer."))
	if got := eval[string](b, b.ctx, `document.querySelector("[data-source]").content.textContent`); got != "A whole **answer**." {
		t.Errorf("the copy button has %q", got)
	}
}

func TestBrowserModelTroubleIsSaidPlainly(t *testing.T) {
	model := openaitest.New(t)
	model.Reply(openaitest.Unauthorized(), openaitest.Text("Fine now."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("Hello"), answered("failed"))
	text := eval[string](b, b.ctx, `document.querySelector(".ending").innerText`)
	if text == "" || strings.Contains(text, openaitest.Canary) || strings.Contains(text, "sk-test") {
		t.Errorf("the page says %q", text)
	}
	b.run(b.ctx, say("Hello again"), answered("completed"), has("Fine now."))
}

func TestBrowserRenameAndDelete(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("hello"), answered("completed"))
	other := b.tab()
	b.run(other, chromedp.Navigate(w.url+"/chat"), has("hello"))
	b.run(b.ctx, chromedp.Click(`.thread-row .thread-more`), chromedp.Click(`.menu:popover-open a.menu-item`, chromedp.NodeVisible),
		chromedp.WaitVisible(`.rename input[name=title]`),
		chromedp.SetValue(`.rename input[name=title]`, "Groceries <b>&"), chromedp.Submit(`.rename input[name=title]`),
		wait(`document.querySelector("#threads .thread-name")?.textContent === "Groceries <b>&"`),
		wait(`document.querySelector("#thread-title")?.textContent === "Groceries <b>&"`))
	b.run(other, wait(`document.querySelector("#threads .thread-name")?.textContent === "Groceries <b>&"`))
	b.run(b.ctx, chromedp.Click(`.thread-row .thread-more`), chromedp.Click(`.menu:popover-open .menu-danger`, chromedp.NodeVisible),
		wait(`location.pathname === "/undo"`), has("1 chat was deleted."), has("Your chats will be listed here."))
	b.run(other, has("Your chats will be listed here."))
}
