package storetest

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"

	"github.com/taskpilot/taskpilot/chatkit"
)

func itemTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"test_save_and_load_thread_items":     saveAndLoadItems,
		"test_thread_items_ordering":          itemOrder,
		"test_thread_items_offset":            itemOffset,
		"test_save_and_load_item":             overwriteItem,
		"test_load_nonexistent_item":          loadNoItem,
		"test_thread_items_isolation_by_user": itemIsolation,
		"items_of_the_same_time":              itemsOfOneTime,
		"delete_item":                         deleteItem,
		"items_are_copies":                    itemsAreCopies,
		"unknown_item_cursor":                 unknownItemCursor,
	}
}

// everyItem has an item of each type, as read from JSON.
func everyItem(s *suite) []chatkit.Item {
	var items []chatkit.Item
	for i, body := range []string{
		`"type":"user_message","content":[{"type":"input_text","text":"Hi 世界"},{"type":"input_tag","id":"a","text":"A","data":{"k":null},"interactive":true}],"attachments":[],"quoted_text":"q","inference_options":{"model":"m"}`,
		`"type":"assistant_message","content":[{"type":"output_text","text":"Hello","annotations":[{"type":"annotation","source":{"type":"url","title":"T","url":"https://e.com"},"index":1}]}]`,
		`"type":"widget","widget":{"type":"Card","own":{"x":1.5},"children":[]},"copy_text":"c"`,
		`"type":"client_tool_call","status":"completed","call_id":"c","name":"n","arguments":{"a":null},"output":[1,null]`,
		`"type":"generated_image","image":{"id":"i","url":"https://e.com/i"}`,
		`"type":"structured_input","status":"pending","inputs":[{"id":"q","question":"Q?","type":"freeform"}]`,
		`"type":"workflow","workflow":{"type":"custom","tasks":[{"type":"thought","status_indicator":"none","content":"c"}],"expanded":true}`,
		`"type":"task","task":{"type":"custom","status_indicator":"none","title":"t"}`,
		`"type":"end_of_turn"`,
		`"type":"hidden_context_item","content":{"a":[null]}`,
		`"type":"sdk_hidden_context","content":"note"`,
		`"type":"hologram","depth":3`,
	} {
		base, err := json.Marshal(chatkit.ItemBase{ID: numbered("it", 12, chatkit.Asc)[i], ThreadID: "thr_1", CreatedAt: at(i)})
		s.must(err)
		it, err := chatkit.UnmarshalItem([]byte(string(base[:len(base)-1]) + "," + body + "}"))
		s.must(err)
		items = append(items, it)
	}
	return items
}

func saveAndLoadItems(s *suite) {
	s.thread("thr_1", 0)
	want := everyItem(s)
	for _, it := range want {
		s.must(s.store.SaveItem(s.ann, "thr_1", it))
	}
	page, err := s.store.ListItems(s.ann, "thr_1", chatkit.PageRequest{Limit: 50, Order: chatkit.Asc})
	s.must(err)
	if len(page.Data) != len(want) || page.HasMore || page.After != "" {
		s.Fatalf("got %d items, %+v", len(page.Data), page)
	}
	for i, it := range page.Data {
		s.sameItem(it, want[i])
		one, err := s.store.LoadItem(s.ann, "thr_1", it.Base().ID)
		s.must(err)
		s.sameItem(one, want[i])
	}
}

func itemOrder(s *suite) {
	s.thread("thr_1", 0)
	for i, id := range numbered("msg", 7, chatkit.Asc) {
		s.message("thr_1", id, i)
	}
	for _, order := range []chatkit.Order{chatkit.Asc, chatkit.Desc} {
		for _, limit := range []int{1, 3, 7, 8} {
			if got, want := s.ids(limit, order, s.itemIDs("thr_1")), numbered("msg", 7, order); !slices.Equal(got, want) {
				s.Errorf("%s by %d: got %v", order, limit, got)
			}
		}
	}
}

