// Package viewstest has what hostile text looks like, and finds out whether a page
// of ours would do anything with it.
package viewstest

import (
	"fmt"
	"strings"
)

// HostileTexts are texts that run or load something wherever they are taken for
// markup, an address, a style or an attribute: more than 500.
func HostileTexts() []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	// Elements that run something when an event comes by itself.
	for _, tag := range strings.Fields("img svg body video audio iframe object embed input details marquee math form select textarea button a div style link meta isindex") {
		for _, on := range strings.Fields("onerror onload onfocus ontoggle onbegin onstart onpageshow onanimationstart ontransitionend onpointerenter") {
			add(`<%s src=x %s=alert(1) autofocus open>`, tag, on)
		}
	}
	// Ways out of attributes, texts and elements.
	for _, out := range []string{`"`, `'`, "`", `">`, `'>`, `-->`, `]]>`, `</p>`, `</textarea>`, `</title>`, `</script>`, `</style>`, `</template>`, `</noscript>`, `</svg>`, `</math>`, `</select>`, `</form>`, `</button>`, `\"`, `&quot;>`, `&#34;>`, "\x00", "\n", "\u2028", "\ufeff", "\u202e", "＜", "%22%3e", `\u0022\u003e`} {
		add(`%s<script>alert(1)</script>`, out)
		add(`%s onmouseover=alert(1) x=`, out)
		add(`%s hx-get=/signout hx-trigger=load `, out)
		add(`%s style=background:url(//evil.example/x) `, out)
	}
	// Addresses that are code.
	for _, scheme := range []string{"javascript:", "JaVaScRiPt:", " javascript:", "java\tscript:", "java\nscript:", "java\x00script:", "\x01javascript:", "javascript&colon;", "&#106;avascript:", "&#x6A;avascript:", "javascript\u200b:", "vbscript:", "data:text/html,", "data:text/html;base64,", "data:image/svg+xml,", "data:image/svg+xml;base64,", "data:application/xhtml+xml,", "file:///", "blob:", "view-source:", "//evil.example/", `\\evil.example\`, "https:evil.example", "http:///evil.example"} {
		add(`%salert(1)`, scheme)
		add(`[x](%salert(1))`, scheme)
		add(`[x](<%salert(1)>)`, scheme)
		add(`![x](%salert(1))`, scheme)
		add("[x]: %salert(1)\n\n[x]", scheme)
		add(`<%salert(1)>`, scheme)
		add(`<a href="%salert(1)">x</a>`, scheme)
	}
	// Styles.
	for _, css := range []string{`url(https://evil.example/x)`, `expression(alert(1))`, `red;background:url(//evil.example)`, `}body{display:none`, `image-set("https://evil.example/x")`, `var(--x,url(//evil.example))`, `-moz-binding:url(x)`, `rgb(url(x))`, `10px;position:fixed`, `1e9px`, `calc(1px)`, `light-dark(url(a),red)`, "red\\3b background:url(x)", `@import "//evil.example"`, `attr(x)`, `env(x)`} {
		add("%s", css)
		add(`<style>%s</style>`, css)
		add(`<p style="%s">x</p>`, css)
	}
	// What frameworks and this page's own scripts would act on.
	for _, own := range []string{`{{constructor.constructor('alert(1)')()}}`, `${alert(1)}`, `<%= alert(1) %>`, `{%raw%}`, `<div hx-get="/chat" hx-trigger="load">`, `<div data-hx-get="/chat" hx-on:click="alert(1)">`, `<form data-tool="open_link" data-arguments='{}'>`, `<a data-picture="evil.example" href="https://evil.example">x</a>`, `<b data-css="background:url(//evil.example)">x</b>`, `<div class="turn" id="turns">`, `<input name="csrf_token">`, `<base href="//evil.example/">`, `<meta http-equiv="refresh" content="0;url=//evil.example">`, `<link rel="stylesheet" href="//evil.example">`, `<img name="body">`, `<a id="turns"><a id="turns" name="x">`, "\uE0007\uE001", "\uE000<script>\uE001", `<hx-partial>`, `<template><script>alert(1)</script></template>`} {
		add("%s", own)
		add("> %s", own)
	}
	// Markup that changes its meaning when it is read a second time.
	for _, odd := range []string{`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, `<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<svg><script xlink:href=data:,alert(1) />`, `<svg><a xlink:href="javascript:alert(1)"><text>x`, `<svg><animate attributeName=href values=javascript:alert(1)>`, `<svg><use href="data:image/svg+xml,<svg id=x>#x">`, `<![CDATA[<img src=x onerror=alert(1)>]]>`, `<!--><img src=x onerror=alert(1)>-->`, `<?xml-stylesheet href="//evil.example"?>`, `<xmp><img src=x onerror=alert(1)></xmp>`, `<plaintext><img src=x onerror=alert(1)>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, `<<script>alert(1)//<</script>`, `<script/src=//evil.example>`, `<img/src=x/onerror=alert(1)>`, "<img\x0csrc=x\x0conerror=alert(1)>", `<IMG SRC=x oNeRrOr=alert(1)>`, `<object data="javascript:alert(1)">`, `<embed src="//evil.example">`, `<iframe srcdoc="<script>alert(1)</script>">`, `<portal src=//evil.example>`, `<video poster=//evil.example><source src=x onerror=alert(1)>`, `<picture><source srcset=//evil.example/x>`, `<input type=image src=//evil.example formaction=javascript:alert(1)>`, `<table background=//evil.example>`} {
		add("%s", odd)
		add("```html\n%s\n```", odd)
		add("| a |\n|---|\n| %s |", odd)
	}
	return list
}
