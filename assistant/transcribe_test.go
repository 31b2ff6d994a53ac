package assistant

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

func transcriber(t *testing.T, srv *openaitest.Server, limits Limits) *Transcriber {
	t.Helper()
	tr, err := NewTranscriber(TranscriberConfig{BaseURL: srv.URL(), APIKey: testKey, Model: "whisper-1", Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func recording(mediaType string, size int) chatkit.Audio {
	return chatkit.Audio{Data: bytes.Repeat([]byte{7}, size), MimeType: mediaType + ";codecs=opus", MediaType: mediaType}
}

func TestTranscribe(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	tr := transcriber(t, srv, Limits{})
	srv.Always(openaitest.Transcript("Buy milk,\x00 please."))
	for mediaType, name := range map[string]string{"audio/webm": "speech.webm", "audio/mp4": "speech.mp4", "audio/ogg": "speech.ogg", "audio/x-wav": "speech.wav"} {
		text, err := tr.Transcribe(t.Context(), recording(mediaType, MaxRecording))
		if err != nil || text != chatkit.CleanText("Buy milk,\x00 please.") {
			t.Fatalf("%s: %q, %v", mediaType, text, err)
		}
		all := srv.Requests()
		sent := all[len(all)-1]
		if a := sent.Audio; a.Model != "whisper-1" || a.Format != "json" || a.FileName != name || len(a.Data) != MaxRecording {
			t.Errorf("%s: sent %s %s %s, %d bytes", mediaType, a.Model, a.Format, a.FileName, len(a.Data))
		}
		if key := sent.Header.Get("Authorization"); key != "Bearer "+testKey {
			t.Errorf("Authorization: %q", key)
		}
	}
}

func TestTranscribeRefuses(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	tr := transcriber(t, srv, Limits{})
	_, err := tr.Transcribe(t.Context(), recording("text/html", 10))
	told(t, err, "kind of recording", false)
	_, err = tr.Transcribe(t.Context(), recording("audio/webm", MaxRecording+1))
	told(t, err, "too long", false)
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent all the same", n)
	}
}

func TestTranscribeFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		b     openaitest.Behaviour
		want  string
		retry bool
	}{
		{openaitest.BadRequest(), "record it again", true},
		{openaitest.Unauthorized(), "TRANSCRIBE_API_KEY", false},
		{openaitest.Forbidden(), "TRANSCRIBE_API_KEY", false},
		{openaitest.NotFound(), "TRANSCRIBE_MODEL and TRANSCRIBE_BASE_URL", false},
		{openaitest.NoCredit(), "no credit left", false},
		{openaitest.TooManyRequests("7"), "in a moment", true},
		{openaitest.ServerError(), "busy", true},
		{openaitest.BadGateway(), "busy", true},
		{openaitest.Redirect("http://127.0.0.1:1/"), "record it again", true},
		{openaitest.HTML(), "can't be read", false},
		{openaitest.ErrorJSON(), "can't be read", false},
		{openaitest.UsageOnly(), "can't be read", false},
		{openaitest.StallBeforeHeader(), "didn't answer", true},
	} {
		t.Run(tc.b.String(), func(t *testing.T) {
			t.Parallel()
			srv := openaitest.New(t)
			srv.Always(tc.b)
			text, err := transcriber(t, srv, Limits{Header: 500 * time.Millisecond, Idle: 500 * time.Millisecond}).
				Transcribe(t.Context(), recording("audio/webm", 100))
			if text != "" {
				t.Errorf("it says %q", text)
			}
			told(t, err, tc.want, tc.retry)
			if n := len(srv.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestTranscribeEnds with its caller and after its time.
func TestTranscribeEnds(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Always(openaitest.StallBeforeHeader())
	_, err := transcriber(t, srv, Limits{Total: 50 * time.Millisecond}).Transcribe(t.Context(), recording("audio/webm", 100))
	told(t, err, "didn't answer", true)
	srv = openaitest.New(t)
	srv.Always(openaitest.StallBeforeHeader())
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	go func() {
		<-srv.Arrived()
		leave()
	}()
	if _, err := transcriber(t, srv, Limits{}).Transcribe(ctx, recording("audio/webm", 100)); !errors.Is(err, context.Canceled) {
		t.Errorf("left with %v", err)
	}
}
