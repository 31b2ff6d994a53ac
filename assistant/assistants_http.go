package assistant

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"

	openai "github.com/sashabaranov/go-openai"
)

// documentDoer hands go-openai JSON documents and nothing else: of any other
// answer it returns an error that holds nothing of the body. Why a run is
// incomplete, which go-openai does not read, is put where it reads why one failed.
type documentDoer struct{ doer }

// documents adapts a client for what is not streamed.
func documents(client *openai.ClientConfig, d doer) {
	client.AssistantVersion, client.HTTPClient = "v2", documentDoer{d}
}

// Do sends the request and checks the response.
func (d documentDoer) Do(req *http.Request) (*http.Response, error) {
	return d.send(req, checkDocument)
}

func checkDocument(resp *http.Response, body *idleBody) error {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return newStatusError(resp, body)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		return errHTML
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxWhole+1))
	if err != nil {
		return err
	}
	if len(raw) > maxWhole {
		return errTooLarge
	}
	var document map[string]json.RawMessage
	if json.Unmarshal(raw, &document) != nil {
		if startsLikeHTML(bytes.TrimSpace(raw)) {
			return errHTML
		}
		return errNotJSON
	}
	if raw, err = withReason(raw, document); err != nil {
		return errNotJSON
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(raw), body}
	return nil
}

func withReason(raw []byte, document map[string]json.RawMessage) ([]byte, error) {
	var details struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal(document["incomplete_details"], &details) != nil || details.Reason == "" {
		return raw, nil
	}
	var err error
	if document["last_error"], err = json.Marshal(map[string]string{"code": details.Reason}); err != nil {
		return nil, err
	}
	return json.Marshal(document)
}
