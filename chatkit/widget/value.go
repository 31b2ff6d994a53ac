package widget

import "github.com/taskpilot/taskpilot/chatkit"

// A Length is Units or CSS: a gap, a width, a padding on all sides.
type Length interface{ length() }

// A Space is a padding or a margin: Units, CSS or Edges.
type Space interface{ space() }

// Units is a number: spacing units for gaps, paddings and margins, pixels for sizes.
type Units float64

// CSS is a length in CSS, such as "50%".
type CSS string

// Edges is a padding or margin that differs by side. X is left and right, Y top
// and bottom.
type Edges struct {
	Top    Length `json:"top,omitempty"`
	Right  Length `json:"right,omitempty"`
	Bottom Length `json:"bottom,omitempty"`
	Left   Length `json:"left,omitempty"`
	X      Length `json:"x,omitempty"`
	Y      Length `json:"y,omitempty"`
}

func (Units) length() {}
func (CSS) length()   {}
func (Units) space()  {}
func (CSS) space()    {}
func (Edges) space()  {}

// A Paint is a colour: a Color for both themes, or a ThemeColor.
type Paint interface{ paint() }

// Color is a token (see the constants), a primitive such as "red-100" or
// "alpha-70", or a colour in CSS.
type Color string

// ThemeColor is a colour that differs between the light and the dark theme.
type ThemeColor struct {
	Light string `json:"light"`
	Dark  string `json:"dark"`
}

func (Color) paint()      {}
func (ThemeColor) paint() {}

// Colours of text and icons.
const (
	Prose     Color = "prose"
	Primary   Color = "primary"
	Emphasis  Color = "emphasis"
	Secondary Color = "secondary"
	Tertiary  Color = "tertiary"
	Success   Color = "success"
	Warning   Color = "warning"
	Danger    Color = "danger"
)

// Colours of backgrounds.
const (
	Surface                  Color = "surface"
	SurfaceSecondary         Color = "surface-secondary"
	SurfaceTertiary          Color = "surface-tertiary"
	SurfaceElevated          Color = "surface-elevated"
	SurfaceElevatedSecondary Color = "surface-elevated-secondary"
)

// Colours of borders and dividers.
const (
	DefaultLine Color = "default"
	SubtleLine  Color = "subtle"
	StrongLine  Color = "strong"
)

// Outline is the border of a box: BorderWidth, Border or Borders.
type Outline interface{ outline() }

// Edge is the border of one edge: BorderWidth or Border.
type Edge interface{ edge() }

// BorderWidth is a border of so many pixels in the default colour.
type BorderWidth int

// Border is a border on all edges, or on one of Borders.
type Border struct {
	Size  int    `json:"size"`
	Color Paint  `json:"color,omitempty"`
	Style string `json:"style,omitempty"` // as in CSS: "solid", "dashed", …
}

// Borders is a border that differs by edge.
type Borders struct {
	Top    Edge `json:"top,omitempty"`
	Right  Edge `json:"right,omitempty"`
	Bottom Edge `json:"bottom,omitempty"`
	Left   Edge `json:"left,omitempty"`
	X      Edge `json:"x,omitempty"`
	Y      Edge `json:"y,omitempty"`
}

func (BorderWidth) outline() {}
func (Border) outline()      {}
func (Borders) outline()     {}
func (BorderWidth) edge()    {}
func (Border) edge()         {}

// Action is what a click, a change or a sent form does.
type Action struct {
	Type    string
	Payload any            // JSON, for whoever handles it; in a form its fields are added
	Handler Handler        // OnServer if empty
	Loading LoadingPattern // LoadAuto if empty
	Sync    bool           // wait for the answer (chatkit.SyncActor) rather than stream it
}

// Handler says who handles an action.
type Handler string

// The handlers of an action: the server, or the page that shows the chat.
const (
	OnServer Handler = "server"
	OnClient Handler = "client"
)

// LoadingPattern says what shows that an action is being done.
type LoadingPattern string

// The ways to show it: as the component sees fit, not at all, on the component,
// or on the whole widget.
const (
	LoadAuto      LoadingPattern = "auto"
	LoadNone      LoadingPattern = "none"
	LoadSelf      LoadingPattern = "self"
	LoadContainer LoadingPattern = "container"
)

// MarshalJSON leaves out what is at its default.
func (a Action) MarshalJSON() ([]byte, error) {
	j := struct {
		Type      string         `json:"type"`
		Payload   any            `json:"payload,omitempty"`
		Handler   Handler        `json:"handler,omitempty"`
		Loading   LoadingPattern `json:"loadingBehavior,omitempty"`
		Streaming *bool          `json:"streaming,omitempty"`
	}{Type: a.Type, Payload: a.Payload, Handler: a.Handler, Loading: a.Loading}
	if a.Sync {
		j.Streaming = new(bool)
	}
	return chatkit.Marshal(j)
}

// Status is a line above a card or a list, with a favicon or an icon.
type Status struct {
	Text    string `json:"text"`
	Favicon string `json:"favicon,omitempty"` // a URL
	Frame   bool   `json:"frame,omitempty"`   // around the favicon
	Icon    string `json:"icon,omitempty"`
}
