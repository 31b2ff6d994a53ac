package main

import "testing"

func TestTemplates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ code, want string }{
		"address of ours":         {`<img src={ static.URL("img/a.svg") } hx-get={ string(threadURL(id, "title")) } href={ x }/>`, ""},
		"picture":                 {`<img src={ x }/>`, "templ does not look at src={ x }"},
		"picture that may not be": {`<img src?={ x }/>`, "templ does not look at src={ x }"},
		"sources":                 {`<img srcset={ s.all }/>`, "srcset={ s.all }"},
		"button":                  {`<button formaction={ x }>`, "formaction={ x }"},
		"video":                   {`<video poster={ x }>`, "poster={ x }"},
		"htmx":                    {`<div hx-get={ x }>`, "hx-get={ x }"},
		"htmx by data":            {`<div data-hx-post={ string(x) }>`, "hx-post={ string(x) }"},
		"htmx's headers":          {`<div hx-headers={ x }>`, "hx-headers={ x }"},
		"htmx's script":           {`<div hx-on:click={ x }>`, "hx-on:click={ x }"},
		"htmx's target":           {`<div hx-target={ selector(x) }>`, ""},
		"data for scripts":        {`<div data-source={ x } aria-controls={ y }>`, ""},
		"script":                  {`<div onclick={ x }>`, "onclick={ x } is a style or a script"},
		"style":                   {`<div style={ x }>`, "style={ x } is a style or a script"},
		"page":                    {`<iframe srcdoc={ x }>`, "srcdoc={ x } is a style or a script"},
		"raw":                     {`@templ.Raw(x)`, "templ.Raw(x) is not looked at"},
		"raw after a sum":         {`@templ.Raw(Markdown(ctx, x) + y)`, "is not looked at"},
		"rendered":                {`@templ.Raw(Markdown(ctx, x))`, ""},
		"safe address":            {`<a href={ templ.SafeURL(x) }>`, "templ.SafeURL(x) is not looked at"},
		"safe path":               {`<a href={ templ.SafeURL("/invite/" + x) }>`, ""},
		"safe host":               {`<a href={ templ.SafeURL("//invite/" + x) }>`, "is not looked at"},
		"safe script":             {`<div data-x={ templ.JSExpression(x) }>`, "is not looked at"},
	} {
		wantNamed(t, name, checkTemplates(parse(t, map[string]string{"views/a.templ": "package views\n\t\t" + test.code + "\n"})), test.want)
	}
	for name, test := range map[string]struct{ code, want string }{
		"safe path":          {`func f(x string) any { return templ.SafeURL("/a" + x) }`, ""},
		"safe query":         {`func f(x string) any { return threadURL(x) + templ.SafeURL("?a=" + x) }`, ""},
		"safe host":          {`func f(x string) any { return templ.SafeURL("//a" + x) }`, "calls an address safe"},
		"safe variable":      {`func f(x string) any { return templ.SafeURL(x) }`, "calls an address safe"},
		"safe in its place":  {`func taskURL(x string) any { return templ.SafeURL(x) }`, ""},
		"raw":                {`var x = templ.Raw("<b>")`, "makes markup"},
		"component":          {`var x = templ.ComponentFunc(nil)`, "makes markup"},
		"attribute":          {`func f(x string) any { return templ.Attributes{x: "y"} }`, "names an attribute"},
		"named attribute":    {`func f(x string) any { return templ.Attributes{"data-x": x} }`, ""},
		"later attribute":    {`func f(x string) { attrs := templ.Attributes{}; attrs[x] = true }`, "names an attribute"},
		"later, named":       {`func f(x string) { attrs := templ.Attributes{}; attrs["x"] = x }`, ""},
		"later, from a list": {`func cellSpan(x string) { attrs := templ.Attributes{}; attrs[x] = true }`, ""},
	} {
		wantNamed(t, "Go, "+name, checkTemplates(parse(t, map[string]string{"views/a.go": "package views\n" + test.code + "\n"})), test.want)
	}
}
