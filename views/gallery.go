package views

import (
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit"
)

// State is one component in one state, with made-up data: what the gallery
// shows and the tests keep as golden files.
type State struct {
	Name string // lower case, words joined by -
	Page bool   // a whole page, not a part of one
	View templ.Component
}

// The made-up world of the gallery: fixed, so that its pages never change by themselves.
var (
	galleryNow    = time.Date(2026, 11, 22, 15, 4, 0, 0, time.UTC)
	galleryYou    = Viewer{Name: "Ada Lindqvist", Email: "ada@example.org"}
	galleryThread = "thr_gallery"
)

// States returns every state of the gallery.
func States() []State {
	return slices.Concat(pageStates(), adminStates(), settingsStates(), oidcStates(), importStates(), findStates(), turnStates(), partStates(), widgetStates(), itemStates())
}

func pageStates() []State {
	list := galleryList("thr_gallery")
	none := ThreadList{Now: galleryNow}
	refused := map[string]string{"email": "That does not look like an e-mail address.", "password": "Choose at least 8 characters."}
	tasks := Tasks{Viewer: galleryYou, Now: galleryNow, Tasks: galleryTasks(), Deleted: &Task{ID: "todo_9", Title: "Buy bread"}}
	long := Chat{Viewer: galleryYou, Sharing: true, Now: galleryNow, Threads: list, Turns: galleryTurns(), Seq: 42, ClientKey: "key",
		Thread: &Thread{ID: galleryThread, Title: "Planning the autumn release"}, Earlier: 12}
	running := long
	running.Turns = append(galleryTurns()[:1:1], turnRunning())
	locked := long
	locked.Thread = &Thread{ID: galleryThread, Title: "An old conversation", Status: chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "Somebody looks into this."}}
	closed := long
	closed.Thread = &Thread{ID: galleryThread, Title: "An old conversation", Status: chatkit.ThreadStatus{Type: chatkit.Closed}}
	refusedChat := long
	refusedChat.Draft, refusedChat.Problem = "And one more thing", "An answer is still being made in this chat. Wait for it or stop it, then send again."
	return []State{
		{"page-sign-in", true, SignIn(AuthForm{SignupOpen: true, PasskeyOrigin: galleryOrigin})},
		{"page-sign-in-refused", true, SignIn(AuthForm{SignupOpen: true, PasskeyOrigin: galleryOrigin, Email: "ada@example.org", Next: "/tasks", Problem: "E-mail or password is wrong. Check both and try again."})},
		{"page-sign-up", true, SignUp(AuthForm{SignupOpen: true})},
		{"page-sign-up-refused", true, SignUp(AuthForm{SignupOpen: true, Email: "ada@", Name: "Ada", Errors: refused})},
		{"page-sign-up-closed", true, SignUp(AuthForm{})},
		{"page-chat-new", true, ChatPage(Chat{Viewer: galleryYou, Now: galleryNow, Threads: galleryList(""), ClientKey: "key",
			MaxFile: 20 << 20, Dictation: true, Demo: true, Tools: []Model{{"web_search", "Search the web"}}, Models: []Model{{"small", "Fast"}, {"large", "Thorough"}}})},
		{"page-chat-first", true, ChatPage(Chat{Viewer: galleryYou, Now: galleryNow, Threads: none, ClientKey: "key"})},
		{"page-chat", true, ChatPage(long)},
		{"page-chat-running", true, ChatPage(running)},
		{"page-chat-closed", true, ChatPage(closed)},
		{"page-chat-locked", true, ChatPage(locked)},
		{"page-chat-refused", true, ChatPage(refusedChat)},
		{"page-share", true, SharePage(Share{ThreadID: galleryThread, Title: "Planning the autumn release"}, galleryYou, list)},
		{"page-share-link", true, SharePage(Share{ThreadID: galleryThread, Title: "Planning the autumn release", URL: "https://chat.example.com/share/shr_1", At: galleryNow, Behind: true}, galleryYou, list)},
		{"page-shared", true, SharedPage(galleryTranscript())},
		{"page-rename", true, RenamePage(galleryYou, list, list.Threads[0], "")},
		{"page-shortcuts", true, ShortcutsPage(galleryYou, list)},
		{"page-tasks", true, TasksPage(tasks, galleryList(""))},
		{"page-tasks-empty", true, TasksPage(Tasks{Viewer: galleryYou, Now: galleryNow}, galleryList(""))},
		{"page-widget", true, WidgetPage(Widget{UserID: "usr_ada", UserName: galleryYou.Name, ScriptURL: "https://cdn.example.com/chatkit.js", DomainKey: "key"})},
		{"page-error-404", true, ErrorPage(Problem{Status: 404, Viewer: &galleryYou})},
		{"page-error-500", true, ErrorPage(Problem{Status: 500})},
	}
}

