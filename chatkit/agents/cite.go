package agents

import (
	"net/url"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// DefaultCite makes the source that the official SDK makes: a page or a file.
// What has no name is dropped, and so are addresses that are no page's.
func DefaultCite(c CitedSource) (chatkit.Source, *int) {
	switch c.Kind {
	case KindURL:
		if !isPage(c.URL) {
			return nil, nil
		}
		title := c.Title
		if title == "" {
			title = c.URL
		}
		return &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: title}, URL: c.URL}, c.Index
	case KindFile, KindContainerFile:
		if c.Filename == "" {
			return nil, nil
		}
		return &chatkit.FileSource{SourceBase: chatkit.SourceBase{Title: c.Filename}, Filename: c.Filename}, c.Index
	}
	return nil, nil
}

// annotation makes an annotation of a citation. skipped is how many characters
// its text lost at its beginning.
func (t *Translator) annotation(c CitedSource, skipped int) (chatkit.Annotation, bool) {
	source, index := t.opts.Cite(c)
	if source == nil {
		return chatkit.Annotation{}, false
	}
	if index != nil {
		at := max(0, *index-skipped)
		index = &at
	}
	return chatkit.Annotation{Source: source, Index: index}, true
}

func (t *Translator) annotations(list []CitedSource, skipped int) []chatkit.Annotation {
	var kept []chatkit.Annotation
	for _, c := range list {
		if a, ok := t.annotation(c, skipped); ok {
			kept = append(kept, a)
		}
	}
	return kept
}

// isPage tells a page of the web from what a browser should not open, such as
// scripts and local files.
func isPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// hostOf names a page by its host.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
