package main

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/views"
)

// What people see who enlarge a page: a window of 1280 × 1024 at 200 %, and the
// 320 pixels of one at 400 %.
var (
	zoomed = device{"at 200 %", 640, 512, false}
	narrow = device{"320 wide", 320, 568, true}
)

// cut lists what does not fit: a page to scroll sideways, words that are cut off
// without an ellipsis, and controls that are outside of the page or under others.
const cut = `(() => {
	const root = document.documentElement, wrong = [];
	const name = (el) => el.localName + "." + el.className + "#" + el.id + " " + (el.textContent || el.ariaLabel || "").trim().slice(0, 40);
	if (root.scrollWidth > root.clientWidth) wrong.push("the page is " + (root.scrollWidth - root.clientWidth) + " pixels too wide");
	const shown = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && el.getClientRects().length > 0;
	const scrolls = (el) => el && (/auto|scroll/.test(getComputedStyle(el).overflowX) && el.tabIndex === 0 || scrolls(el.parentElement));
	for (const el of document.querySelectorAll("body *")) {
		const style = getComputedStyle(el);
		if (/auto|scroll/.test(style.overflowX) && el.scrollWidth > el.clientWidth + 1 && el.tabIndex !== 0 && shown(el)) wrong.push("scrolls sideways by " + (el.scrollWidth - el.clientWidth) + ": " + name(el).slice(0, 60));
		const words = [...el.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
		if (!words || !shown(el) || el.closest(".sr-only, .skip, template")) continue;
		if (/hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis" && el.scrollWidth > el.clientWidth + 1) wrong.push("cut: " + name(el));
		const box = el.getBoundingClientRect();
		if (style.position !== "fixed" && (box.right > root.clientWidth + 1 || box.left < -1) && !scrolls(el.parentElement) && !el.closest("#sidebar")) wrong.push("outside: " + name(el));
	}
	const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
	for (const el of document.querySelectorAll(controls)) {
		if (!shown(el) || el.disabled || el.closest(".sr-only, .skip, #sidebar, .drawer-shade") || el.classList.contains("sr-only") || getComputedStyle(el).pointerEvents === "none") continue;
		el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
		const box = el.getClientRects()[0];
		const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
		if (!at) wrong.push("out of reach: " + name(el));
		else if (at.closest(".jump")) continue; // comes with scrolling, and goes
		else if (!el.contains(at) && !at.contains(el) && !(el.labels && [...el.labels].some((l) => l.contains(at)))) wrong.push("under " + name(at) + ": " + name(el));
	}
	scrollTo(0, 0);
	return wrong.join("\n");
})()`

// unseen lists what shows no focus: what has it looks as it did without.
const unseen = `(() => {
	const wrong = [];
	document.documentElement.classList.add("changing"); // no colour is on its way
	const look = (el) => {
		const list = [];
		for (let e = el, n = 0; e && n < 4; e = e.parentElement, n++) {
			const s = getComputedStyle(e);
			list.push(s.outlineStyle === "none" ? "" : s.outlineWidth + s.outlineColor, s.boxShadow, s.borderTopColor + s.borderTopWidth, n ? "" : s.backgroundColor + s.opacity);
		}
		for (const l of el.labels || []) list.push(getComputedStyle(l).outlineStyle, getComputedStyle(l).outlineWidth);
		if (el.nextElementSibling) list.push(getComputedStyle(el.nextElementSibling).outlineStyle);
		return list.join(";");
	};
	for (const el of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
		if (!el.checkVisibility({ visibilityProperty: true }) || el.disabled || el.inert) continue;
		document.activeElement?.blur();
		const before = look(el);
		el.focus({ preventScroll: true, focusVisible: true });
		if (document.activeElement !== el) continue;
		if (look(el) === before) wrong.push(el.outerHTML.slice(0, 160));
	}
	document.activeElement?.blur();
	document.documentElement.classList.remove("changing");
	return wrong.join("\n");
})()`

