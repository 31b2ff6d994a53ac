package chatkit_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// record makes TestConformance write what the official server answered, for
// TestTranscript, which needs no Python.
var record = flag.Bool("record", false, "write testdata/conformance/official.jsonl anew")

var transcriptFile = filepath.Join("testdata", "conformance", "official.jsonl")

func writeTranscript(t *testing.T, answers []answer) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, a := range answers {
		if err := enc.Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(transcriptFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTranscript reads what the official server sent over the tour: every frame
// is written again as it came, and a client that folds the first answers ends
// with what the server says is in the thread.
func TestTranscript(t *testing.T) {
	t.Parallel()
	file, err := os.Open(transcriptFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var fold chatkit.Fold
	var ids placeholders
	frames, compared := 0, false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		for _, frame := range a.Frames {
			frames++
			ev, err := chatkit.UnmarshalEvent([]byte(frame))
			if err != nil {
				t.Fatalf("%s: %v", frame, err)
			}
			again, err := chatkit.MarshalEvent(ev)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "a frame", ids.normal(t, answer{Reply: string(again)}), ids.normal(t, answer{Reply: frame}))
			if err := fold.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
		if a.Frames == nil && a.Error == "" && !compared && json.Unmarshal([]byte(a.Reply), new(chatkit.Thread)) == nil && bytes.Contains([]byte(a.Reply), []byte(`"title"`)) {
			compared = true
			sameItems(t, &ids, a.Reply, &fold)
		}
	}
	if frames < 60 || !compared {
		t.Errorf("%d frames, compared %v", frames, compared)
	}
}

// sameItems fails the test unless the fold shows the items of a thread as the
// server gave it. (Its first page: the oldest 20.)
func sameItems(t *testing.T, ids *placeholders, reply string, fold *chatkit.Fold) {
	t.Helper()
	var thread chatkit.Thread
	if err := json.Unmarshal([]byte(reply), &thread); err != nil {
		t.Fatal(err)
	}
	shown := fold.Items()
	if len(shown) < len(thread.Items.Data) || len(thread.Items.Data) < 15 {
		t.Fatalf("shown are %d items, the thread has %d", len(shown), len(thread.Items.Data))
	}
	for i, it := range thread.Items.Data {
		if it.ItemType() == "client_tool_call" {
			continue // no event says that its output has come
		}
		want, err := chatkit.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		got, err := chatkit.Marshal(shown[i])
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "an item", ids.normal(t, answer{Reply: string(got)}), ids.normal(t, answer{Reply: string(want)}))
	}
	if fold.Thread == nil || fold.Thread.Title != thread.Title {
		t.Errorf("the title is %q, not %q", fold.Thread.Title, thread.Title)
	}
}