func itemOffset(s *suite) {
	s.thread("thr_1", 0)
	for i, id := range numbered("msg", 5, chatkit.Asc) {
		s.message("thr_1", id, i)
	}
	page, err := s.store.ListItems(s.ann, "thr_1", chatkit.PageRequest{Limit: 2, Order: chatkit.Asc, After: "msg_1"})
	s.must(err)
	if len(page.Data) != 2 || page.Data[0].Base().ID != "msg_2" || !page.HasMore || page.After != "msg_3" {
		s.Errorf("got %+v", page)
	}
	page, err = s.store.ListItems(s.ann, "thr_1", chatkit.PageRequest{Limit: 2, Order: chatkit.Asc, After: "msg_4"})
	s.must(err)
	if len(page.Data) != 0 || page.HasMore {
		s.Errorf("after the last: got %+v", page)
	}
}

func itemsOfOneTime(s *suite) {
	s.thread("thr_1", 0)
	for _, id := range numbered("msg", 7, chatkit.Asc) {
		s.message("thr_1", id, 0)
	}
	for _, order := range []chatkit.Order{chatkit.Asc, chatkit.Desc} {
		if got, want := s.ids(2, order, s.itemIDs("thr_1")), numbered("msg", 7, order); !slices.Equal(got, want) {
			s.Errorf("%s: got %v", order, got)
		}
	}
}

func overwriteItem(s *suite) {
	s.thread("thr_1", 0)
	for i, id := range numbered("msg", 3, chatkit.Asc) {
		s.message("thr_1", id, i)
	}
	other := &chatkit.WidgetItem{Widget: json.RawMessage(`{"type":"Card"}`)}
	other.ID, other.ThreadID, other.CreatedAt = "msg_1", "thr_1", at(1)
	for range 2 {
		s.must(s.store.SaveItem(s.ann, "thr_1", other))
	}
	got, err := s.store.LoadItem(s.ann, "thr_1", "msg_1")
	s.must(err)
	s.sameItem(got, other)
	if ids := s.ids(5, chatkit.Asc, s.itemIDs("thr_1")); !slices.Equal(ids, numbered("msg", 3, chatkit.Asc)) {
		s.Errorf("saving it again moved the item: %v", ids)
	}
}

func loadNoItem(s *suite) {
	_, err := s.store.LoadItem(s.ann, "thr_1", "msg_1")
	s.notFound(err, "item without a thread")
	s.thread("thr_1", 0)
	_, err = s.store.LoadItem(s.ann, "thr_1", "msg_1")
	s.notFound(err, "unknown item")
	s.thread("thr_2", 1)
	s.message("thr_2", "msg_1", 1)
	_, err = s.store.LoadItem(s.ann, "thr_1", "msg_1")
	s.notFound(err, "item of another thread")
}

func deleteItem(s *suite) {
	s.thread("thr_1", 0)
	for i, id := range numbered("msg", 3, chatkit.Asc) {
		s.message("thr_1", id, i)
	}
	for range 2 { // it is no error if it is not there
		s.must(s.store.DeleteItem(s.ann, "thr_1", "msg_1"))
	}
	_, err := s.store.LoadItem(s.ann, "thr_1", "msg_1")
	s.notFound(err, "deleted item")
	s.message("thr_1", "msg_3", 3)
	if ids := s.ids(5, chatkit.Asc, s.itemIDs("thr_1")); !slices.Equal(ids, []string{"msg_0", "msg_2", "msg_3"}) {
		s.Errorf("left are %v", ids)
	}
}