func turnStates() []State {
	ended := func(status, message string, incomplete bool) Turn {
		t := galleryTurns()[0]
		t.Status, t.ErrorMessage, t.AllowRetry = status, message, true
		t.Items = append(t.Items[:1:1], TurnItem{Item: answer("msg_cut", "Here is how far it got before"), Incomplete: incomplete})
		return t
	}
	return []State{
		{"turn-completed", false, TurnView(galleryTurns()[0])},
		{"turn-markdown", false, TurnView(turnMarkdown())},
		{"turn-running", false, TurnView(turnRunning())},
		{"turn-thinking", false, TurnView(Turn{RunID: "run_t", ThreadID: galleryThread, Status: StatusRunning, Items: []TurnItem{{Item: asked("msg_t", "What is due this week?")}}})},
		{"turn-stopped", false, TurnView(ended(StatusCancelled, "", true))},
		{"turn-interrupted", false, TurnView(ended(StatusInterrupted, "", true))},
		{"turn-failed", false, TurnView(ended(StatusFailed, "The model server is busy. Please try again in a minute.", false))},
		{"turn-waiting", false, TurnView(ended(StatusAction, "", false))},
		{"turn-items", false, TurnView(turnAllItems())},
		{"turn-pending", false, pendingTurn()},
	}
}

func partStates() []State {
	list := galleryList("thr_gallery")
	return []State{
		{"thread-list", false, ThreadListFragment(list)},
		{"thread-row-rename", false, RenameRow(list.Threads[0], true, "Give it a name.")},
		{"older-turns", false, OlderTurns(galleryThread, 3, galleryTurns()[:1])},
		{"tasks-refused", false, TasksView(Tasks{Now: galleryNow, Filter: TaskFilter{Status: "pending"}, Tasks: galleryTasks()[:1], Next: "todo_2",
			Editing: &TaskForm{ID: "todo_1", Due: "soon", Errors: map[string]string{"title": "Say what has to be done.", "due_at": "Choose a day."}}})},
		{"tasks-none-done", false, TasksView(Tasks{Now: galleryNow, Filter: TaskFilter{Status: "completed"}})},
		{"tasks-none-found", false, TasksView(Tasks{Now: galleryNow, Filter: TaskFilter{Due: "today", Text: "milk"}})},
		{"tasks-new-refused", false, TasksAnswer(Tasks{Now: galleryNow, Tasks: galleryTasks()[3:4], New: TaskForm{Title: "…", Errors: map[string]string{"title": "The title is too long."}}}, true)},
		{"toast-info", false, Toast("info", "", "Your name was changed.")},
		{"toast-error", false, ErrorFragment(Problem{Status: 429})},
		{"notice", false, NoticeToast(chatkit.Notice{Level: "warning", Title: "Nearly full", Message: "You have used **90 %** of this month's answers."})},
	}
}

func galleryTranscript() Transcript {
	t := Transcript{Title: "Planning the autumn release", At: galleryNow, Earlier: "/share/shr_1?before=12"}
	for _, turn := range append(galleryTurns(), turnMarkdown(), turnAllItems()) {
		t.Items = append(t.Items, turn.Items...)
	}
	return t
}
