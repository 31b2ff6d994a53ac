package views

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestTranscriptFileNeedsNothingElse(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := TranscriptFile(galleryTranscript()).Render(Unhurried(t.Context()), &b); err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`<script|<form|<link|\ssrc="[^d]|href="/|HIDDEN|csrf`).FindString(b.String()); found != "" {
		t.Errorf("the file has %q", found)
	}
	for _, part := range []string{"<style>", "Content-Security-Policy", "call the dentist", `class="tk"`, "Release checklist"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("the file has no %q", part)
		}
	}
}

func TestTranscriptAsMarkdown(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/transcript.md")
	if err != nil {
		t.Fatal(err)
	}
	if got := galleryTranscript().Markdown(t.Context()); got != string(want) {
		t.Errorf("got:\n%s", got)
	}
}
