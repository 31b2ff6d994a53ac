package handlers

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// announce begins an upload in two phases.
func (v *visitor) announce(name, mimeType string) attached {
	v.s.t.Helper()
	return v.kit("attachments.create", fmt.Sprintf(`{"name":%q,"size":5,"mime_type":%q}`, name, mimeType)).attachment()
}

func TestSignedAddresses(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	now := time.Date(2026, 11, 26, 10, 30, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s := boot(t, db, func(o *Options) { o.Now = clock })
	bob, ann := modelstest.User(t, db, "bob@example.com"), modelstest.User(t, db, "ann@example.com")
	v := s.browser(ann)
	a := v.upload("cat.png", picture(t, 10, 10)).attachment()
	b := v.announce("late.txt", "text/plain")
	everyone := s.nobody()
	good := s.local(a.PreviewURL)
	everyone.do("GET", good, nil).want(200)
	change := func(name, value string) string {
		u, _ := url.Parse(good)
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for what, address := range map[string]string{
		"another person's": change("by", bob.ID), "a later end": change("until", "9999999999"), "no number": change("until", "x"),
		"another signature": change("sig", strings.Repeat("A", 43)), "no signature": change("sig", ""), "nothing": strings.SplitN(good, "?", 2)[0],
		"another use":   strings.Replace(good, "/preview?", "/content?", 1),
		"another file":  strings.Replace(good, a.ID, b.ID, 1),
		"upload as use": strings.Replace(good, "/preview?", "/upload?", 1),
	} {
		method := "GET"
		if strings.Contains(address, "/upload") {
			method = "POST"
		}
		if r := everyone.do(method, address, nil); r.status != 403 {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
	to := s.local(b.UploadDescriptor.URL)
	now = now.Add(3 * time.Hour)
	everyone.do("PUT", to, rawBody{"text/plain", strings.NewReader("hello")}).problem(403, "expired")
	everyone.do("GET", good, nil).want(200)
	now = now.Add(11 * time.Hour)
	everyone.do("GET", good, nil).problem(403, "expired")
	// The file itself is still there, at a new address.
	a = v.do("GET", uploadPath+"/"+a.ID, nil).attachment()
	everyone.do("GET", s.local(a.PreviewURL), nil).want(200)
	if err := db.DeleteUser(t.Context(), ann.ID); err != nil {
		t.Fatal(err)
	}
	everyone.do("GET", s.local(a.PreviewURL), nil).want(404)
}

// An address in what is stored is made anew for whoever reads it.
func TestAddressesAreMadeAnew(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		now := time.Now()
		s := boot(t, db, func(o *Options) { o.Now = func() time.Time { return now } })
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		a := v.upload("cat.png", picture(t, 10, 10)).attachment()
		first := itemOf[*chatkit.UserMessage](t, v.kit("threads.create", `{"input":`+messageWith("look", a.ID)+`}`).events())
		thread := first.ThreadID
		now = now.Add(48 * time.Hour)
		v = s.program(v.user)
		s.nobody().do("GET", s.local(first.Attachments[0].PreviewURL), nil).problem(403, "expired")
		var got struct {
			Data  []*chatkit.UserMessage
			Items struct{ Data []*chatkit.UserMessage }
		}
		v.kit("items.list", fmt.Sprintf(`{"thread_id":%q,"order":"asc","limit":1}`, thread)).want(200).json(&got)
		v.kit("threads.get_by_id", fmt.Sprintf(`{"thread_id":%q}`, thread)).want(200).json(&got)
		var rest struct {
			Messages []struct{ Attachments []attached }
		}
		v.do("GET", "/api/v1/chatkit/threads/"+thread+"/messages", nil).want(200).json(&rest)
		for where, address := range map[string]string{
			"items.list": got.Data[0].Attachments[0].PreviewURL, "threads.get_by_id": got.Items.Data[0].Attachments[0].PreviewURL,
			"messages": rest.Messages[0].Attachments[0].PreviewURL,
		} {
			if r := s.nobody().do("GET", s.local(address), nil); r.status != 200 {
				t.Errorf("%s: %d at %s", where, r.status, address)
			}
		}
		page := s.browser(v.user)
		page.do("GET", "/chat/"+thread, nil).want(200).has(`src="/files/` + a.ID + `/preview"`)
		page.do("GET", "/files/"+a.ID+"/preview", nil).want(200)
	})
}

func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		ann, bob := s.program(modelstest.User(t, db, "ann@example.com")), s.program(modelstest.User(t, db, "bob@example.com"))
		a := ann.upload("mine.txt", []byte("mine")).attachment()
		bob.kit("threads.create", `{"input":`+messageWith("steal", a.ID)+`}`).problem(404, "not_found")
		bob.kit("attachments.delete", fmt.Sprintf(`{"attachment_id":%q}`, a.ID)).problem(404, "not_found")
		var mine threadJSON
		bob.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&mine)
		bob.do("POST", "/api/v1/chatkit/threads/"+mine.ID+"/messages", map[string]any{"content": "x", "attachments": []string{a.ID}}).problem(404, "not_found")
		bob.kit("threads.list", `{}`).want(200).lacks("steal")
		ann.kit("attachments.delete", fmt.Sprintf(`{"attachment_id":%q}`, a.ID)).want(200)
		ann.kit("attachments.delete", fmt.Sprintf(`{"attachment_id":%q}`, a.ID)).problem(404, "not_found")
		ann.kit("threads.create", `{"input":`+messageWith("gone", a.ID)+`}`).problem(404, "not_found").has("Attach it again")
	})
}

