package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// do runs a script in the page.
func do(script string, args ...any) step {
	script = "(() => { " + fmt.Sprintf(script, args...) + "; return true })()"
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](script)(ctx, t)
		return err
	})
}

// A key as a keyboard sends it: what a page prevents is not typed.
var (
	enter  = key("Enter", 13, "\r")
	escape = key("Escape", 27, "")
)

func key(name string, code int64, text string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: name, Code: name, WindowsVirtualKeyCode: code, Text: text}
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, down); err != nil {
			return err
		}
		up := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: name, Code: name, WindowsVirtualKeyCode: code}
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, up)
		return err
	})
}

// typed writes into the box and presses Enter.
func typed(words string) step {
	return chromedp.Steps(chromedp.SendKeys(`#content`, words), enter)
}

const bubbles = `[...document.querySelectorAll(".bubble")].map((b) => b.innerText.trim()).join("|")`

func TestBrowserMessagesWaitTheirTurn(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(3)...), openaitest.Text("Second answer."), openaitest.Text("Third answer."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("first"), wait(`location.pathname.startsWith("/chat/thr_")`), answered("running"),
		typed("second"), wait(`document.querySelectorAll(".waiting-message").length === 1`),
		typed("third"), wait(`document.querySelectorAll(".waiting-message").length === 2`),
		typed("once more"), wait(`document.querySelectorAll(".waiting-message").length === 3`), key("ArrowUp", 38, ""), wait(`document.querySelector("#content").value === "once more"`),
		do(`document.querySelector("#content").value = ""`), typed("never"), wait(`document.querySelectorAll(".waiting-message").length === 3`), has("Waits for the answer"))
	b.still("compose-waiting-" + b.device.name)
	dark := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, dark); err != nil {
		t.Fatal(err)
	}
	b.still("compose-waiting-" + b.device.name + "-dark")
	if n := eval[int](b, b.ctx, `[...document.querySelectorAll(".waiting-message button:not([data-take-back])")].filter((e) => e.checkVisibility()).length`); n != 0 {
		t.Errorf("%d messages offer to be sent during the answer", n)
	}
	// They survive a reload, and can be taken back.
	b.run(b.ctx, chromedp.Reload(), wait(`document.querySelectorAll(".waiting-message").length === 3`), has("second"),
		chromedp.Click(`[data-waiting-list] li:last-child [data-take-back]`),
		wait(`document.querySelector("#content").value === "never" && document.querySelectorAll(".waiting-message").length === 2`))
	for range 3 {
		gate <- struct{}{}
	}
	b.run(b.ctx, has("Third answer."), wait(`document.querySelector("[data-waiting-list]").hidden`))
	if got := eval[string](b, b.ctx, bubbles); got != "first|second|third" {
		t.Errorf("the person said %q", got)
	}
	b.run(b.ctx, chromedp.Reload(), has("Third answer."), wait(`document.querySelector("#content").value === "never"`))
	if n := len(model.Requests()); n != 3 {
		t.Errorf("the model was asked %d times", n)
	}
}

// offline cuts the browser's connections, or joins them again.
func (b *browser) offline(off bool) {
	b.t.Helper()
	all := &network.Conditions{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}
	rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{all}}
	if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
		b.t.Fatal(err)
	}
}

func TestBrowserNothingIsLostOffline(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	// What is needed without a connection is there before.
	b.run(b.ctx, wait(`performance.getEntriesByType("resource").some((e) => /\/waiting-\w+\.js$/.test(e.name))`))
	b.offline(true)
	b.run(b.ctx, typed("add buy milk"), has("It is tried again by itself."), wait(`document.querySelector("#content").value === ""`))
	b.shot("compose-offline-" + b.device.name)
	if got := eval[string](b, b.ctx, bubbles); got != "" {
		t.Errorf("the page shows %q as sent", got)
	}
	b.offline(false)
	b.run(b.ctx, wait(`location.pathname.startsWith("/chat/thr_")`), answered("completed"), has("Added buy milk"))
	b.offline(true)
	b.run(b.ctx, typed("add bread"), has("It is tried again by itself."), chromedp.SendKeys(`#content`, "and"))
	palette := chromedp.KeyEvent("k", chromedp.KeyModifiers(2)) // it was never loaded
	b.run(b.ctx, palette, has("The server did not answer."), do(`document.querySelector("[data-dismiss]").click()`))
	b.offline(false)
	b.run(b.ctx, palette, wait(`document.querySelector("#palette[open]")`), palette, wait(`!document.querySelector("#palette")`))
	b.run(b.ctx, has("Added bread"), wait(`document.querySelectorAll(".waiting-message").length === 0`))
	if got := eval[string](b, b.ctx, bubbles); got != "add buy milk|add bread" {
		t.Errorf("the person said %q", got)
	}
	if got := eval[string](b, b.ctx, `document.querySelector("#content").value`); got != "and" {
		t.Errorf("the box has %q", got)
	}
}

