package views

// Fragment is one change to a page that is open in a browser.
type Fragment struct {
	Thread string `json:"thread"`
	Target string `json:"target"` // an element's id
	Swap   string `json:"swap"`
	HTML   string `json:"html,omitempty"`
	Seq    int64  `json:"seq,omitempty"` // the last event that it contains
	// Once names what is to happen once in a tab, however often it is sent.
	Once string `json:"once,omitempty"`
}

// What a fragment does to its target.
const (
	// SwapAppend adds the HTML as the target's last children. An element whose
	// id is on the page already takes that one's place instead.
	SwapAppend = "append"
	// SwapReplace puts the HTML in the target's place.
	SwapReplace = "replace"
	// SwapUpdate is SwapReplace for what the page need not have: an item of
	// another turn.
	SwapUpdate = "update"
	// SwapInner puts the HTML in place of what is in the target.
	SwapInner = "inner"
	// SwapRemove takes the target away.
	SwapRemove = "remove"
	// SwapEffect fires the effect that HTML holds as JSON: {"name", "data"}.
	SwapEffect = "effect"
	// SwapText appends the HTML field, as plain text, to the open code block, or the plain text, in the target.
	SwapText = "text"
)
