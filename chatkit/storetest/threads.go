package storetest

import (
	"errors"
	"reflect"
	"slices"

	"github.com/taskpilot/taskpilot/chatkit"
)

func threadTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"test_save_and_load_thread_metadata":            saveAndLoadThread,
		"test_save_and_load_thread_metadata_null_title": saveAndLoadUntitled,
		"test_update_thread_metadata":                   overwriteThread,
		"test_overwrite_thread_metadata":                overwriteThread,
		"test_load_threads":                             loadThreads,
		"test_thread_isolation_by_user":                 threadIsolation,
		"delete_thread":                                 deleteThread,
		"threads_of_the_same_time":                      threadsOfOneTime,
		"unknown_thread_cursor":                         unknownThreadCursor,
		"threads_are_copies":                            threadsAreCopies,
	}
}

func saveAndLoadThread(s *suite) {
	want := &chatkit.Thread{ID: "thr_1", Title: "Title 世界", CreatedAt: at(0),
		Status:              chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "because"},
		AllowedImageDomains: []string{"example.com"}, Metadata: map[string]any{"a": "b", "n": 1.5, "l": []any{"x", nil}}}
	s.must(s.store.SaveThread(s.ann, want))
	got, err := s.store.LoadThread(s.ann, "thr_1")
	s.must(err)
	if !got.CreatedAt.Equal(want.CreatedAt.Time) {
		s.Errorf("created at %v, want %v", got.CreatedAt, want.CreatedAt)
	}
	got.CreatedAt = want.CreatedAt
	if !reflect.DeepEqual(got, want) {
		s.Errorf("\n got %+v\nwant %+v", got, want)
	}
	_, err = s.store.LoadThread(s.ann, "thr_2")
	s.notFound(err, "unknown thread")
}

func saveAndLoadUntitled(s *suite) {
	s.thread("thr_1", 0)
	got, err := s.store.LoadThread(s.ann, "thr_1")
	s.must(err)
	if got.Title != "" || got.AllowedImageDomains != nil || len(got.Metadata) != 0 {
		s.Errorf("got %+v", got)
	}
}

func overwriteThread(s *suite) {
	thread := s.thread("thr_1", 0)
	s.message("thr_1", "msg_1", 0)
	thread.Title, thread.Metadata, thread.Status = "New", map[string]any{"k": "v"}, chatkit.ThreadStatus{Type: chatkit.Closed}
	s.must(s.store.SaveThread(s.ann, thread))
	got, err := s.store.LoadThread(s.ann, "thr_1")
	s.must(err)
	if got.Title != "New" || got.Metadata["k"] != "v" || got.Status.Type != chatkit.Closed {
		s.Errorf("got %+v", got)
	}
	if ids := s.ids(5, chatkit.Asc, s.itemIDs("thr_1")); !slices.Equal(ids, []string{"msg_1"}) {
		s.Errorf("saving the thread changed its items: %v", ids)
	}
	thread.Title = ""
	s.must(s.store.SaveThread(s.ann, thread))
	if got, err = s.store.LoadThread(s.ann, "thr_1"); err != nil || got.Title != "" {
		s.Errorf("title %q, %v", got.Title, err)
	}
}

func loadThreads(s *suite) {
	for i, id := range numbered("thr", 7, chatkit.Asc) {
		s.thread(id, i)
	}
	for _, order := range []chatkit.Order{chatkit.Asc, chatkit.Desc} {
		for _, limit := range []int{1, 3, 7, 8} {
			if got, want := s.ids(limit, order, s.threadIDs(s.ann)), numbered("thr", 7, order); !slices.Equal(got, want) {
				s.Errorf("%s by %d: got %v", order, limit, got)
			}
		}
	}
	page, err := s.store.ListThreads(s.ann, chatkit.PageRequest{})
	s.must(err)
	if len(page.Data) != 7 || page.Data[0].ID != "thr_6" || len(page.Data[0].Items.Data) != 0 {
		s.Errorf("by default: got %+v", page)
	}
}

func threadsOfOneTime(s *suite) {
	for _, id := range numbered("thr", 7, chatkit.Asc) {
		s.thread(id, 0)
	}
	for _, order := range []chatkit.Order{chatkit.Asc, chatkit.Desc} {
		if got, want := s.ids(2, order, s.threadIDs(s.ann)), numbered("thr", 7, order); !slices.Equal(got, want) {
			s.Errorf("%s: got %v", order, got)
		}
	}
}

func threadIsolation(s *suite) {
	s.thread("thr_1", 0)
	_, err := s.store.LoadThread(s.bob, "thr_1")
	s.notFound(err, "a stranger's thread")
	page, err := s.store.ListThreads(s.bob, chatkit.PageRequest{})
	s.must(err)
	if len(page.Data) != 0 {
		s.Errorf("a stranger sees %+v", page)
	}
	s.notFound(s.store.DeleteThread(s.bob, "thr_1"), "deleting a stranger's thread")
	if _, err := s.store.LoadThread(s.ann, "thr_1"); err != nil {
		s.Errorf("a stranger deleted the thread: %v", err)
	}
}

func deleteThread(s *suite) {
	s.thread("thr_1", 0)
	s.thread("thr_2", 1)
	s.message("thr_1", "msg_1", 0)
	s.must(s.store.DeleteThread(s.ann, "thr_1"))
	_, err := s.store.LoadThread(s.ann, "thr_1")
	s.notFound(err, "deleted thread")
	_, err = s.store.LoadItem(s.ann, "thr_1", "msg_1")
	s.notFound(err, "item of a deleted thread")
	s.notFound(s.store.DeleteThread(s.ann, "thr_1"), "deleting twice")
	m := chatkit.NewUserText("late")
	m.ID, m.ThreadID, m.CreatedAt = "msg_2", "thr_1", at(2)
	s.notFound(s.store.SaveItem(s.ann, "thr_1", m), "saving in a deleted thread")
	if ids := s.ids(5, chatkit.Asc, s.threadIDs(s.ann)); !slices.Equal(ids, []string{"thr_2"}) {
		s.Errorf("left are %v", ids)
	}
}

func unknownThreadCursor(s *suite) {
	s.thread("thr_1", 0)
	if page, err := s.store.ListThreads(s.ann, chatkit.PageRequest{After: "thr_9"}); !errors.Is(err, chatkit.ErrCursor) {
		s.Errorf("got %+v, %v", page, err)
	}
}

func threadsAreCopies(s *suite) {
	mine := &chatkit.Thread{ID: "thr_1", CreatedAt: at(0), Title: "T", Metadata: map[string]any{"k": "v"}}
	s.must(s.store.SaveThread(s.ann, mine))
	mine.Title, mine.Metadata["k"] = "changed", "changed"
	for range 2 {
		got, err := s.store.LoadThread(s.ann, "thr_1")
		s.must(err)
		if got.Title != "T" || got.Metadata["k"] != "v" {
			s.Fatalf("got %+v", got)
		}
		got.Title, got.Metadata["k"] = "changed", "changed"
	}
}
