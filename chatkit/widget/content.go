package widget

// Text is plain text. With an ID, and Streaming, its value may grow.
type Text struct {
	Base
	Value       string    `json:"value"`
	Streaming   bool      `json:"streaming,omitempty"` // look as if more is to come
	Italic      bool      `json:"italic,omitempty"`
	LineThrough bool      `json:"lineThrough,omitempty"`
	Color       Paint     `json:"color,omitempty"`
	Weight      string    `json:"weight,omitempty"` // normal, medium, semibold, bold
	Width       Length    `json:"width,omitempty"`
	Size        string    `json:"size,omitempty"`      // xs to xl
	Align       string    `json:"textAlign,omitempty"` // start, center, end
	Truncate    bool      `json:"truncate,omitempty"`
	MinLines    int       `json:"minLines,omitempty"`
	MaxLines    int       `json:"maxLines,omitempty"`
	Editable    *Editable `json:"editable,omitempty"`
}

// Editable makes a Text a field of its form.
type Editable struct {
	Name         string `json:"name"`
	AutoFocus    bool   `json:"autoFocus,omitempty"`
	AutoSelect   bool   `json:"autoSelect,omitempty"`
	AutoComplete string `json:"autoComplete,omitempty"` // as in HTML
	Autofill     bool   `json:"allowAutofillExtensions,omitempty"`
	Pattern      string `json:"pattern,omitempty"`
	Placeholder  string `json:"placeholder,omitempty"`
	Required     bool   `json:"required,omitempty"`
}

// Markdown is formatted text. With an ID, and Streaming, its value may grow.
type Markdown struct {
	Base
	Value     string `json:"value"`
	Streaming bool   `json:"streaming,omitempty"`
}

// Title is a headline.
type Title struct {
	Base
	Value    string `json:"value"`
	Color    Paint  `json:"color,omitempty"`
	Weight   string `json:"weight,omitempty"`
	Size     string `json:"size,omitempty"` // sm to 5xl
	Align    string `json:"textAlign,omitempty"`
	Truncate bool   `json:"truncate,omitempty"`
	MaxLines int    `json:"maxLines,omitempty"`
}

// Caption is small print.
type Caption struct {
	Base
	Value    string `json:"value"`
	Color    Paint  `json:"color,omitempty"`
	Weight   string `json:"weight,omitempty"`
	Size     string `json:"size,omitempty"` // sm, md, lg
	Align    string `json:"textAlign,omitempty"`
	Truncate bool   `json:"truncate,omitempty"`
	MaxLines int    `json:"maxLines,omitempty"`
}

// Badge is a word in a frame.
type Badge struct {
	Base
	Label   string `json:"label"`
	Color   string `json:"color,omitempty"`   // secondary, success, danger, warning, info, discovery
	Variant string `json:"variant,omitempty"` // solid, soft, outline
	Size    string `json:"size,omitempty"`    // sm, md, lg
	Pill    bool   `json:"pill,omitempty"`
}

// Icon shows an icon of chatkit's names, or "lucide:name".
type Icon struct {
	Base
	Name  string `json:"name"`
	Color Paint  `json:"color,omitempty"`
	Size  string `json:"size,omitempty"` // xs to 3xl
}

// Image shows a picture.
type Image struct {
	Base
	Block
	Src        string `json:"src"`
	Alt        string `json:"alt,omitempty"`
	Fit        string `json:"fit,omitempty"`      // cover, contain, fill, scale-down, none
	Position   string `json:"position,omitempty"` // center, top, "bottom right", …
	Radius     string `json:"radius,omitempty"`
	Frame      bool   `json:"frame,omitempty"`
	Flush      bool   `json:"flush,omitempty"`
	Margin     Space  `json:"margin,omitempty"`
	Background Paint  `json:"background,omitempty"`
	Flex       Length `json:"flex,omitempty"`
}

// Chart draws series of numbers.
type Chart struct {
	Base
	Block
	Data           []map[string]any `json:"data"` // rows of texts and numbers
	Series         []Series         `json:"series"`
	XAxis          XAxis            `json:"xAxis"`
	ShowYAxis      *bool            `json:"showYAxis,omitempty"`
	ShowLegend     *bool            `json:"showLegend,omitempty"`
	ShowTooltip    *bool            `json:"showTooltip,omitempty"`
	BarGap         *int             `json:"barGap,omitempty"`
	BarCategoryGap *int             `json:"barCategoryGap,omitempty"`
	Flex           Length           `json:"flex,omitempty"`
}

// Series is one line, area or row of bars of a Chart.
type Series struct {
	Type      string `json:"type"` // bar, area, line
	Label     string `json:"label"`
	DataKey   string `json:"dataKey"`
	Stack     string `json:"stack,omitempty"` // bars and areas of one name are stacked
	Color     Paint  `json:"color,omitempty"` // blue, purple, orange, green, red, yellow, pink, …
	CurveType string `json:"curveType,omitempty"`
}

// XAxis names the field of a Chart's rows that tells them apart.
type XAxis struct {
	DataKey string            `json:"dataKey"`
	Hide    bool              `json:"hide,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"` // by value
}
