package views

// importStates are the pages of an import.
func importStates() []State {
	list := galleryList("")
	found := ImportCount{Entries: 212, Threads: 207, Messages: 3120, Files: 48, There: 3, Lost: 2, Bad: 2,
		Titles: []string{"Bread for Sunday", "Trains to Basel", "<b>Names</b> for a grey cat", "رحلة إلى القاهرة"},
		Problems: []ImportProblem{{"Round and round", "Its messages follow each other in a circle."},
			{"No. 17 in conversations.json", "It is not complete, or not valid JSON."}}}
	state := func(state string, preview, result ImportCount) Import {
		return Import{ID: "imp_1", Name: "chatgpt-export.zip", Format: "ChatGPT", State: state, At: galleryNow, Preview: preview, Result: result}
	}
	part := ImportCount{Entries: 64, Threads: 62, Messages: 905, Files: 12, There: 2}
	broken := part
	broken.Error = ImportBroke
	return []State{
		{"page-import-ready", true, ImportPage(state("ready", found, ImportCount{}), galleryYou, list)},
		{"page-import-nothing-new", true, ImportPage(state("ready", ImportCount{Entries: 4, There: 4}, ImportCount{}), galleryYou, list)},
		{"page-import-running", true, ImportPage(state("running", found, part), galleryYou, list)},
		{"page-import-done", true, ImportPage(state("done", found, found), galleryYou, list)},
		{"page-import-failed", true, ImportPage(state("failed", found, broken), galleryYou, list)},
		{"page-import-interrupted", true, ImportPage(state(ImportStopped, found, part), galleryYou, list)},
	}
}
