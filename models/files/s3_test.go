package files_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// objectStore is a server that speaks as much S3 as is needed here.
type objectStore struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (o *objectStore) names() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []string
	for name := range o.objects {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// ServeHTTP answers at /bucket/key.
func (o *objectStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/bucket/")
	switch {
	case r.Method == http.MethodPut:
		body, err := unchunked(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		o.objects[key] = body
	case r.Method == http.MethodDelete:
		delete(o.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Get("list-type") == "2":
		o.list(w, r.URL.Query().Get("prefix"))
	default:
		body, ok := o.objects[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		_, _ = w.Write(body)
	}
}

func (o *objectStore) list(w http.ResponseWriter, prefix string) {
	type entry struct {
		Key, LastModified string
		Size              int
	}
	var result struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []entry
	}
	for name, body := range o.objects {
		if strings.HasPrefix(name, prefix) {
			result.Contents = append(result.Contents, entry{name, time.Now().UTC().Format(time.RFC3339), len(body)})
		}
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(result)
}

// unchunked reads a body in the form in which signed streams come.
func unchunked(r *http.Request) ([]byte, error) {
	if !strings.Contains(r.Header.Get("Content-Encoding")+r.Header.Get("X-Amz-Content-Sha256"), "STREAMING") {
		return io.ReadAll(r.Body)
	}
	var body []byte
	in := bufio.NewReader(r.Body)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil {
			return nil, fmt.Errorf("a chunk of the size %q", size)
		}
		if n == 0 {
			return body, nil
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return nil, err
		}
		body = append(body, chunk[:n]...)
	}
}

// Not parallel: the library takes its keys from the environment.
func TestObjectStore(t *testing.T) {
	store := &objectStore{objects: map[string][]byte{"other": []byte("x")}}
	server := httptest.NewServer(store)
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	address := "s3://bucket?region=us-east-1&use_path_style=true&endpoint=" + server.URL
	at := func(o *files.Options) { o.URL = address }
	db := modelstest.Open(t)
	s := newShelf(t, db, at)
	a, text := s.add("a.png", pngOf(t, 600, 20)), s.add("a.txt", []byte(strings.Repeat("x", 6<<20)))
	if names := store.names(); len(names) != 4 {
		t.Errorf("stored: %v", names)
	}
	if _, c := s.read(a.ID, true); c.MimeType != "image/jpeg" {
		t.Errorf("the preview is %s", c.MimeType)
	}
	if got, _ := s.read(text.ID, false); len(got) != 6<<20 {
		t.Errorf("read %d bytes", len(got))
	}
	if err := s.Delete(t.Context(), s.ann.ID, text.ID); err != nil {
		t.Fatal(err)
	}
	late := newShelf(t, db, at, func(o *files.Options) { o.Now = func() time.Time { return time.Now().Add(25 * time.Hour) } })
	if err := late.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := store.names(); !slices.Equal(names, []string{"other"}) {
		t.Errorf("after the sweep: %v", names)
	}
}