func TestBrowserEditTheLastMessage(t *testing.T) {
	model := openaitest.New(t)
	model.Reply(openaitest.Text("First answer."), openaitest.Text("Better answer."))
	w := newWeb(t, model)
	for _, d := range []device{desktop} {
		b := w.open(d)
		b.signUp("Ann")
		b.run(b.ctx, say("What is teh time?"), answered("completed"), has("First answer."),
			chromedp.Click(`.edit-button`, chromedp.NodeVisible), wait(`document.activeElement.closest(".edit") && document.activeElement.value === "What is teh time?"`))
		b.shot("compose-edit-" + d.name)
		b.run(b.ctx, escape, wait(`!document.querySelector(".edit") && document.activeElement.matches(".edit-button")`),
			enter, wait(`document.activeElement.closest(".edit")`),
			do(`document.activeElement.value = "What is the time?"`), enter,
			has("Better answer."), answered("completed"))
		b.run(b.ctx, chromedp.Reload(), has("Better answer."))
		if got := eval[string](b, b.ctx, bubbles); got != "What is the time?" {
			t.Errorf("the person said %q", got)
		}
		if text := b.text(b.ctx); strings.Contains(text, "First answer.") {
			t.Errorf("the first answer is still there: %s", text)
		}
		// The arrow in the empty box comes to the same, and leaves a text alone.
		up := key("ArrowUp", 38, "")
		b.run(b.ctx, chromedp.Focus(`#content`), up, wait(`document.activeElement.closest(".edit") && document.activeElement.value === "What is the time?"`),
			escape, wait(`!document.querySelector(".edit") && document.activeElement.id === "content"`),
			chromedp.SendKeys(`#content`, "x"), up, do(`window.frames = 0; const count = () => ++window.frames < 5 && requestAnimationFrame(count); count()`), wait(`window.frames === 5 && !document.querySelector(".edit")`))
	}
}

// Editing further up takes away what follows: that is said before, and afterwards
// every page shows it so, also one that never showed the edited message.
func TestBrowserEditsAnOlderMessage(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text("A new answer."))
	w := newWeb(t, model)
	b := w.open(phone)
	b.signUp("Ann")
	thread := w.url + "/chat/" + w.longThread("ann@example.com", 100)
	end := b.tab()
	b.run(end, chromedp.Navigate(thread), has("answer 99."))
	edit := func(words string) step { // the first message on the page
		return do(`document.querySelector(".turn .edit-button").click(); const type = () => {
			const box = document.querySelector(".edit textarea");
			if (!box) return requestAnimationFrame(type);
			box.value = %q;
			window.told = document.querySelector(".edit").innerText;
			box.form.requestSubmit();
		}; type()`, words)
	}
	told := func() {
		t.Helper()
		if said := eval[string](b, b.ctx, `window.told`); !strings.Contains(said, "All later messages of this chat will be deleted") {
			t.Errorf("the form says %q", said)
		}
	}
	// On the page of the thread's end, among what it shows.
	b.run(b.ctx, chromedp.Navigate(thread), has("answer 99."), edit("Edited below"), has("A new answer."), answered("completed"))
	told()
	if last := eval[string](b, b.ctx, `document.querySelector("#turns").lastElementChild.innerText`); !strings.Contains(last, "Edited below") || strings.Contains(b.text(b.ctx), "answer 99.") {
		t.Errorf("the last turn is %q: %s", last, eval[string](b, b.ctx, `[...document.querySelector("#turns").children].slice(-2).map((el) => el.outerHTML.slice(0, 900)).join("\n---\n")`))
	}
	b.run(end, has("Edited below"), wait(`!document.body.innerText.includes("answer 99.")`))
	// On the page of an older part, which the other page does not reach.
	before := eval[string](b, b.ctx, `new URL(document.querySelector("#earlier").href).searchParams.get("before")`)
	b.run(b.ctx, chromedp.Navigate(thread+"?before="+before), wait(`"older" in document.querySelector("#turns").dataset`))
	b.shot("edit-older-page")
	if n := eval[int](b, b.ctx, `[...document.querySelectorAll(".retry")].filter((el) => el.checkVisibility()).length`); n > 0 {
		t.Errorf("%d answers of an older part can be made again", n)
	}
	b.run(b.ctx, edit("Edited above"), wait(`!location.search && document.querySelector("#turns")?.lastElementChild?.innerText.includes("Edited above")`), has("A new answer."), answered("completed"))
	b.run(end, has("Edited above"), wait(`!document.body.innerText.includes("Edited below")`))
	b.run(b.ctx, chromedp.Reload(), has("Edited above"), wait(`!document.body.innerText.includes("Edited below")`))
}

