package views

// Widget is the page of ChatKit's official React component.
type Widget struct {
	UserID, UserName string
	ScriptURL        string  // of the script that defines the component
	DomainKey        string  // what OpenAI's script asks for
	Dictation        bool    // whether recordings can be written down
	MaxFile          int64   // bytes of a file that may be attached; 0: none may
	Models           []Model // that may be chosen, the one that is used otherwise first
}

// Model is a model, or a tool, that may be chosen.
type Model struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// widgetConfig is what static/src/chatkit/config.js reads.
type widgetConfig struct {
	APIURL     string  `json:"api_url"`
	TasksURL   string  `json:"tasks_url"`
	ThreadsURL string  `json:"threads_url"`
	ChatURL    string  `json:"chat_url"`
	ScriptURL  string  `json:"script_url"`
	DomainKey  string  `json:"domain_key"`
	CSRFToken  string  `json:"csrf_token"`
	UserID     string  `json:"user_id"`
	UserName   string  `json:"user_name"`
	Dictation  bool    `json:"dictation"`
	MaxFile    int64   `json:"max_file"`
	Models     []Model `json:"models,omitempty"`
}

func (w Widget) config(csrf string) widgetConfig {
	return widgetConfig{
		APIURL: "/api/v1/chatkit", TasksURL: "/api/v1/tasks", ThreadsURL: "/api/v1/chatkit/threads", ChatURL: "/chat",
		ScriptURL: w.ScriptURL, DomainKey: w.DomainKey, CSRFToken: csrf, UserID: w.UserID, UserName: w.UserName,
		Dictation: w.Dictation, MaxFile: w.MaxFile, Models: w.Models,
	}
}
