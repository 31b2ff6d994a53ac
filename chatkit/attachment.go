package chatkit

// Attachment is a file of a message. Type is AttachmentFile or AttachmentImage;
// an image has an absolute PreviewURL. UploadDescriptor is set only until the
// bytes have arrived. Metadata is the server's own and never on the wire.
type Attachment struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	MimeType         string            `json:"mime_type"`
	Type             string            `json:"type"`
	UploadDescriptor *UploadDescriptor `json:"upload_descriptor,omitempty"`
	ThreadID         string            `json:"thread_id,omitempty"`
	PreviewURL       string            `json:"preview_url,omitempty"`
	Metadata         map[string]any    `json:"-"`
}

// The kinds of an Attachment.
const (
	AttachmentFile  = "file"
	AttachmentImage = "image"
)

// UploadDescriptor says how the client sends an attachment's bytes. Method is
// "POST" (multipart, part "file") or "PUT" (the bytes themselves).
type UploadDescriptor struct {
	URL     string            `json:"url"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
}

// MarshalJSON writes headers as an object even when there are none.
func (d UploadDescriptor) MarshalJSON() ([]byte, error) {
	type plain UploadDescriptor
	if d.Headers == nil {
		d.Headers = map[string]string{}
	}
	return marshal(plain(d))
}
