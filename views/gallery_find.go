package views

import "context"

// findStates are the pages and parts by which people find conversations again.
func findStates() []State {
	list := galleryList("")
	list.Pinned = []ThreadLink{{ID: "thr_pinned", Title: "House rules", UpdatedAt: galleryNow.AddDate(0, -2, 0), Pinned: true}}
	hits := []Hit{
		{ThreadID: "thr_1", Title: "Crème brûlée for eight", At: galleryNow, Archived: true, Excerpt: []Span{{"Crème ", false}, {"brûlée", true}, {" for eight", false}}},
		{ThreadID: "thr_2", Title: "Dinner", ItemID: "msg_1", Yours: true, At: galleryNow.AddDate(0, 0, -3), Excerpt: []Span{{"How long does a ", false}, {"brûlée", true}, {" rest? <b>", false}}},
		{ThreadID: "thr_2", Title: "Dinner", ItemID: "msg_2", At: galleryNow.AddDate(0, 0, -3), Excerpt: []Span{{"… the sugar on top of the ", false}, {"brûlée", true}, {" must be thin …", false}}},
	}
	found := Search{Viewer: galleryYou, Question: "brulee", Hits: hits, More: "m1", Unfinished: true}
	pinned := list.Threads[0]
	pinned.Pinned = true
	shelf := Shelf{Viewer: galleryYou, Threads: append([]ThreadLink{pinned}, list.Threads[1:]...), More: "thr_9"}
	undo := Undo{Do: DoDelete, Threads: list.Threads[:2]}
	return []State{
		{"page-search", true, SearchPage(Search{Viewer: galleryYou}, list)},
		{"page-search-found", true, SearchPage(found, list)},
		{"page-search-nothing", true, SearchPage(Search{Viewer: galleryYou, Question: "<xyz>"}, list)},
		{"search-more", false, SearchMore(Search{Question: "brulee", Hits: hits[1:], Page: true})},
		{"page-chats", true, ShelfPage(shelf, list)},
		{"page-archived", true, ShelfPage(Shelf{Viewer: galleryYou, Archived: true, Threads: list.Threads}, list)},
		{"page-archived-empty", true, ShelfPage(Shelf{Viewer: galleryYou, Archived: true}, list)},
		{"page-undo", true, UndoPage(undo, galleryYou, list)},
		{"changed-archived", false, ChangedView(Changed{From: "/chats", Shelf: shelf, List: list, Undo: &Undo{Do: DoArchive, Threads: list.Threads[:1]}})},
		{"changed-pinned", false, ChangedView(Changed{List: list})},
		{"palette", false, PaletteDialog(Palette{Threads: list.Threads, Commands: Commands(context.Background())})},
		{"palette-found", false, PaletteResults(Palette{Question: "brulee", Threads: list.Threads[:1], Messages: hits[1:],
			Tasks: []Task{{ID: "todo_1", Title: "Buy a torch", Completed: true}}})},
		{"palette-nothing", false, PaletteResults(Palette{Question: "xyz"})},
	}
}
