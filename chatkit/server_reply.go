package chatkit

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// nothing is the reply that says only that it is done: {}.
type nothing struct{}

// updatedItem is the reply to a SyncActionRequest.
type updatedItem struct {
	Item Item `json:"updated_item,omitempty"`
}

// reply answers a request that is not streaming.
func (s *Server) reply(ctx context.Context, req Request) (any, error) {
	switch r := req.(type) {
	case *GetThreadRequest:
		return s.getThread(ctx, r.ThreadID)
	case *ListThreadsRequest:
		return s.listThreads(ctx, r.PageRequest)
	case *ListItemsRequest:
		return s.listItems(ctx, r.ThreadID, r.PageRequest)
	case *UpdateThreadRequest:
		return s.rename(ctx, r)
	case *DeleteThreadRequest:
		return s.deleteThread(ctx, r.ThreadID)
	case *SyncActionRequest:
		return s.syncAction(ctx, r)
	case *FeedbackRequest:
		return s.feedback(ctx, r)
	case *CreateAttachmentRequest:
		return s.createAttachment(ctx, r)
	case *DeleteAttachmentRequest:
		return s.deleteAttachment(ctx, r.AttachmentID)
	case *TranscribeRequest:
		return s.transcribe(ctx, r)
	}
	return nil, fmt.Errorf("chatkit: unknown request %T", req)
}

// getThread returns a thread with its oldest items, oldest first.
func (s *Server) getThread(ctx context.Context, id string) (any, error) {
	thread, err := s.Store.LoadThread(ctx, id)
	if err != nil {
		return nil, err
	}
	thread.Items, err = s.Store.ListItems(ctx, id, PageRequest{Order: Asc})
	if err != nil {
		return nil, err
	}
	return thread, nil // its hidden items are left out when it is written
}

// listThreads returns threads without their items.
func (s *Server) listThreads(ctx context.Context, page PageRequest) (any, error) {
	threads, err := s.Store.ListThreads(ctx, page)
	for i := range threads.Data {
		threads.Data[i].Items = Page[Item]{}
	}
	return threads, err
}

// listItems leaves hidden items out after paging: a page may be short, even
// empty, and still have a cursor.
func (s *Server) listItems(ctx context.Context, threadID string, page PageRequest) (any, error) {
	if _, err := s.Store.LoadThread(ctx, threadID); err != nil {
		return nil, err
	}
	items, err := s.Store.ListItems(ctx, threadID, page)
	if err != nil {
		return nil, err
	}
	return visible(items), nil
}

func visible(items Page[Item]) Page[Item] {
	shown := make([]Item, 0, len(items.Data))
	for _, it := range items.Data {
		if !Hidden(it) {
			shown = append(shown, it)
		}
	}
	items.Data = shown
	return items
}

func (s *Server) rename(ctx context.Context, r *UpdateThreadRequest) (any, error) {
	thread, err := s.Store.LoadThread(ctx, r.ThreadID)
	if err != nil {
		return nil, err
	}
	thread.Title = r.Title
	if err := s.Store.SaveThread(ctx, thread); err != nil {
		return nil, err
	}
	if thread, err = s.Store.LoadThread(ctx, r.ThreadID); err != nil { // a store may tidy titles
		return nil, err
	}
	thread.Items = Page[Item]{}
	return thread, nil
}

func (s *Server) deleteThread(ctx context.Context, id string) (any, error) {
	if _, err := s.Store.LoadThread(ctx, id); err != nil {
		return nil, err
	}
	if err := s.clear(ctx, id); err != nil {
		return nil, err
	}
	return nothing{}, s.Store.DeleteThread(ctx, id)
}

func (s *Server) syncAction(ctx context.Context, r *SyncActionRequest) (any, error) {
	actor, ok := s.Responder.(SyncActor)
	if !ok {
		return nil, &Error{Message: "This chat can't do that.", Err: ErrNotSupported}
	}
	thread, err := s.Store.LoadThread(ctx, r.ThreadID)
	if err != nil {
		return nil, err
	}
	var sender *WidgetItem
	if r.ItemID != "" {
		it, err := s.Store.LoadItem(ctx, r.ThreadID, r.ItemID)
		if err != nil {
			return nil, err
		}
		if sender, ok = it.(*WidgetItem); !ok {
			return nil, &RequestError{Field: "params.item_id", Message: "names an item that is no widget"}
		}
	}
	it, err := actor.ActSync(ctx, thread, r.Action, sender)
	if err != nil {
		return nil, err
	}
	if it != nil && Hidden(it) {
		it = nil
	}
	return updatedItem{it}, nil
}

func (s *Server) feedback(ctx context.Context, r *FeedbackRequest) (any, error) {
	if _, err := s.Store.LoadThread(ctx, r.ThreadID); err != nil {
		return nil, err
	}
	if taker, ok := s.Responder.(FeedbackTaker); ok {
		return nothing{}, taker.TakeFeedback(ctx, r.ThreadID, r.ItemIDs, r.Kind)
	}
	return nothing{}, nil
}

func (s *Server) createAttachment(ctx context.Context, r *CreateAttachmentRequest) (any, error) {
	if s.Attachments == nil {
		return nil, &Error{Message: "This chat takes no files.", Err: ErrNotSupported}
	}
	a, err := s.Attachments.CreateAttachment(ctx, FileInfo{Name: r.Name, MimeType: r.MimeType, Size: r.Size})
	if err != nil {
		return nil, err
	}
	return a, s.Store.SaveAttachment(ctx, a)
}

func (s *Server) deleteAttachment(ctx context.Context, id string) (any, error) {
	if s.Attachments == nil {
		return nil, &Error{Message: "This chat takes no files.", Err: ErrNotSupported}
	}
	a, err := s.Store.LoadAttachment(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.Attachments.DeleteAttachment(ctx, a); err != nil {
		return nil, err
	}
	return nothing{}, s.Store.DeleteAttachment(ctx, id)
}

func (s *Server) transcribe(ctx context.Context, r *TranscribeRequest) (any, error) {
	transcriber, ok := s.Responder.(Transcriber)
	if !ok {
		return nil, &Error{Message: "This chat can't listen: speech recognition is not set up.", Err: ErrNotSupported}
	}
	data, err := r.Audio()
	if err != nil {
		return nil, err
	}
	text, err := transcriber.Transcribe(ctx, data)
	if err != nil {
		return nil, err
	}
	return struct {
		Text string `json:"text"`
	}{text}, nil
}

// Audio decodes the recording. Characters that are no base64 are skipped, as
// Python's decoder does it.
func (r *TranscribeRequest) Audio() (Audio, error) {
	clean := strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			return c
		case c == '-':
			return '+'
		case c == '_':
			return '/'
		}
		return -1
	}, r.AudioBase64)
	data, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil || len(data) == 0 {
		return Audio{}, &RequestError{Field: "params.audio_base64", Message: "holds no recording"}
	}
	media, _, _ := strings.Cut(r.MimeType, ";")
	return Audio{Data: data, MimeType: r.MimeType, MediaType: strings.ToLower(strings.TrimSpace(media))}, nil
}
