package main

import (
	"context"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

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
	b.run(b.ctx, chromedp.Click(`.task > button[popovertarget^=delete-]`), chromedp.Click(`.dialog:popover-open .button-danger`, chromedp.NodeVisible),
		wait(`document.querySelectorAll(".task").length === 0`))
	b.run(second, wait(`document.querySelectorAll(".task").length === 0`))
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