func TestBrowserCommandsAndMentions(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, say("add call Ben"), answered("completed"),
		chromedp.SendKeys(`#content`, "/"), wait(`document.querySelectorAll("#composer-menu [role=option]").length > 3`))
	b.shot("compose-commands-" + b.device.name)
	b.run(b.ctx, escape, wait(`document.querySelector("#composer-menu").hidden`), do(`document.querySelector("#content").value = ""`),
		chromedp.SendKeys(`#content`, "complete @ca"), wait(`document.querySelector("#composer-menu [aria-selected=true]")?.innerText.includes("call Ben")`))
	b.shot("compose-mention-" + b.device.name)
	b.run(b.ctx, enter, wait(`document.querySelector("#content").value === "complete @call Ben "`),
		chromedp.Reload(), wait(`document.querySelector(".extra[data-kind=mention]")`), // kept with the draft
		chromedp.Click(`button.send`), wait(`document.querySelector(".bubble .tag")?.innerText === "call Ben"`), answered("completed"),
		wait(`document.querySelector("#content").value === "" && !document.querySelector(".extra")`),
		chromedp.Focus(`#content`), chromedp.SendKeys(`#content`, "/ta"), wait(`document.querySelectorAll("#composer-menu [role=option]").length === 1`),
		enter, wait(`location.pathname === "/tasks"`))
}

func TestBrowserQuotesASelection(t *testing.T) {
	model := openaitest.New(t)
	model.Reply(openaitest.Text(strings.Repeat("quotable words ", 60)), openaitest.Text("Indeed."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("hello"), answered("completed"), chromedp.DoubleClick(`.answer .prose p`), chromedp.WaitVisible(`.quote-button`))
	chosen := strings.TrimSpace(eval[string](b, b.ctx, `String(getSelection())`))
	b.shot("compose-quote-" + b.device.name)
	b.run(b.ctx, chromedp.Click(`.quote-button`), wait(`document.querySelector(".extra[data-kind=quote] .extra-name").textContent === %q`, chosen),
		typed("really?"), has("Indeed."), wait(`document.querySelector(".quoted")?.textContent === %q`, chosen), wait(`!document.querySelector(".extra")`))
	if chosen == "" {
		t.Error("nothing was selected")
	}
}

func TestBrowserFilesInTheComposer(t *testing.T) {
	w := newWeb(t, nil, "ATTACHMENT_MB=1")
	b := w.open(desktop)
	b.signUp("Ann")
	paste := func(files string) step {
		return withFiles(`(async () => { const data = new DataTransfer(); for (const f of [%s]) data.items.add(f);
			document.querySelector("#content").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); })()`, files)
	}
	drop := withFiles(`(async () => { const data = new DataTransfer(); data.items.add(notes);
		document.querySelector(".scroll").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })); })()`)
	complete := `[...document.querySelectorAll(".extra")].filter((e) => e.dataset.value && !e.dataset.state).length`
	b.run(b.ctx, wait(`document.querySelector("[data-attach]").title.includes("up to 20, of 1 MB each")`),
		paste("picture"), wait(complete+" === 1"), wait(`document.querySelector(".extra img")?.naturalWidth > 0`), drop, wait(complete+" === 2"),
		paste(`new File([new Uint8Array(1100000)], "big.bin")`), has("big.bin: Too large: at most 1 MB"),
		paste("page"), wait(`document.querySelectorAll(".extra[data-state=failed]").length === 2`))
	b.shot("compose-files-" + b.device.name)
	b.offline(true)
	late := `[...document.querySelectorAll(".extra")].find((e) => e.dataset.label === "late.md")`
	b.run(b.ctx, paste(`new File(["# Late"], "late.md")`), has("late.md: no connection"))
	b.offline(false)
	b.run(b.ctx, do(late+`.querySelector("[data-again]").click()`), wait(late+`.dataset.value && !`+late+`.dataset.state`),
		do(late+`.querySelector("[data-remove]").click()`), wait("!"+late))
	b.run(b.ctx, typed("look"), wait(`document.querySelector("#announcer").textContent.includes("could not be sent")`),
		chromedp.Click(`.extra[data-state=failed] [data-remove]`), wait(`document.querySelectorAll(".extra[data-state=failed]").length === 1`),
		chromedp.Click(`.extra[data-state=failed] [data-remove]`), wait(`document.querySelectorAll(".extra").length === 2`),
		chromedp.Reload(), wait(complete+" === 2"), // they stay with the draft
		chromedp.Click(`button.send`), answered("completed"),
		wait(`document.querySelector(".thumbnail img")?.naturalWidth > 0 && document.querySelector(".attachments a[download='notes.md']")`),
		wait(`!document.querySelector(".extra")`), chromedp.Reload(), wait(`document.querySelectorAll(".attachments li").length === 2`),
		// A picture fills its frame, and files stand above what is said of them.
		wait(`((frame, picture) => picture.clientWidth > 100 && frame.clientWidth === picture.clientWidth)(document.querySelector(".thumbnail"), document.querySelector(".thumbnail img"))`),
		wait(`document.querySelector(".attachments").getBoundingClientRect().bottom < document.querySelector(".bubble").getBoundingClientRect().top`))
	if n := eval[int](b, b.ctx, `document.querySelectorAll(".extra").length`); n != 0 {
		t.Errorf("%d files are in the box again", n)
	}
}

func TestBrowserDictationAndModels(t *testing.T) {
	model := openaitest.New(t)
	model.Reply(openaitest.Transcript("buy milk"), openaitest.Text("Noted."))
	w := newWeb(t, model, "TRANSCRIBE_MODEL=whisper-1", "OPENAI_MODELS=test-model=Fast,large-model=Thorough")
	b := w.open(phone, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true))
	b.signUp("Ann")
	b.run(b.ctx, chromedp.SendKeys(`#content`, "please"), chromedp.Click(`[data-dictate]`),
		wait(`document.querySelector("[data-dictate]").dataset.state === "listening"`), chromedp.Click(`[data-dictate]`),
		wait(`document.querySelector("#content").value === "please buy milk" && !document.querySelector("[data-dictate]").disabled`),
		chromedp.SetValue(`#model`, "large-model"), do(`document.querySelector("#model").dispatchEvent(new Event("change", { bubbles: true }))`))
	b.shot("compose-dictated-" + b.device.name)
	if text := b.text(b.ctx); strings.Contains(text, "Characters left") {
		t.Errorf("a short message is counted: %s", text)
	}
	if over := eval[int](b, b.ctx, `document.querySelector(".composer-foot").scrollWidth - document.querySelector(".composer-foot").clientWidth`); over > 0 {
		t.Errorf("the composer is %d pixels too wide", over)
	}
	b.run(b.ctx, chromedp.Click(`button.send`), answered("completed"), has("Noted."), wait(`document.querySelector("#model").value === "large-model"`))
	if last := model.Requests()[1]; last.Chat.Model != "large-model" {
		t.Errorf("the model %q was asked", last.Chat.Model)
	}
}

