package main

import (
	"context"
	"fmt"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

func TestBrowserTasks(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	second := b.tab()
	b.run(second, chromedp.Navigate(w.url+"/tasks"), wait(`document.querySelector("#tasks") !== null`))
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"),
		chromedp.SendKeys(`#new-title`, "Buy <b>milk</b>\r"), wait(`document.querySelectorAll(".task").length === 1`),
		has("Buy <b>milk</b>"))
	b.run(second, has("Buy <b>milk</b>")) // the other tab has it without a reload
	b.run(b.ctx, chromedp.Click(`.task-edit summary`), chromedp.WaitVisible(`.task-edit [name=title]`),
		chromedp.SetValue(`.task-edit [name=title]`, "Buy oat milk"), chromedp.SetValue(`.task-edit [name=due_at]`, "2030-05-06"),
		chromedp.SetValue(`.task-edit [name=priority]`, "high"), chromedp.Click(`.task-edit .button-primary`),
		has("Buy oat milk"), chromedp.Reload(), has("Buy oat milk"))
	if got := eval[string](b, b.ctx, `document.querySelector(".task-edit [name=due_at]").value + document.querySelector(".task-edit [name=priority]").value`); got != "2030-05-06high" {
		t.Errorf("kept %q", got)
	}
	b.run(b.ctx, chromedp.Click(`.tick`), wait(`document.querySelector(".task-done") !== null`),
		chromedp.Navigate(w.url+"/tasks?status=pending"), wait(`document.querySelectorAll(".task").length === 0`),
		chromedp.Navigate(w.url+"/tasks?status=completed"), wait(`document.querySelectorAll(".task").length === 1`))
	b.run(b.ctx, chromedp.Click(`.task-delete button`), wait(`document.querySelectorAll(".task").length === 0`),
		wait(`document.activeElement.id === "undo"`))
	b.run(second, wait(`document.querySelectorAll(".task").length === 0`))
	b.run(b.ctx, chromedp.Click(`#undo`), wait(`document.querySelectorAll(".task").length === 1`))
	b.run(second, wait(`document.querySelectorAll(".task").length === 1`))
}

// taskOrder are the titles as the page lists them.
const taskOrder = `[...document.querySelectorAll(".task-title")].map((el) => el.textContent).join(" ")`

func TestBrowserTasksMove(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	second := b.tab()
	b.run(second, chromedp.Navigate(w.url+"/tasks"), wait(`document.querySelector("#tasks") !== null`))
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"))
	for i, title := range []string{"c", "b", "a"} {
		b.run(b.ctx, chromedp.SendKeys(`#new-title`, title+"\r"), wait(`document.querySelectorAll(".task").length === %d`, i+1),
			wait(`document.querySelector("#new-title").value === "" && document.activeElement.id === "new-title"`)) // ready for the next
	}
	order := func(want string) step { return wait(taskOrder+" === %q", want) }
	grip := `.task:nth-child(%d) [data-grip]`
	b.run(b.ctx, order("a b c"), chromedp.Focus(fmt.Sprintf(grip, 3)), chromedp.KeyEvent(kb.ArrowUp), order("a c b"),
		wait(`document.activeElement.closest(".task")?.innerText.trim().startsWith("c")`), // the focus went along
		chromedp.KeyEvent(kb.ArrowUp), order("c a b"))
	b.run(second, order("c a b"))

	// By the pointer: the first behind the last.
	type point struct{ X, Y float64 }
	middle := func(n int) point {
		return eval[point](b, b.ctx, `(() => { const r = document.querySelector(%q).getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 } })()`, fmt.Sprintf(grip, n))
	}
	from, to := middle(1), middle(3)
	b.run(b.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, from.X, from.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, to.X, to.Y+4, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, to.X, to.Y+4, chromedp.ButtonLeft, chromedp.ClickCount(1)), order("a b c"), chromedp.Reload(), order("a b c"))
	b.run(second, order("a b c"))
}

// What the assistant does in one tab is in the list of the other; a sentence of
// the empty list is put into the chat.
func TestBrowserTasksAndChat(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	tasks := b.tab()
	b.run(tasks, chromedp.Navigate(w.url+"/tasks"), has("Your list is empty"))
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), chromedp.Click(`.sentence`),
		wait(`document.querySelector("#content")?.value === "Remind me to call the dentist tomorrow at 10"`),
		chromedp.Click(`button.send`, chromedp.NodeVisible), answered("completed"))
	b.run(tasks, has("call the dentist"), has("Due: Tomorrow"))
	b.run(tasks, chromedp.Click(`.filter:nth-of-type(3)`), wait(`location.search === "?status=completed" && document.querySelectorAll(".task").length === 0`),
		chromedp.SendKeys(`#filter-text`, "dent"), wait(`location.search === "?q=dent&status=completed"`), has("No task matches"),
		chromedp.Click(`.filter:nth-of-type(1)`), wait(`location.search === "?q=dent" && document.querySelectorAll(".task").length === 1`))
}

func TestBrowserCopiesMarkdown(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text("A **bold** answer.\n\n```go\nfmt.Println(1)\n```"))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	allow := cdpbrowser.SetPermissionParams{Origin: w.url, Setting: cdpbrowser.PermissionSettingGranted,
		Permission: &cdpbrowser.PermissionDescriptor{Name: "clipboard-read"}}
	if _, err := chromedp.CallBrowser(b.ctx, cdpbrowser.SetPermission, allow); err != nil {
		t.Fatal(err)
	}
	b.run(b.ctx, say("Show me"), answered("completed"), chromedp.Click(`.turn:last-child [data-copy]`, chromedp.NodeVisible),
		wait(`document.querySelector("#announcer").textContent.includes("Copied.")`))
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`navigator.clipboard.readText()`, chromedp.EvalAwaitPromise))
	if err != nil || got != "A **bold** answer.\n\n```go\nfmt.Println(1)\n```" {
		t.Errorf("the clipboard has %q, %v", got, err)
	}
}
