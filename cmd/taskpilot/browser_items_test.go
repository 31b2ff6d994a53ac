package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/models"
)

// theWidget is the first widget on the page.
const theWidget = `document.querySelector("[data-widget]")`

func TestBrowserTaskListWidget(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("add buy milk"), answered("completed"), say("list my tasks"), answered("completed"), wait(theWidget))
	other := b.tab()
	b.run(other, chromedp.Navigate(w.url+eval[string](b, b.ctx, `location.pathname`)), wait(theWidget+`.innerText.includes("buy milk")`))

	// With a mouse: the box.
	b.run(b.ctx, chromedp.Click(`[data-widget] input[type=checkbox]`), wait(theWidget+`.querySelector("input[type=checkbox]").defaultChecked`))
	b.run(other, wait(theWidget+`.querySelector("input[type=checkbox]").defaultChecked`))
	// By keyboard: the field keeps the focus and is empty again; then a button.
	b.run(b.ctx, chromedp.Focus(`[data-widget] input[name="f.title"]`), chromedp.SendKeys(`[data-widget] input[name="f.title"]`, "call Mum\r"),
		wait(theWidget+`.innerText.includes("call Mum")`), wait(`document.activeElement.name === "f.title" && document.activeElement.value === ""`), wait(`!document.querySelector("[data-busy]")`))
	b.run(other, wait(theWidget+`.innerText.includes("call Mum")`))
	b.run(b.ctx, wait(`([...document.querySelectorAll("[data-widget] button.w-button")].find((x) => x.innerText === "Delete").focus(), true)`),
		chromedp.KeyEvent("\r"), wait(`document.querySelectorAll("[data-widget] input[type=checkbox]").length === 1`), wait(`document.activeElement.closest("[data-widget]")`))
	// What is half typed survives a change that is made elsewhere.
	b.run(other, chromedp.SendKeys(`[data-widget] input[name="f.title"]`, "half a tas"))
	b.run(b.ctx, chromedp.Click(`[data-widget] input[type=checkbox]`), wait(theWidget+`.querySelector("input[type=checkbox]").defaultChecked`))
	b.run(other, wait(theWidget+`.querySelector("input[type=checkbox]").defaultChecked`), wait(theWidget+`.querySelector('[name="f.title"]').value === "half a tas"`))
	before := eval[string](b, b.ctx, theWidget+`.innerText`)
	b.run(b.ctx, chromedp.Reload(), wait(theWidget))
	if after := eval[string](b, b.ctx, theWidget+`.innerText`); after != before || eval[int](b, b.ctx, `document.querySelectorAll("[data-widget]").length`) != 1 {
		t.Errorf("after the reload %q, before it %q", after, before)
	}
}

// place stores items in a conversation of the person's and opens it.
func (b *browser) place(items ...chatkit.Item) (userID, threadID string) {
	b.t.Helper()
	b.run(b.ctx, say("hello"), wait(`location.pathname.startsWith("/chat/thr_")`), answered("completed"))
	threadID = strings.TrimPrefix(eval[string](b, b.ctx, `location.pathname`), "/chat/")
	email := eval[string](b, b.ctx, `document.querySelector("#account-menu .menu-note").textContent`)
	user, err := b.web.db.UserByEmail(b.t.Context(), email)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, store := models.WithUser(b.t.Context(), user.ID), models.NewStore(b.web.db)
	for _, it := range items {
		*it.Base() = chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage), ThreadID: threadID, CreatedAt: chatkit.At(time.Now())}
		if err := store.SaveItem(ctx, threadID, it); err != nil {
			b.t.Fatal(err)
		}
	}
	b.run(b.ctx, chromedp.Reload(), wait(`document.readyState === "complete"`))
	return user.ID, threadID
}