func itemIsolation(s *suite) {
	s.thread("thr_1", 0)
	s.message("thr_1", "msg_1", 0)
	_, err := s.store.LoadItem(s.bob, "thr_1", "msg_1")
	s.notFound(err, "a stranger's item")
	page, err := s.store.ListItems(s.bob, "thr_1", chatkit.PageRequest{})
	if len(page.Data) != 0 || err != nil && !errors.Is(err, chatkit.ErrNotFound) {
		s.Errorf("a stranger sees %+v, %v", page, err)
	}
	m := chatkit.NewUserText("intruder")
	m.ID, m.ThreadID, m.CreatedAt = "msg_2", "thr_1", at(1)
	s.notFound(s.store.SaveItem(s.bob, "thr_1", m), "saving in a stranger's thread")
	if err := s.store.DeleteItem(s.bob, "thr_1", "msg_1"); err != nil {
		s.notFound(err, "deleting a stranger's item")
	}
	if ids := s.ids(5, chatkit.Asc, s.itemIDs("thr_1")); !slices.Equal(ids, []string{"msg_1"}) {
		s.Errorf("a stranger changed the items to %v", ids)
	}
}

func itemsAreCopies(s *suite) {
	s.thread("thr_1", 0)
	m := &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "T"}}}
	m.ID, m.ThreadID, m.CreatedAt = "msg_1", "thr_1", at(0)
	s.must(s.store.SaveItem(s.ann, "thr_1", m))
	m.Content[0].Text = "changed"
	for range 2 {
		it, err := s.store.LoadItem(s.ann, "thr_1", "msg_1")
		s.must(err)
		got := it.(*chatkit.AssistantMessage)
		if got.Text() != "T" {
			s.Fatalf("got %q", got.Text())
		}
		got.Content[0].Text = "changed"
	}
}

func unknownItemCursor(s *suite) {
	s.thread("thr_1", 0)
	s.message("thr_1", "msg_1", 0)
	if page, err := s.store.ListItems(s.ann, "thr_1", chatkit.PageRequest{After: "msg_9"}); !errors.Is(err, chatkit.ErrCursor) {
		s.Errorf("got %+v, %v", page, err)
	}
}

func attachmentTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"test_save_and_load_file": func(s *suite) {
			saveAndLoadAttachment(s, &chatkit.Attachment{ID: "atc_1", Name: "a.txt", MimeType: "text/plain", Type: chatkit.AttachmentFile,
				Metadata: map[string]any{"k": "v"}})
		},
		"test_save_and_load_image": func(s *suite) {
			saveAndLoadAttachment(s, &chatkit.Attachment{ID: "atc_1", Name: "a.png", MimeType: "image/png", Type: chatkit.AttachmentImage,
				PreviewURL: "https://e.com/a", ThreadID: "thr_1", Metadata: map[string]any{"k": "v"},
				UploadDescriptor: &chatkit.UploadDescriptor{URL: "https://e.com/u", Method: "PUT", Headers: map[string]string{"X": "y"}}})
		},
	}
}

func saveAndLoadAttachment(s *suite, want *chatkit.Attachment) {
	_, err := s.store.LoadAttachment(s.ann, want.ID)
	s.notFound(err, "unknown attachment")
	s.must(s.store.SaveAttachment(s.ann, want))
	want.Name = "b"
	s.must(s.store.SaveAttachment(s.ann, want))
	got, err := s.store.LoadAttachment(s.ann, want.ID)
	s.must(err)
	if !reflect.DeepEqual(got, want) {
		s.Errorf("\n got %+v\nwant %+v", got, want)
	}
	_, err = s.store.LoadAttachment(s.bob, want.ID)
	s.notFound(err, "a stranger's attachment")
	if err := s.store.DeleteAttachment(s.bob, want.ID); err != nil {
		s.notFound(err, "deleting a stranger's attachment")
	}
	_, err = s.store.LoadAttachment(s.ann, want.ID)
	s.must(err)
	for range 2 {
		s.must(s.store.DeleteAttachment(s.ann, want.ID))
	}
	_, err = s.store.LoadAttachment(s.ann, want.ID)
	s.notFound(err, "deleted attachment")
}
