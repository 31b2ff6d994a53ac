package openaitest

// voice says an answer in the form of the interface that was called: as a stream
// or whole, of chat completions, of the Responses API or of a run.
type voice interface {
	begin() // says nothing yet, as servers do first
	think(thought string)
	say(delta string)
	refuse(words string)
	cite(c Citation)
	search(s Search)
	draw(data string, partials []string)
	call(calls []call)
	// finish ends the answer: "stop", or "length", "content_filter", "error", or for
	// a run one of its own last states.
	finish(reason string, usage bool)
	// fail reports an error amid the answer.
	fail()
}

// Citation is a source that an answer cites: a page, or with FileID a file.
type Citation struct {
	URL, Title       string
	FileID, Filename string
	Start, End       int
}

// Search is a search that the server itself does before it answers: in the web, or
// with Files in files, of which Sources are the names then.
type Search struct {
	Files   bool
	Query   string
	Sources []string
}

// call is a tool call of an answer.
type call struct{ id, name, arguments string }

// callsOf reads name, arguments, name, arguments….
func callsOf(pairs []string) []call {
	var list []call
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, call{callID(i / 2), pairs[i], pairs[i+1]})
	}
	return list
}

// What every counted answer is said to have cost.
const (
	promptTokens, answerTokens = 5, 7
	cachedTokens, thinkTokens  = 2, 3
)

// whole is a voice that collects an answer, to write it at once.
type whole struct {
	write     func(w *whole) // when it is finished
	broken    func()         // when it fails
	thoughts  []string
	text      string
	refusal   string
	citations []Citation
	searches  []Search
	drawn     string
	calls     []call
	reason    string
	usage     bool
}

func (w *whole) begin()                       {}
func (w *whole) think(thought string)         { w.thoughts = append(w.thoughts, thought) }
func (w *whole) say(delta string)             { w.text += delta }
func (w *whole) refuse(words string)          { w.refusal += words }
func (w *whole) cite(c Citation)              { w.citations = append(w.citations, c) }
func (w *whole) search(s Search)              { w.searches = append(w.searches, s) }
func (w *whole) draw(data string, _ []string) { w.drawn = data }
func (w *whole) call(calls []call)            { w.calls = append(w.calls, calls...) }
func (w *whole) fail()                        { w.broken() }

func (w *whole) finish(reason string, _ bool) {
	w.reason, w.usage = reason, true
	if len(w.calls) > 0 && reason == "stop" {
		w.reason = "tool_calls"
	}
	w.write(w)
}