func TestBrowserFormWidget(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(phone)
	b.signUp("Ann")
	userID, threadID := b.place(&chatkit.WidgetItem{Widget: json.RawMessage(`{"type":"Card","children":[{"type":"Form","onSubmitAction":{"type":"book","payload":{"place":"p1"}},"children":[
		{"type":"Label","value":"Name","fieldName":"guest.name"},{"type":"Input","name":"guest.name","required":true},{"type":"Select","name":"table","options":[{"value":"in","label":"Inside"},{"value":"out","label":"Outside"}]},
		{"type":"DatePicker","name":"day"},{"type":"RadioGroup","name":"menu","options":[{"value":"veg","label":"Vegetarian"},{"value":"fish","label":"Fish"}]},{"type":"Checkbox","name":"terms","label":"I will come"},
		{"type":"Box","width":123,"height":45,"background":"#123456"},{"type":"Button","label":"Book","submit":true},{"type":"Button","label":"Mark","onClickAction":{"type":"mark","handler":"client","payload":{"n":1}}}]}]}`)})
	// What has no class is set by the page's script, before anything is shown.
	if got := eval[string](b, b.ctx, `(({width, height, backgroundColor}) => [width, height, backgroundColor].join())(getComputedStyle(document.querySelector("[data-widget] .w-box .w-box")))`); got != "123px,45px,rgb(18, 52, 86)" {
		t.Errorf("the box is %s", got)
	}
	press := func(label string) step {
		return wait(`([...document.querySelectorAll("[data-widget] button.w-button")].find((x) => x.innerText === %q).click(), true)`, label)
	}
	turns := eval[int](b, b.ctx, `document.querySelectorAll("#turns > .turn").length`)
	b.run(b.ctx, press("Book"), wait(`document.querySelector('[name="f.guest.name"]').matches(":user-invalid")`)) // the browser holds it back
	if n := eval[int](b, b.ctx, `document.querySelectorAll("#turns > .turn").length`); n != turns {
		t.Errorf("%d turns: the form was sent", n)
	}
	b.run(b.ctx, chromedp.SendKeys(`[name="f.guest.name"]`, "Ada"), chromedp.SetValue(`[name="f.table"]`, "out"), chromedp.SetValue(`[name="f.day"]`, "2026-12-24"),
		chromedp.Click(`[name="f.menu"][value=fish]`), chromedp.Click(`[name="f.terms"]`))
	// The page's own actions stay on the page.
	b.run(b.ctx, wait(`(document.addEventListener("chatkit.action", (e) => (window.got = JSON.stringify(e.detail)), {once: true}), true)`), press("Mark"),
		wait(`window.got?.includes('"action":{"payload":{"n":1},"type":"mark"}') && window.got.includes('"guest":{"name":"Ada"}') && window.got.includes('"terms":true')`))
	// The assistant does not know the action, and says so; what was sent is stored.
	b.run(b.ctx, press("Book"), answered("failed"), has("I don't know what this button is to do."), wait(`!document.querySelector("[data-busy]")`))
	items, _, err := w.db.Items(t.Context(), userID, threadID, models.ItemQuery{Limit: 1, Order: chatkit.Desc, Hidden: true})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"book","payload":{"day":"2026-12-24","guest":{"name":"Ada"},"menu":"fish","place":"p1","table":"out","terms":true}}`
	if note, ok := items[0].Item.(*chatkit.HiddenContext); !ok || !strings.Contains(string(note.Content), want) {
		t.Errorf("stored is %s, want %s", note.Content, want)
	}
	if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("the page is %d pixels too wide", over)
	}
}

func TestBrowserStructuredInput(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	hidden := `getComputedStyle(document.querySelector(".composer")).display === "none"`
	b.run(b.ctx, say("/demo questions"), answered("requires_action"), wait(`document.querySelector(".ask")`), wait(hidden))
	b.shot("questions")
	b.run(b.ctx, chromedp.Focus(`.ask input[type=radio]`), chromedp.KeyEvent(" "), chromedp.SendKeys(`.ask textarea`, "No, thanks"), chromedp.Click(`.ask .button-primary`),
		answered("completed"), has("You answered"), wait(`document.querySelector(".answered")?.innerText.includes("In the morning")`), wait("!("+hidden+")"))
	before := eval[string](b, b.ctx, `document.querySelector("#turns").innerText`)
	b.run(b.ctx, chromedp.Reload(), wait(`document.querySelector("#turns").innerText.length > 20`))
	if after := eval[string](b, b.ctx, `document.querySelector("#turns").innerText`); after != before {
		t.Errorf("after the reload %q, before it %q", after, before)
	}
	// The page follows the end: before it is there, the button moves away under the click.
	b.run(b.ctx, say("/demo questions"), answered("requires_action"), wait(hidden),
		wait(`(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 4)(document.querySelector("[data-scroll]"))`), chromedp.Click(`.ask [name=skip]`), answered("completed"), wait("!("+hidden+")"))
}

func TestBrowserClientTools(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	// What is harmless is done at once, by one tab only.
	b.run(b.ctx, say("/demo tool"), answered("completed"), has("The page's tool get_selection returned"))
	b.place(&chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "c1", Name: "theme", Arguments: json.RawMessage(`{"theme":"dark"}`)})
	b.run(b.ctx, has("Change the colours of the page?"), chromedp.Click(`.tool-call [data-run]`), wait(`document.documentElement.dataset.theme === "dark"`), has("The colours were changed."))
	b.place(&chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "c2", Name: "open_link", Arguments: json.RawMessage(`{"url":"javascript:alert(1)"}`)})
	b.run(b.ctx, chromedp.Click(`.tool-call [data-run]`), has("url must be a web address"))
	b.place(&chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "c3", Name: "copy", Arguments: json.RawMessage(`{"text":"three words here"}`)})
	b.run(b.ctx, has("Copy “three words here”?"), chromedp.Click(`.tool-call [name=result]`), wait(`!document.querySelector(".tool-call")`))
}

func TestBrowserNoticeErrorEffectWorkflow(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("/demo notice"), answered("completed"), wait(`document.querySelector(".toast-info")?.innerText.includes("A notice")`))
	b.run(b.ctx, wait(`(document.addEventListener("chatkit.effect", (e) => { window.effects = (window.effects || 0) + 1; window.effect = e.detail }), true)`),
		say("/demo effect"), answered("completed"), wait(`window.effect?.name === "confetti" && window.effect.data.amount === 42`))
	b.run(b.ctx, say("/demo error"), answered("failed"), has("This answer failed, as you asked."), wait(`window.failed = document.querySelector("#turns > .turn:last-child").id`),
		// The next one may fail before it is seen running: what tells is that it is another turn.
		chromedp.Click(`.turn:last-child .ending button`), wait(`document.querySelector("#turns > .turn:last-child").id !== window.failed`), answered("failed"))
	if n := eval[int](b, b.ctx, `[...document.querySelectorAll(".bubble")].filter((x) => x.innerText === "/demo error").length`); n != 1 {
		t.Errorf("the failed question is there %d times", n)
	}
	for _, demo := range []string{"workflow", "thoughts", "sources", "image", "widget", "form", "chart"} {
		b.run(b.ctx, say("/demo "+demo), answered("completed"))
	}
	b.run(b.ctx, wait(`(document.querySelector(".workflow summary").click(), true)`), has("Step 2"), wait(`(document.querySelector(".cite").click(), true)`), has("This, explained"))
	// items are the turns without what differs by design: the folds as they were left.
	items := `[...document.querySelectorAll(".turn-items")].map((x) => x.outerHTML.replaceAll(/ (open|data-chosen)(="")?(?=[ >])| data-css="[^"]*"| style="[^"]*"/g, "")).join("\n")`
	before := eval[string](b, b.ctx, `%s`, items)
	b.run(b.ctx, chromedp.Reload(), wait(`document.querySelectorAll(".turn").length >= 8`))
	if after := eval[string](b, b.ctx, `%s`, items); after != before {
		t.Errorf("the loaded page differs:\n%s\n%s", before, after)
	}
	if n := eval[int](b, b.ctx, `window.effects || 0`); n != 0 {
		t.Errorf("the effect came again %d times", n)
	}
}

// That nothing runs, is refused by the policy or is asked of another host, the
// browser itself watches.
func TestBrowserHostileItems(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	var items []chatkit.Item
	for _, x := range []string{`<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`, `javascript:alert(1)`, `url(https://evil.example/x)`, `red;background:url(//evil.example/x)`, `https://evil.example/pixel.png`,
		`data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, `<div hx-get="/chat" hx-trigger="load">`, `</textarea><script>alert(1)</script>`, "\u202eevil"} {
		q, _ := json.Marshal(x)
		s := string(q)
		items = append(items,
			&chatkit.WidgetItem{CopyText: x, Widget: json.RawMessage(`{"type":"Card","background":` + s + `,"status":{"text":` + s + `,"favicon":` + s + `},"children":[{"type":"Image","src":` + s + `,"alt":` + s + `},{"type":"Markdown","value":` + s + `},
				{"type":"Box","width":` + s + `,"background":{"light":` + s + `,"dark":` + s + `}},{"type":"Text","value":` + s + `,"color":` + s + `},{"type":"Textarea","name":` + s + `,"defaultValue":` + s + `,"pattern":` + s + `},{"type":"Icon","name":` + s + `},
				{"type":"Button","label":` + s + `,"onClickAction":{"type":` + s + `,"payload":` + s + `,"handler":"client"}},{"type":"Chart","data":[{"a":` + s + `,"b":1}],"series":[{"type":"bar","dataKey":"b","label":` + s + `,"color":` + s + `}],"xAxis":"a"}]}`)},
			&chatkit.GeneratedImageItem{Image: &chatkit.GeneratedImage{ID: x, URL: x}},
			&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: x, Annotations: []chatkit.Annotation{{Index: new(1), Source: &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: x}, URL: x}}}}}},
			&chatkit.UnknownItem{Type: x, Raw: json.RawMessage(`{"type":` + s + `,"id":"x"}`)})
	}
	b.place(items...)
	b.run(b.ctx, wait(`document.querySelectorAll("[data-widget]").length === 10`))
	if n := eval[int](b, b.ctx, `document.querySelectorAll("#turns script, #turns iframe, #turns img:not([src^='data:image/'])").length`); n != 0 {
		t.Errorf("%d elements came through", n)
	}
}

func TestBrowserGallery(t *testing.T) {
	gallery := httptest.NewServer(handlers.Gallery())
	t.Cleanup(gallery.Close)
	w := &web{t: t, url: gallery.URL}
	for _, d := range []device{desktop, phone} {
		b := w.open(d)
		for _, scheme := range []string{"light", "dark"} {
			features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
				t.Fatal(err)
			}
			b.run(b.ctx, chromedp.Navigate(gallery.URL+"/#widget-tasks"), wait(`document.readyState === "complete"`))
			if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("on the %s the gallery is %d pixels too wide", d.name, over)
			}
			for _, state := range []string{"widget-tasks", "widget-form", "widget-charts", "item-cited", "item-questions"} {
				b.run(b.ctx, wait(`(document.getElementById(%q).scrollIntoView(), true)`, state))
				b.still(state + "-" + d.name + "-" + scheme)
			}
		}
	}
}

// A conversation that the assistant closes is closed on every open page, at once.
func TestBrowserClosedConversation(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, say("hello"), answered("completed"))
	other := b.tab()
	b.run(other, chromedp.Navigate(w.url+eval[string](b, b.ctx, `location.pathname`)), has("hello"))
	closed := chromedp.Steps(has("This demo is over. Start a new chat to go on."),
		wait(`!document.querySelector(".composer").checkVisibility() && document.querySelector("#content").disabled && !document.querySelector(".edit-button")?.checkVisibility()`))
	b.run(b.ctx, say("/demo close"), answered("completed"), closed)
	b.run(other, closed)
	b.shot("closed-" + b.device.name)
	b.run(b.ctx, chromedp.Reload(), closed, chromedp.Click(`#thread-state a`, chromedp.NodeVisible), wait(`location.pathname === "/chat"`))
	b.run(other, chromedp.Click(`.topbar [href="/chat"]:last-of-type`, chromedp.NodeVisible), wait(`location.pathname === "/chat"`))
}
