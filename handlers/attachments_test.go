package handlers

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// form is a multipart body with one file.
func form(name string, content []byte, fields ...string) rawBody {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(content)
	_ = w.Close()
	return rawBody{w.FormDataContentType(), &buf}
}

// upload sends a file at once.
func (v *visitor) upload(name string, content []byte, fields ...string) *reply {
	v.s.t.Helper()
	return v.do("POST", uploadPath, form(name, content, fields...))
}

// local is the path of an absolute address of this server.
func (s *server) local(address string) string { return strings.TrimPrefix(address, s.url) }

// attached is an Attachment as clients read it.
type attached struct {
	ID, Name, Type   string
	MimeType         string `json:"mime_type"`
	PreviewURL       string `json:"preview_url"`
	ThreadID         string `json:"thread_id"`
	DownloadURL      string `json:"download_url"`
	UploadDescriptor *struct {
		URL, Method string
		Headers     map[string]string
	} `json:"upload_descriptor"`
}

func (r *reply) attachment() attached {
	r.t.Helper()
	var a attached
	r.want(http.StatusOK).json(&a)
	return a
}

// picture is a PNG with a word in it that no cleaning keeps.
func picture(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	img.Set(0, 0, color.NRGBA{1, 2, 3, 4})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return append(buf.Bytes(), "<script>secret</script>"...)
}

// messageWith is the input of a message with files.
func messageWith(text string, ids ...string) string {
	list, _ := json.Marshal(ids)
	return strings.Replace(userInput(text), `"attachments":[]`, `"attachments":`+string(list), 1)
}

func TestUploadInOneRequest(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		ann := modelstest.User(t, db, "ann@example.com")
		for _, v := range []*visitor{s.program(ann), s.browser(ann)} {
			a := v.upload("../notes\u202e.txt", []byte("hello"), "name", "", "size", "5").attachment()
			if a.Name != "notes.txt" || a.Type != "file" || a.MimeType != "text/plain" || a.PreviewURL != "" || a.UploadDescriptor != nil {
				t.Errorf("attachment %+v", a)
			}
			a = v.upload("cat.png", picture(t, 900, 300)).attachment()
			if a.Type != "image" || a.MimeType != "image/png" || !strings.HasPrefix(a.PreviewURL, s.url+uploadPath) {
				t.Errorf("picture %+v", a)
			}
			got := s.nobody().do("GET", s.local(a.PreviewURL), nil).want(200)
			if size, _, err := image.DecodeConfig(bytes.NewReader(got.body)); err != nil || size.Width != 512 || size.Height != 170 {
				t.Errorf("preview %+v, %v", size, err)
			}
		}
	})
}

func TestUploadInTwoPhases(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		for _, method := range []string{"POST", "PUT"} {
			a := v.kit("attachments.create", `{"name":"a.md","size":5,"mime_type":"text/markdown"}`).attachment()
			if a.UploadDescriptor == nil || a.UploadDescriptor.Method != "POST" || a.UploadDescriptor.Headers == nil {
				t.Fatalf("announced %+v", a)
			}
			early := v.kit("threads.create", `{"input":`+messageWith("too early", a.ID)+`}`)
			early.problem(409, "conflict").has("not arrived")
			body := func() rawBody {
				if method == "POST" {
					return form("a.md", []byte("# one"))
				}
				return rawBody{"application/octet-stream", strings.NewReader("# one")}
			}
			to := s.local(a.UploadDescriptor.URL)
			if got := s.nobody().do(method, to, body()).attachment(); got.UploadDescriptor != nil || got.MimeType != "text/markdown" {
				t.Errorf("after the upload: %+v", got)
			}
			s.nobody().do(method, to, body()).problem(409, "conflict")
			events := v.kit("threads.create", `{"input":`+messageWith("look", a.ID)+`}`).events()
			m := itemOf[*chatkit.UserMessage](t, events)
			if len(m.Attachments) != 1 || m.Attachments[0].ID != a.ID || m.Attachments[0].ThreadID != m.ThreadID || m.Attachments[0].UploadDescriptor != nil {
				t.Errorf("message has %+v", m.Attachments)
			}
			got := v.do("GET", uploadPath+"/"+a.ID, nil).attachment()
			s.nobody().do("GET", s.local(got.DownloadURL), nil).want(200).has("# one")
		}
	})
}
