package handlers

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/static"
	"github.com/taskpilot/taskpilot/views"
)

// Gallery serves every component and page in every state, with made-up data: no
// database, nobody signed in, the content policy of the real pages.
func Gallery() http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, c templ.Component) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			var buf bytes.Buffer
			if err := c.Render(r.Context(), &buf); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Security-Policy", contentSecurityPolicy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(buf.Bytes())
		})
	}
	page("GET /{$}", views.Gallery(func(s views.State) string { return "/state/" + s.Name }))
	for _, s := range views.States() {
		page("GET /state/"+s.Name, s.View)
	}
	// What its forms and links would send is answered with nothing.
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET "+static.Prefix, func(w http.ResponseWriter, r *http.Request) {
		content, contentType, ok := static.Open(r.URL.Path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(content)
	})
	return mux
}
