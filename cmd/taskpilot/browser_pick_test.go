package main

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// A model and a tool are chosen for a message, by keyboard and by mouse: they go
// with it, are kept with the draft, and can be taken back.
func TestBrowserPicksModelAndTool(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text("Noted."))
	w := newWeb(t, model, "ASSISTANT=responses", "OPENAI_TOOLS=web_search,image_generation", "OPENAI_MODELS=test-model=Fast,large-model=Thorough")
	b := w.open(desktop)
	b.signUp("Ann")
	down, up := key("ArrowDown", 40, ""), key("ArrowUp", 38, "")
	picked := func(model, tool string) step {
		return wait(`document.querySelector("#model").value === %q && document.querySelector("#tool").value === %q`, model, tool)
	}
	asked := func(n int, model, tool string) {
		t.Helper()
		list := w.model.Requests()
		var body struct {
			ToolChoice any `json:"tool_choice"`
		}
		if len(list) != n {
			t.Fatalf("the model was asked %d times", len(list))
		}
		if err := json.Unmarshal(list[n-1].Body, &body); err != nil {
			t.Fatal(err)
		}
		choice, _ := body.ToolChoice.(map[string]any)
		if kind, _ := choice["type"].(string); list[n-1].Chat.Model != model || kind != tool {
			t.Errorf("%q was asked with %v", list[n-1].Chat.Model, body.ToolChoice)
		}
	}
	b.run(b.ctx, chromedp.Focus(`#model`), down, picked("large-model", ""),
		chromedp.Focus(`#tool`), down, down, picked("large-model", "image_generation"), up, picked("large-model", "web_search"),
		chromedp.SendKeys(`#content`, "news?"))
	b.shot("compose-picked-" + b.device.name)
	b.run(b.ctx, chromedp.Reload(), wait(`document.readyState === "complete" && document.querySelector("#content").value === "news?"`), picked("large-model", "web_search"),
		chromedp.Focus(`#content`), enter, answered("completed"), picked("large-model", "")) // the tool was for one message
	asked(1, "large-model", "web_search")

	// By mouse; and taken back before it is sent.
	b.run(b.ctx, chromedp.Click(`#tool`), down, enter, picked("large-model", "web_search"), chromedp.Reload(), wait(`document.readyState === "complete"`), picked("large-model", "web_search"),
		chromedp.Click(`#tool`), up, enter, chromedp.Click(`#model`), up, enter, picked("test-model", ""),
		chromedp.Reload(), wait(`document.readyState === "complete"`), picked("test-model", ""), typed("hello"), wait(`document.querySelectorAll(".bubble").length === 2`), answered("completed"))
	asked(2, "test-model", "")
}
