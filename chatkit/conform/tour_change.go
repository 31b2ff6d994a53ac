package conform

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
)

// The rules of changes.
const (
	ruleRenamed   = "has the new title"
	ruleEmpty     = "says only that it is done"
	ruleOptional  = "an optional request is answered"
	ruleUnchanged = "refused requests changed nothing"
)

// rename gives a thread a title.
func (t *tour) rename(th *thread) {
	const title = "Ein Titel – 标题"
	x := newExam()
	defer func() { t.done("threads.update", x) }()
	for _, typ := range []string{"threads.update", "threads.get_by_id"} {
		p := params{"thread_id": th.id}
		if typ == "threads.update" {
			p["title"] = title
		}
		o, ok := t.call(x, typ, p)
		if !ok {
			return
		}
		x.look(ruleFields, ruleMetadata, ruleNoItems, ruleRenamed)
		x.shape("the thread", "thread", map[string]any(o))
		if o.text("title") != title {
			x.fail(ruleRenamed, "%s: expected %q, got %q", typ, title, o.text("title"))
		}
		if typ == "threads.update" && len(o.object("items").list("data")) > 0 {
			x.fail(ruleNoItems, "the reply to threads.update has items")
		}
		if th.fold.Thread != nil {
			th.fold.Thread.Title = title
		}
	}
}

// feedback sends a thumb for what the thread holds, and for what is nowhere:
// clients name tasks and widgets too, which a server need not keep.
func (t *tour) feedback(th *thread) {
	x := newExam()
	ids := []string{"tsk_unknown"}
	for _, it := range th.known() {
		ids = append(ids, it.Base().ID)
	}
	for _, kind := range []string{"positive", "negative"} {
		t.empty(x, "items.feedback", params{"thread_id": th.id, "item_ids": ids, "kind": kind})
	}
	t.done("items.feedback", x)
}

// empty sends a request that is answered with {}.
func (t *tour) empty(x *exam, typ string, p params) {
	o, ok := t.call(x, typ, p)
	if !ok {
		return
	}
	x.look(ruleEmpty)
	if len(o) > 0 {
		x.note(ruleEmpty, "expected {}, got %s", show(o))
	}
}

// optional sends a request that a server may refuse as not set up.
func (t *tour) optional(step, typ string, p params) (*exam, object) {
	r := t.request(typ, p)
	x := newExam()
	if r.status >= http.StatusBadRequest {
		t.report.Checks = append(t.report.Checks, Check{step, ruleOptional, NotSupported, fmt.Sprintf("status %d %s", r.status, brief(r.body))})
		return x, nil
	}
	o, _ := x.object(r)
	return x, o
}

// attachments announces a file and a picture, sends both and deletes them.
func (t *tour) attachments() {
	for _, media := range []string{"text/plain", "image/png"} {
		step := "attachments.create, " + media
		_, extension, _ := strings.Cut(media, "/")
		x, o := t.optional(step, "attachments.create", params{"name": "tour." + extension, "size": 68, "mime_type": media})
		if o == nil {
			t.done(step, x)
			continue
		}
		x.look(ruleFields, ruleMetadata)
		x.shape("the attachment", "attachment", map[string]any(o))
		t.done(step, x)
		t.upload(media, o)
		x = newExam()
		t.empty(x, "attachments.delete", params{"attachment_id": o.text("id")})
		t.done("attachments.delete", x)
	}
}

// transcribe sends a tenth of a second of silence.
func (t *tour) transcribe() {
	const step = "input.transcribe"
	x, o := t.optional(step, step, params{"audio_base64": base64.StdEncoding.EncodeToString(silence()), "mime_type": "audio/wav"})
	if _, ok := o["text"].(string); o != nil && !ok {
		x.fail(ruleFields, "expected a text, got %s", show(o))
	}
	t.done(step, x)
}

// silence is a WAV file: 8 kHz, one channel, 16 bits.
func silence() []byte {
	const rate, samples = 8000, 800
	var b []byte
	number := func(size int, v uint32) { b = append(b, binary.LittleEndian.AppendUint32(nil, v)[:size]...) }
	b = append(b, "RIFF"...)
	number(4, 36+2*samples)
	b = append(b, "WAVEfmt "...)
	number(4, 16)
	number(2, 1) // uncompressed
	number(2, 1) // channels
	number(4, rate)
	number(4, 2*rate)
	number(2, 2)
	number(2, 16)
	b = append(b, "data"...)
	number(4, 2*samples)
	return append(b, make([]byte, 2*samples)...)
}
