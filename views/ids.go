package views

import "strconv"

// The ids of elements that fragments address. They are spelled nowhere else,
// except for those that scripts and forms know by their fixed names.
const (
	idMain        = "main"
	idSidebar     = "sidebar"
	idSideLinks   = "side-links"
	idThreads     = "threads"
	idThreadTitle = "thread-title"
	idTurns       = "turns"
	idEarlier     = "earlier"
	idThreadState = "thread-state"
	idComposer    = "composer"
	idTasks       = "tasks"
	idResults     = "results"
	idShelf       = "shelf"
	idPalette     = "palette-list"
	idImport      = "import"
	idToasts      = "toasts"
	idAnnouncer   = "announcer"
)

func idThread(thread string) string { return "thread-" + thread }

func idTurn(run string) string { return "turn-" + run }

// idItems is the turn's list of items.
func idItems(run string) string { return "items-" + run }

// idStatus is the turn's foot: progress, how it ended, actions.
func idStatus(run string) string { return "status-" + run }

func idItem(item string) string { return "item-" + item }

// idBody is where the closed blocks of a part of a message are.
func idBody(item string, part int) string { return "body-" + item + "-" + strconv.Itoa(part) }

// idTail is where the last, still open block of that part is.
func idTail(item string, part int) string { return "tail-" + item + "-" + strconv.Itoa(part) }

// idSource is the nth source of a message.
func idSource(item string, n int) string { return "source-" + item + "-" + strconv.Itoa(n) }

// idFootnotes is what the ids of footnotes of a part of a message begin with.
func idFootnotes(item string, part int) string { return "note-" + item + "-" + strconv.Itoa(part) }

// idFootnote is the nth footnote of a text.
func idFootnote(text string, n int) string { return text + "-" + strconv.Itoa(n) }

// idFootnoteRef is the rth reference to it.
func idFootnoteRef(text string, n, r int) string { return idFootnote(text, n) + "-" + strconv.Itoa(r) }

func idTask(task string) string { return "task-" + task }

func selector(id string) string { return "#" + id }
