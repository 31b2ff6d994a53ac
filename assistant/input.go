package assistant

import "encoding/json"

// inputKind says what an inputItem is.
type inputKind int

const (
	inputUser      inputKind = iota // what the person sent: parts
	inputContext                    // what the app adds to it, in the person's role: parts
	inputAssistant                  // what the assistant answered: text
	inputCall                       // a tool that the assistant called: call
	inputOutput                     // what the tool answered: call.id, text
	inputRaw                        // an item of the provider's own: raw
)

// inputItem is one entry of what a model reads of a conversation, in no server's
// own form. There is no kind for system text: that is the operator's alone, and
// nothing that a person, a file, a page or a tool wrote may become it.
//
// Every inputCall is followed by its inputOutput, before the next message of the
// person's; several calls of one answer may stand before their outputs.
type inputItem struct {
	kind  inputKind
	parts []inputPart
	text  string
	call  inputFunction
	raw   json.RawMessage // for a provider that wants its items back as it sent them; others pass it over
}

// inputFunction is a call of a tool. Arguments are a JSON object's text.
type inputFunction struct{ id, name, arguments string }

// partKind says what an inputPart is.
type partKind int

const (
	partText  partKind = iota // text
	partImage                 // url
	partFile                  // url, name, mime
)

// inputPart is a piece of what a person sent. The url of a file is a data URL,
// that of a picture may also be one of the web.
type inputPart struct {
	kind            partKind
	text            string
	url, name, mime string
}

// inputReads says what a model server takes besides text. What it does not take
// is named to the model, with the reason.
type inputReads struct{ images, pdfs bool }
