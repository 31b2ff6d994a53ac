package chatkit

import (
	"maps"
	"slices"
)

// Clone returns a deep copy of the thread, metadata included, without its items.
func (t *Thread) Clone() *Thread {
	c := *t
	c.Items = Page[Item]{}
	c.AllowedImageDomains = slices.Clone(t.AllowedImageDomains)
	c.Metadata, _ = cloneFree(t.Metadata).(map[string]any)
	return &c
}

// Clone returns a deep copy of the attachment, metadata included.
func (a *Attachment) Clone() *Attachment {
	c := *a
	if a.UploadDescriptor != nil {
		d := *a.UploadDescriptor
		d.Headers = maps.Clone(d.Headers)
		c.UploadDescriptor = &d
	}
	c.Metadata, _ = cloneFree(a.Metadata).(map[string]any)
	return &c
}

// cloneFree copies free JSON in its usual Go types; others are shared.
func cloneFree(v any) any {
	switch x := v.(type) {
	case map[string]any:
		if x == nil {
			return x
		}
		c := make(map[string]any, len(x))
		for k, e := range x {
			c[k] = cloneFree(e)
		}
		return c
	case []any:
		c := make([]any, len(x))
		for i, e := range x {
			c[i] = cloneFree(e)
		}
		return c
	}
	return v
}