func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	v.kit("attachments.create", `{"name":"a.svg","size":5,"mime_type":"image/svg+xml"}`).problem(415, "unsupported_media_type")
	v.kit("attachments.create", `{"name":"a.txt","size":20971521,"mime_type":"text/plain"}`).problem(413, "too_large")
	v.upload("a.png", []byte("<html><script>")).problem(415, "unsupported_media_type")
	v.upload("a.txt", nil).problem(400, "invalid_file")
	v.do("POST", uploadPath, `{"file":"x"}`).problem(415, "unsupported_media_type")
	v.do("POST", uploadPath, rawBody{"multipart/form-data", strings.NewReader("x")}).problem(415, "unsupported_media_type")
	v.do("POST", uploadPath, rawBody{"multipart/form-data; boundary=x", strings.NewReader("no form")}).problem(400, "invalid_request")
	many := make([]string, 0, 20_000)
	for range 10_000 {
		many = append(many, "field", "x")
	}
	v.upload("a.txt", []byte("x"), many[:38]...).want(200)
	v.upload("a.txt", []byte("x"), many[:40]...).problem(400, "invalid_request").has("too many parts")
	v.upload("a.txt", []byte("x"), many...).problem(400, "invalid_request")
	v.upload("a.txt", []byte("x"), "field", strings.Repeat("x", 5000)).problem(400, "invalid_request")
	a := v.announce("a.png", "image/png")
	v.do("PUT", s.local(a.UploadDescriptor.URL), rawBody{"image/png", strings.NewReader("words")}).problem(400, "invalid_file").has("no picture")
	v.do("PUT", s.local(a.UploadDescriptor.URL), rawBody{"image/png", bytes.NewReader(picture(t, 3, 3))}).want(200) // a second try
	s.nobody().upload("a.txt", []byte("x")).problem(401, "unauthorized")
	page := s.browser(v.user)
	page.csrf = ""
	page.upload("a.txt", []byte("x")).problem(403, "forbidden")
}

