package chatkit_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// shelf is an attachment store that announces uploads and records deletions.
type shelf struct{ calls *recorder }

func (s shelf) CreateAttachment(_ context.Context, f chatkit.FileInfo) (*chatkit.Attachment, error) {
	s.calls.add("create %s %s %d", f.Name, f.MimeType, f.Size)
	a := &chatkit.Attachment{ID: chatkit.NewID(chatkit.PrefixAttachment), Name: f.Name, MimeType: f.MimeType, Type: chatkit.AttachmentFile,
		UploadDescriptor: &chatkit.UploadDescriptor{URL: "https://example.com/upload", Method: "PUT", Headers: map[string]string{"X-Key": "k"}},
		Metadata:         map[string]any{"secret": "hunter2"}}
	if strings.HasPrefix(f.MimeType, "image/") {
		a.Type, a.PreviewURL = chatkit.AttachmentImage, "https://example.com/preview"
	}
	return a, nil
}

func (s shelf) DeleteAttachment(_ context.Context, a *chatkit.Attachment) error {
	s.calls.add("delete %s", a.ID)
	return nil
}

// attachRig has an attachment of this kind.
func attachRig(t *testing.T, mime string) (*rig, *chatkit.Attachment, *recorder) {
	var calls recorder
	r := newRig(t, &script{})
	r.server.Attachments = shelf{&calls}
	reply := r.reply(params("attachments.create", `"name":"a.x","size":377958,"mime_type":%q`, mime))
	if strings.Contains(reply, "hunter2") || strings.Contains(reply, "metadata") {
		t.Errorf("metadata in %s", reply)
	}
	var a chatkit.Attachment
	if err := json.Unmarshal([]byte(reply), &a); err != nil {
		t.Fatal(err)
	}
	stored, err := r.store.LoadAttachment(r.ctx, a.ID)
	if err != nil || stored.Metadata["secret"] != "hunter2" {
		t.Errorf("stored %+v, %v", stored, err)
	}
	calls.want(t, "create a.x "+mime+" 377958")
	return r, &a, &calls
}

func TestUpstream_test_create_file(t *testing.T) {
	_, a, _ := attachRig(t, "text/plain")
	if a.Type != "file" || a.PreviewURL != "" || a.UploadDescriptor == nil || a.UploadDescriptor.Method != "PUT" || a.UploadDescriptor.Headers["X-Key"] != "k" {
		t.Errorf("got %+v", a)
	}
}

func TestUpstream_test_create_image_file(t *testing.T) {
	_, a, _ := attachRig(t, "image/png")
	if a.Type != "image" || a.PreviewURL != "https://example.com/preview" || a.UploadDescriptor.URL != "https://example.com/upload" {
		t.Errorf("got %+v", a)
	}
}

func withAttachment(id string) string {
	return `{"content":[{"type":"input_text","text":"Hi"}],"attachments":["` + id + `"],"inference_options":{}}`
}

func TestUpstream_test_user_message_attachment_metadata_not_serialized(t *testing.T) {
	r, a, _ := attachRig(t, "text/plain")
	events := r.stream(params("threads.create", `"input":%s`, withAttachment(a.ID)))
	thread := events[0].(chatkit.ThreadCreated).Thread.ID
	reply := r.reply(params("items.list", `"thread_id":%q`, thread))
	if strings.Contains(reply, "hunter2") || strings.Contains(reply, "metadata") || !strings.Contains(reply, a.ID) {
		t.Errorf("reply %s", reply)
	}
}

// stamped fails the test unless message and store say that the attachment is the thread's.
func (r *rig) stamped(ev chatkit.Event, id, thread string) {
	r.Helper()
	m := ev.(chatkit.ItemDone).Item.(*chatkit.UserMessage)
	stored, err := r.store.LoadAttachment(r.ctx, id)
	if err != nil || stored.ThreadID != thread || stored.Metadata["secret"] != "hunter2" {
		r.Errorf("stored %+v, %v", stored, err)
	}
	if len(m.Attachments) != 1 || m.Attachments[0].ID != id || m.Attachments[0].ThreadID != thread {
		r.Errorf("sent %+v", m.Attachments)
	}
}

func TestUpstream_test_user_message_attachment_thread_id_persisted_on_thread_create(t *testing.T) {
	r, a, _ := attachRig(t, "text/plain")
	events := r.stream(params("threads.create", `"input":%s`, withAttachment(a.ID)))
	r.stamped(events[1], a.ID, events[0].(chatkit.ThreadCreated).Thread.ID)
}

func TestUpstream_test_user_message_attachment_thread_id_persisted_on_add_user_message(t *testing.T) {
	r, a, _ := attachRig(t, "image/png")
	thread, _ := r.create("Hi")
	r.stamped(r.stream(params("threads.add_user_message", `"thread_id":%q,"input":%s`, thread, withAttachment(a.ID)))[0], a.ID, thread)
}

// A missing attachment is refused before anything is stored or sent.
func TestMissingAttachmentLeavesNothing(t *testing.T) {
	r := newRig(t, &script{})
	r.refused(params("threads.create", `"input":%s`, withAttachment("atc_nobody")), chatkit.ErrNotFound)
	if reply := r.reply(params("threads.list", ``)); reply != `{"data":[],"has_more":false}` {
		t.Errorf("left %s", reply)
	}
}

func TestUpstream_test_create_file_without_filestore(t *testing.T) {
	r := newRig(t, &script{})
	r.refused(params("attachments.create", `"name":"a","size":1,"mime_type":"text/plain"`), chatkit.ErrNotSupported)
}

func TestUpstream_test_delete_file(t *testing.T) {
	r, a, calls := attachRig(t, "text/plain")
	if reply := r.reply(params("attachments.delete", `"attachment_id":%q`, a.ID)); reply != "{}" {
		t.Errorf("reply %s", reply)
	}
	calls.want(t, "create a.x text/plain 377958", "delete "+a.ID)
	r.refused(params("attachments.delete", `"attachment_id":%q`, a.ID), chatkit.ErrNotFound)
}

func TestUpstream_test_delete_file_without_filestore(t *testing.T) {
	r := newRig(t, &script{})
	r.refused(params("attachments.delete", `"attachment_id":"atc_1"`), chatkit.ErrNotSupported)
}
