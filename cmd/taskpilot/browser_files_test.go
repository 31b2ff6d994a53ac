package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// withFiles starts what the expression does with three files.
func withFiles(expression string, args ...any) step {
	script := fmt.Sprintf(fileScript, fmt.Sprintf(expression, args...))
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](script)(ctx, t)
		return err
	})
}

const fileScript = `!!(async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 800, height: 400 });
  canvas.getContext("2d").fillRect(10, 10, 400, 200);
  const picture = new File([await new Promise((done) => canvas.toBlob(done))], "garden.png", { type: "image/png" });
  const notes = new File(["# Notes"], "notes.md", { type: "text/markdown" });
  const page = new File(["<!DOCTYPE html><script>alert(1)</script>"], "page.txt", { type: "text/plain" });
  window.result = await %s;
})()`

func TestBrowserFilesOfAMessage(t *testing.T) {
	w, _ := newWidgetWeb(t)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.Navigate(w.url+"/chatkit"), reported("Ready"),
		withFiles(`%s.upload(page).catch((e) => (window.refused = e.message))`, element), wait(`window.refused?.includes("web pages")`),
		withFiles(`%s.sendUserMessage({ text: "What can you do?", attachments: [await %[1]s.upload(picture), await %[1]s.upload(notes)] })`, element),
		reported("Answered"), reported("Conversation thr_"),
		wait(`%s.shadowRoot.querySelector("img[alt='garden.png']")?.naturalWidth === 512`, element))
	thread := eval[string](b, b.ctx, `%s.thread`, element)
	// Both are in the conversation when it is loaded again, there and in the chat.
	b.run(b.ctx, chromedp.Reload(), reported("Loaded "+thread),
		wait(`%s.shadowRoot.querySelector("img[alt='garden.png']")?.naturalWidth === 512`, element),
		chromedp.Navigate(w.url+"/chat/"+thread), wait(`document.querySelector(".thumbnail img")?.naturalWidth === 512`),
		wait(`document.querySelector(".attachments a[download='notes.md']") !== null`))
	file := eval[string](b, b.ctx, `document.querySelector(".attachments a[download]").pathname`)
	b.run(b.ctx, withFiles(`fetch(%q).then(async (r) => await r.text() + " " + r.headers.get("content-disposition"))`, file),
		wait(`window.result === "# Notes attachment; filename=\"notes.md\"; filename*=UTF-8''notes.md"`))
}