// TestSizeOfUploads: one byte more than a file may have is refused, and of a body
// that never ends no more is read.
func TestSizeOfUploads(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	const limit = 1 << 20
	s := boot(t, db, func(o *Options) {
		dir := t.TempDir()
		var err error
		if o.Files, err = files.Open(t.Context(), files.Options{DB: db, URL: "file:" + dir + "/b", Dir: dir, Log: o.Log, Limits: files.Limits{File: limit}}); err != nil {
			t.Fatal(err)
		}
	})
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	v.upload("a.txt", bytes.Repeat([]byte("x"), limit)).want(200)
	v.upload("a.txt", bytes.Repeat([]byte("x"), limit+1)).problem(413, "too_large")
	v.upload("a.txt", bytes.Repeat([]byte("x"), 8*limit)).problem(413, "too_large")
	a := v.announce("a.txt", "text/plain")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", s.local(a.UploadDescriptor.URL))
	go func() {
		chunk := []byte("10000\r\n" + strings.Repeat("x", 0x10000) + "\r\n")
		for {
			if _, err := conn.Write(chunk); err != nil {
				return
			}
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != 413 || !res.Close {
		t.Fatalf("an endless body is answered with %+v, %v", res, err)
	}
}

// TestOddAddressesOfUploads: a small request and an upload share no fate on
// one connection, however its address is written.
func TestOddAddressesOfUploads(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	for _, path := range []string{uploadPath + "/", strings.ToUpper(uploadPath[:5]) + uploadPath[5:], "/api//../api/v1/chatkit/attachments", "/api/v1/chatkit/%61ttachments"} {
		res, err := v.http.Do(v.request("POST", path, form("a.txt", []byte("x"))))
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != 200 && res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	v.do("POST", uploadPath+"/atc_1/upload", nil).want(403)
	v.do("DELETE", uploadPath, form("a.txt", []byte("x"))).want(405)
	v.do("PUT", uploadPath, form("a.txt", []byte("x"))).want(405)
	// Two requests on one connection: the first is an upload, the second is not
	// taken for its body.
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	f := form("a.txt", []byte("two"))
	body, _ := io.ReadAll(f.bytes)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%sGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		uploadPath, v.bearer, f.contentType, len(body), body)
	all, err := io.ReadAll(conn)
	if err != nil || strings.Count(string(all), "HTTP/1.1 ") != 1 || !strings.Contains(string(all), "200 OK") {
		t.Errorf("answered with %q, %v", all, err)
	}
}

func TestHowFilesAreSent(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db, func(o *Options) { o.AllowedOrigins = []string{"https://known.example"} })
	v := s.browser(modelstest.User(t, db, "ann@example.com"))
	for name, test := range map[string]struct {
		content           []byte
		mimeType, inPlace string
	}{
		"ünï \"cöde\".txt": {[]byte("x"), "text/plain", `attachment; filename="_n_ c_de.txt"; filename*=UTF-8''%C3%BCn%C3%AF%20c%C3%B6de.txt`},
		"page.html":        {[]byte("%PDF-1.7 <html><script>"), "application/pdf", `attachment; filename="page.html"; filename*=UTF-8''page.html`},
		"cat.png":          {picture(t, 20, 20), "image/png", `inline; filename="cat.png"; filename*=UTF-8''cat.png`},
	} {
		a := v.do("GET", uploadPath+"/"+v.upload(name, test.content).attachment().ID, nil).attachment()
		for readers, r := range map[string]*reply{"cross-origin": s.nobody().do("GET", s.local(a.DownloadURL), nil, "Origin", "https://any.example"),
			"same-origin": v.do("GET", "/files/"+a.ID, nil)} {
			r.want(200)
			for header, want := range map[string]string{"Content-Type": test.mimeType, "Content-Disposition": test.inPlace,
				"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
				"Cross-Origin-Resource-Policy": readers, "Cache-Control": "no-store", "Set-Cookie": ""} {
				if got := r.header.Get(header); got != want {
					t.Errorf("%s: %s is %q, want %q", name, header, got, want)
				}
			}
			r.lacks("secret")
		}
		if got := s.nobody().do("GET", s.local(a.DownloadURL), nil, "Origin", "https://any.example").header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("another site may read it: %q", got)
		}
		head := s.nobody().do("HEAD", s.local(a.DownloadURL), nil).want(200)
		if len(head.body) > 0 || head.header.Get("Content-Length") == "0" {
			t.Errorf("HEAD: %q, %v", head.body, head.header)
		}
	}
	to := s.local(v.announce("a.txt", "text/plain").UploadDescriptor.URL)
	ask := s.nobody().do("OPTIONS", to, nil, "Origin", "https://any.example", "Access-Control-Request-Method", "PUT").want(204)
	if ask.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(ask.header.Get("Access-Control-Allow-Methods"), "PUT") {
		t.Errorf("asked before an upload: %v", ask.header)
	}
	r := s.nobody().do("OPTIONS", uploadPath, nil, "Origin", "https://any.example", "Access-Control-Request-Method", "POST")
	if got := r.header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("any site may upload with a token: %q", got)
	}
}

// An assistant reads the files of the person it answers, by whichever door the
// message came, and nobody else's.
func TestAssistantsReadFiles(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		var foreign string
		s := boot(t, db, func(o *Options) {
			o.Assistant = scripted(func(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
				r, err := turn.Files.Open(ctx, turn.Input.Attachments[0].ID)
				if err != nil {
					return err
				}
				defer r.Close()
				text, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				_, err = turn.Files.Open(ctx, foreign)
				return emit(chatkit.ItemDone{Item: said(fmt.Sprintf("%s, %v", text, err))})
			})
		})
		foreign = s.program(bob).upload("b.txt", []byte("secret")).attachment().ID
		v := s.program(ann)
		const want = "hello, chatkit: not found"
		a := v.upload("a.txt", []byte("hello")).attachment()
		events := v.kit("threads.create", `{"input":`+messageWith("read", a.ID)+`}`).events()
		if got := itemOf[*chatkit.AssistantMessage](t, events); got.Text() != want {
			t.Errorf("ChatKit: %q", got.Text())
		}
		path := "/api/v1/chatkit/threads/" + threadOfEvents(t, events) + "/messages"
		v.do("POST", path, map[string]any{"content": "again", "attachments": []string{a.ID}}).want(200).has(want).has(`"attachments":[{"id":"` + a.ID)
		var other threadJSON
		v.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&other)
		v.do("POST", "/api/v1/chatkit/threads/"+other.ID+"/messages", map[string]any{"content": "elsewhere", "attachments": []string{a.ID}}).
			problem(409, "conflict").has("another conversation")
		// With its thread the file goes.
		v.do("DELETE", strings.TrimSuffix(path, "/messages"), nil).want(204)
		v.do("GET", uploadPath+"/"+a.ID, nil).want(404)
	})
}
