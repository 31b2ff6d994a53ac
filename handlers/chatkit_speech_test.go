package handlers

import (
	"bytes"
	"encoding/base64"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func speech(t *testing.T, srv *openaitest.Server) chatkit.Transcriber {
	t.Helper()
	tr, err := assistant.NewTranscriber(assistant.TranscriberConfig{BaseURL: srv.URL(), APIKey: "sk-" + openaitest.Canary, Model: "whisper-1"})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestChatKitTranscribes(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Always(openaitest.Transcript("Buy milk."))
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Transcriber = speech(t, srv) })
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	v.http.Timeout = 2 * time.Minute                        // a machine that is busy
	sound := bytes.Repeat([]byte{0xfb, 0xff, 1}, 3_495_253) // 10 MiB
	params := func(audio, mimeType string) string {
		return `{"audio_base64":"` + audio + `","mime_type":"` + mimeType + `"}`
	}
	std, url := base64.StdEncoding.EncodeToString(sound), base64.RawURLEncoding.EncodeToString(sound[:31])
	for _, c := range []struct {
		name, audio, mimeType string
		bytes                 int
	}{
		{"10 MiB", std, "audio/webm;codecs=opus", len(sound)},
		{"for URLs, without padding", url, "Audio/WebM", 31},
		{"in lines", url[:10] + "\\r\\n" + url[10:] + " ", "audio/mp4", 31},
	} {
		if r := v.kit("input.transcribe", params(c.audio, c.mimeType)).want(200); string(r.body) != `{"text":"Buy milk."}` {
			t.Errorf("%s: %s", c.name, r.body)
		}
		all := srv.Requests()
		if got := all[len(all)-1].Audio.Data; !bytes.Equal(got, sound[:c.bytes]) {
			t.Errorf("%s: %d bytes arrived, want %d", c.name, len(got), c.bytes)
		}
	}
	_, secret, err := s.db.MakeAPIToken(t.Context(), v.user.ID, models.NewAPIToken{Name: "x", Scopes: []string{models.ScopeChat}})
	if err != nil {
		t.Fatal(err)
	}
	s.bearer(secret).kit("input.transcribe", params(std, "audio/webm")).want(200)
	s.bearer(secret+"x").kit("input.transcribe", params(std, "audio/webm")).problem(413, "too_large") // of a stranger that much is not read
	sent := len(srv.Requests())
	v.kit("input.transcribe", params("", "audio/webm")).problem(400, "invalid_request")
	v.kit("input.transcribe", params("!!!!", "audio/webm")).problem(400, "invalid_request")
	v.kit("input.transcribe", params("GkXf", "image/png")).problem(400, "failed").has("kind of recording")
	v.kit("input.transcribe", params(std+"AAAA", "audio/webm")).problem(400, "failed").has("too long")
	if status := exchange(t, s, "POST /api/v1/chatkit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+v.bearer+
		"\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n"); status != "HTTP/1.1 413 Request Entity Too Large" {
		t.Errorf("20 MB: %s", status)
	}
	s.nobody().kit("input.transcribe", params("GkXf", "audio/webm")).problem(401, "unauthorized")
	if n := len(srv.Requests()); n != sent {
		t.Errorf("%d requests went to the speech server all the same", n-sent)
	}
	srv.Always(openaitest.Unauthorized())
	v.kit("input.transcribe", params("GkXf", "audio/webm")).problem(400, "failed").has("TRANSCRIBE_API_KEY").lacks(openaitest.Canary)
}
