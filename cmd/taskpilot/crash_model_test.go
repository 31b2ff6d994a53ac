package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// question asks the model for an answer of so many words, each of which names
// the question, so that any text can be told to be its beginning.
func question(key string, words int) string { return fmt.Sprintf("%s %d", key, words) }

// answerTo is what the model says.
func answerTo(key string, words int) string {
	var b strings.Builder
	for i := range words {
		b.WriteString(answerWord(key, i))
	}
	return b.String()
}

func answerWord(key string, i int) string { return fmt.Sprintf("%s-%d ", key, i) }

// newModel is an OpenAI-compatible server that answers each question word by
// word, at a steady pace. Each answer is another's and known beforehand, which
// the scripts of package openaitest don't offer.
func newModel(t *testing.T, pace time.Duration) (url string) {
	t.Helper()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, words, err := readQuestion(r)
		if err != nil {
			http.Error(w, `{"error":{"message":"not a question"}}`, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		for i := range words {
			if sendChunk(w, answerWord(key, i), "null") != nil {
				return
			}
			select {
			case <-ticker.C:
			case <-r.Context().Done():
				return
			case <-over:
				return
			}
		}
		_ = sendChunk(w, "", `"stop"`) // a client that left needs no end
	}))
	t.Cleanup(func() {
		close(over)
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL + "/v1"
}

func readQuestion(r *http.Request) (key string, words int, err error) {
	var body struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return "", 0, err
	}
	for _, m := range body.Messages {
		if m.Role == "user" {
			// A question whose answer never began stands with the next in one message.
			text := strings.TrimSpace(m.Content)
			if _, err = fmt.Sscan(text[strings.LastIndexByte(text, '\n')+1:], &key, &words); err != nil {
				return "", 0, err
			}
		}
	}
	return key, words, nil
}

func sendChunk(w http.ResponseWriter, text, finish string) error {
	_, err := fmt.Fprintf(w, `data: {"choices":[{"index":0,"delta":{"content":%q},"finish_reason":%s}]}`+"\n\n", text, finish)
	if err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
