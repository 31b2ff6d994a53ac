package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

// TranscriberConfig is what a Transcriber needs.
type TranscriberConfig struct {
	BaseURL string // as Config.BaseURL
	APIKey  string // "" sends none
	Model   string
	Limits  Limits // Dial, Header, Idle and Total count; Total is 2 min by default
}

// Transcriber writes down recordings by the audio interface of an
// OpenAI-compatible server.
type Transcriber struct {
	client *openai.Client
	key    string
	model  string
	total  time.Duration
}

var _ chatkit.Transcriber = (*Transcriber)(nil)

// MaxRecording is how many bytes a recording may have.
const MaxRecording = 10 << 20

const (
	transcribeTime = 2 * time.Minute
	maxTranscript  = 1 << 20 // bytes of the server's answer
)

// recordingNames has, by media type, a file name whose ending tells the server
// what it is. Browsers record the first three.
var recordingNames = map[string]string{
	"audio/webm": "speech.webm", "audio/mp4": "speech.mp4", "audio/ogg": "speech.ogg",
	"video/webm": "speech.webm", "video/mp4": "speech.mp4", "application/ogg": "speech.ogg", "audio/opus": "speech.ogg",
	"audio/m4a": "speech.m4a", "audio/x-m4a": "speech.m4a", "audio/mpeg": "speech.mp3", "audio/mp3": "speech.mp3",
	"audio/wav": "speech.wav", "audio/wave": "speech.wav", "audio/x-wav": "speech.wav", "audio/vnd.wave": "speech.wav",
	"audio/flac": "speech.flac", "audio/x-flac": "speech.flac",
}

// NewTranscriber returns a transcriber, which does not call its server yet.
func NewTranscriber(cfg TranscriberConfig) (*Transcriber, error) {
	if cfg.Model == "" {
		return nil, errors.New("assistant: transcriber: no model is named")
	}
	total := cfg.Limits.Total
	if total <= 0 {
		total = transcribeTime
	}
	limits := cfg.Limits.withDefaults()
	client := openai.DefaultConfig(cfg.APIKey)
	if cfg.BaseURL != "" {
		base, err := baseURL(cfg.BaseURL)
		if err != nil {
			return nil, err
		}
		client.BaseURL = base
	}
	d := newDoer(newTransport(limits), limits)
	client.HTTPClient = transcriptDoer{d}
	return &Transcriber{client: openai.NewClientWithConfig(client), key: cfg.APIKey, model: cfg.Model, total: total}, nil
}

// Transcribe returns the words of a recording.
func (t *Transcriber) Transcribe(ctx context.Context, audio chatkit.Audio) (string, error) {
	name, known := recordingNames[audio.MediaType]
	switch {
	case !known:
		return "", &chatkit.Error{Message: "This kind of recording can't be written down. Send webm, mp4, ogg, mp3, wav or flac."}
	case len(audio.Data) > MaxRecording:
		return "", &chatkit.Error{Message: "This recording is too long. Please record a shorter one."}
	}
	bounded, cancel := context.WithTimeoutCause(ctx, t.total, errTooLong)
	defer cancel()
	out, err := t.client.CreateTranscription(bounded, openai.AudioRequest{
		Model: t.model, FilePath: name, Reader: bytes.NewReader(audio.Data), Format: openai.AudioResponseFormatJSON})
	if err == nil {
		return chatkit.CleanText(out.Text), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if bounded.Err() != nil {
		err = context.Cause(bounded)
	}
	words, retry := transcriptSentence(err)
	return "", &chatkit.Error{Message: words, AllowRetry: retry, Err: fmt.Errorf("assistant: transcribe: %w", withoutSecrets(err, t.key))}
}

// transcriptDoer hands go-openai a transcript and nothing else: of any other
// answer it returns an error that holds nothing of the body.
type transcriptDoer struct{ doer }

// Do sends the request and checks the response.
func (d transcriptDoer) Do(req *http.Request) (*http.Response, error) {
	return d.send(req, checkTranscript)
}

func checkTranscript(resp *http.Response, body *idleBody) error {
	if resp.StatusCode != http.StatusOK {
		return newStatusError(resp, body)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		return errHTML
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxTranscript+1))
	if err != nil {
		return err
	}
	if len(raw) > maxTranscript {
		return errTooLarge
	}
	var transcript struct {
		Text *string `json:"text"`
	}
	if json.Unmarshal(raw, &transcript) != nil || transcript.Text == nil {
		return errNotJSON
	}
	if raw, err = json.Marshal(transcript); err != nil {
		return errNotJSON
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(raw), body}
	return nil
}

// transcriptSentence tells the person what went wrong with the speech server.
func transcriptSentence(err error) (words string, retry bool) {
	e, ok := errors.AsType[*statusError](err)
	switch {
	case !ok && (errors.Is(err, errHTML) || errors.Is(err, errNotJSON)):
		return "The speech server's answer can't be read. " + checkServer + "TRANSCRIBE_BASE_URL.", false
	case !ok:
		return "The speech server didn't answer. Please try again, or write instead.", true
	case e.status == http.StatusUnauthorized || e.status == http.StatusForbidden:
		return "The speech server doesn't accept TaskPilot's key. " + checkServer + "TRANSCRIBE_API_KEY.", false
	case e.status == http.StatusNotFound:
		return "The speech server doesn't know the model, or has another address. " + checkServer + "TRANSCRIBE_MODEL and TRANSCRIBE_BASE_URL.", false
	case e.status == http.StatusRequestEntityTooLarge:
		return "This recording is too long for the speech server. Please record a shorter one.", false
	case e.noCredit():
		return "The account at the speech server has no credit left. " + checkServer + "its plan.", false
	case e.status == http.StatusTooManyRequests || e.status >= 500:
		return "The speech server is busy or has a problem of its own. Please try again in a moment.", true
	}
	return "The speech server could not use this recording. Please record it again.", true
}
