package conform

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
)

// The rules of uploads.
const (
	ruleUpload  = "takes the bytes that were announced"
	rulePreview = "a picture's preview is a picture"
)

// The files that the tour sends: one pixel, and a line of 68 bytes.
const (
	onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUAAXpeqz8AAAAASUVORK5CYII="
	someText = "This file is part of a tour of the protocol; it may be deleted now.\n"
)

func tourFile(media string) []byte {
	if media == "image/png" {
		pixel, _ := base64.StdEncoding.DecodeString(onePixel) // it is a constant
		return pixel
	}
	return []byte(someText)
}

// upload sends a file where its announcement says, as front ends do: without the
// headers of the tour, which are nobody else's business.
func (t *tour) upload(media string, announced object) {
	to := announced.object("upload_descriptor")
	if len(to) == 0 {
		return
	}
	x, step := newExam(ruleUpload), "upload, "+media
	defer func() { t.done(step, x) }()
	req, err := uploadRequest(to, media)
	if err != nil {
		x.fail(ruleUpload, "%v", err)
		return
	}
	if r := t.send(req); r.status < 200 || r.status > 299 {
		x.fail(ruleUpload, "expected a success, got %d %s %v", r.status, brief(r.body), r.cut)
		return
	}
	if announced.text("type") == "image" {
		x.look(rulePreview)
		req, err := http.NewRequest(http.MethodGet, announced.text("preview_url"), nil)
		if err != nil || req.URL.Host == "" {
			return // data: is allowed, too
		}
		if r := t.send(req); r.status != http.StatusOK || !bytes.HasPrefix([]byte(r.media), []byte("image/")) {
			x.note(rulePreview, "expected a picture, got %d %q", r.status, r.media)
		}
	}
}

// uploadRequest is a form for POST, and the bytes themselves for PUT.
func uploadRequest(to object, media string) (*http.Request, error) {
	body, contentType := bytes.NewBuffer(nil), media
	switch method := to.text("method"); method {
	case http.MethodPut:
		body.Write(tourFile(media))
	case http.MethodPost:
		form := multipart.NewWriter(body)
		part, err := form.CreatePart(textproto.MIMEHeader{"Content-Type": {media},
			"Content-Disposition": {`form-data; name="file"; filename="tour"`}})
		if err != nil {
			return nil, err
		}
		part.Write(tourFile(media)) // into memory: never fails
		if err := form.Close(); err != nil {
			return nil, err
		}
		contentType = form.FormDataContentType()
	default:
		return nil, fmt.Errorf("the method is %q, not POST or PUT", method)
	}
	req, err := http.NewRequest(to.text("method"), to.text("url"), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	for name, value := range to.object("headers") {
		if text, ok := value.(string); ok {
			req.Header.Set(name, text)
		}
	}
	return req, nil
}