// alike lists what is chosen but looks like what is not.
const alike = `(() => {
	const wrong = [];
	const look = (el) => {
		const s = getComputedStyle(el);
		return [s.backgroundColor, s.color, s.outlineStyle, s.borderTopWidth, s.borderTopColor, s.borderBottomColor, s.textDecorationLine, s.fontWeight].join(";");
	};
	for (const el of document.querySelectorAll("[aria-current]:not([aria-current=false]), [aria-selected=true], [aria-pressed=true]")) {
		if (!el.checkVisibility()) continue;
		const around = (e) => [e, ...e.querySelectorAll("*"), e.parentElement].map(look).join("|");
		const other = [...(el.closest("nav, ul, [role=listbox], .feedback, .filters") || document).querySelectorAll(el.localName)]
			.find((e) => e.className === el.className && e !== el && !["aria-current", "aria-selected", "aria-pressed"].some((a) => e.getAttribute(a) && e.getAttribute(a) !== "false") && e.childElementCount === el.childElementCount);
		if (other && around(other) === around(el)) wrong.push(el.outerHTML.slice(0, 160));
	}
	for (const el of document.querySelectorAll(".task .tick svg > *")) {
		if ((getComputedStyle(el).visibility === "visible") !== !!el.closest(".task-done")) wrong.push("a tick where nothing is done, or none: " + el.closest(".task").innerText);
	}
	return wrong.join("\n");
})()`

// zoom sets the size of the window and how many dots make a pixel.
func (c *checker) zoom(d device, dots float64) {
	c.t.Helper()
	c.run(c.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: d.width, Height: d.height, DeviceScaleFactor: dots, Mobile: d.mobile})
		return err
	}))
	c.settle()
}

// nothing fails the test with what a script lists.
func (c *checker) nothing(state, script string) {
	c.t.Helper()
	if wrong := eval[string](c.browser, c.ctx, "%s", script); wrong != "" {
		c.t.Errorf("%s:\n%s", state, wrong)
	}
}

// something fails the test when a script finds nothing wrong with a page that was
// spoilt.
func (c *checker) something(script, spoil string) {
	c.t.Helper()
	c.run(c.ctx, do(spoil))
	c.settle()
	if eval[string](c.browser, c.ctx, "%s", script) == "" {
		c.t.Errorf("nothing is found after %s", spoil)
	}
}

// Every page enlarged, and in the colours of the system.
func TestBrowserZoomAndForcedColours(t *testing.T) {
	w := galleryWeb(t)
	c := newChecker(w.open(desktop))
	if _, err := chromedp.Call(c.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	forced := &emulation.MediaFeature{Name: "forced-colors", Value: "active"}
	for _, s := range views.States() {
		if !s.Page || s.Name == "page-widget" {
			continue
		}
		c.run(c.ctx, chromedp.Navigate(w.url+"/state/"+s.Name), wait(`document.readyState === "complete"`))
		c.look(desktop, "light")
		c.nothing(s.Name+", no focus to be seen", unseen)
		c.look(desktop, "light", forced)
		c.nothing(s.Name+", forced colours, no focus to be seen", unseen)
		c.nothing(s.Name+", forced colours, chosen and not alike", alike)
		c.picture("forced-" + s.Name)
		c.look(desktop, "light")
		for d, dots := range map[device]float64{zoomed: 2, narrow: 4} {
			c.zoom(d, dots)
			c.nothing(s.Name+" "+d.name, cut)
			c.picture(d.name + "-" + s.Name)
		}
	}

	c.run(c.ctx, chromedp.Navigate(w.url+"/state/page-tasks"), wait(`document.readyState === "complete"`))
	c.something(cut, `document.querySelector(".task-title").style.cssText = "display: block; white-space: nowrap; width: 50rem"`)
	c.look(desktop, "light", forced)
	c.something(alike, `document.querySelector(".task .tick path").style.visibility = "visible"`)
	c.something(unseen, `document.styleSheets[0].insertRule(":focus-visible:focus-visible:focus-visible { outline: none !important }", document.styleSheets[0].cssRules.length)`)
}

// picture is a screenshot where somebody wants to look.
func (c *checker) picture(name string) {
	c.t.Helper()
	if *screenshots != "" {
		c.still(name)
	}
}