// What somebody left in a browser is not shown to the next one, let alone sent
// in their name.
func TestBrowserKeepsDraftsOfEach(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	entry := `[{ key: "k", text: "secret plan", extras: [] }]`
	b.run(b.ctx, chromedp.SendKeys(`#content`, "secret words"),
		do(`localStorage.setItem("waiting:ann@example.com:new", JSON.stringify(%s))`, entry))
	if _, err := chromedp.Call(b.ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil { // as if the session had ended
		t.Fatal(err)
	}
	b.signUp("Ben")
	b.run(b.ctx, say("list my tasks"), answered("completed"))
	if got := eval[string](b, b.ctx, bubbles); got != "list my tasks" {
		t.Errorf("Ben said %q", got)
	}
	if text := b.text(b.ctx); strings.Contains(text, "secret") {
		t.Errorf("Ben sees %s", text)
	}
}

// A stopped answer makes way for what waits; after one that failed, the person
// decides.
func TestBrowserWhatWaitsAfterStopAndFailure(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 10)
	model.Reply(openaitest.Gated(gate, words(3)...), openaitest.Gated(gate, words(3)...), openaitest.Unauthorized(), openaitest.Text("Good again."))
	w := newWeb(t, model)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, say("first"), wait(`location.pathname.startsWith("/chat/thr_")`), answered("running"),
		say("second"), wait(`document.querySelectorAll(".waiting-message").length === 1`),
		chromedp.Click(`button.stop`, chromedp.NodeVisible), wait(`document.querySelectorAll(".bubble").length === 2`), answered("running"),
		say("third"), say("fourth"), wait(`document.querySelectorAll(".waiting-message").length === 2`))
	for range 3 {
		gate <- struct{}{}
	}
	b.run(b.ctx, answered("failed"), has("Waits for you"))
	b.still("compose-failed-" + b.device.name)
	if got := eval[string](b, b.ctx, bubbles); got != "first|second|third" {
		t.Errorf("the person said %q", got)
	}
	b.run(b.ctx, chromedp.Click(`.waiting-message button:not([data-take-back])`, chromedp.NodeVisible), has("Good again."), answered("completed"))
}
