package widget

// Button does something when it is clicked.
type Button struct {
	Base
	Label     string  `json:"label,omitempty"`
	OnClick   *Action `json:"onClickAction,omitempty"`
	Submit    bool    `json:"submit,omitempty"` // send the form around it
	IconStart string  `json:"iconStart,omitempty"`
	IconEnd   string  `json:"iconEnd,omitempty"`
	Style     string  `json:"style,omitempty"`    // primary, secondary
	IconSize  string  `json:"iconSize,omitempty"` // sm to 2xl
	Color     string  `json:"color,omitempty"`    // primary, secondary, info, discovery, success, caution, warning, danger
	Variant   string  `json:"variant,omitempty"`  // solid, soft, outline, ghost
	Size      string  `json:"size,omitempty"`     // 3xs to 3xl
	Pill      bool    `json:"pill,omitempty"`
	Uniform   bool    `json:"uniform,omitempty"` // as high as wide
	Block     bool    `json:"block,omitempty"`   // as wide as there is room
	Disabled  bool    `json:"disabled,omitempty"`
}

// Input is a field for one line of text.
type Input struct {
	Base
	Name         string `json:"name"`
	InputType    string `json:"inputType,omitempty"` // number, email, text, password, tel, url
	DefaultValue string `json:"defaultValue,omitempty"`
	Required     bool   `json:"required,omitempty"`
	Pattern      string `json:"pattern,omitempty"`
	Placeholder  string `json:"placeholder,omitempty"`
	Autofill     bool   `json:"allowAutofillExtensions,omitempty"`
	AutoSelect   bool   `json:"autoSelect,omitempty"`
	AutoFocus    bool   `json:"autoFocus,omitempty"`
	Disabled     bool   `json:"disabled,omitempty"`
	Variant      string `json:"variant,omitempty"` // soft, outline
	Size         string `json:"size,omitempty"`
	GutterSize   string `json:"gutterSize,omitempty"` // 2xs to xl
	Pill         bool   `json:"pill,omitempty"`
}

// Textarea is a field for several lines of text.
type Textarea struct {
	Base
	Name         string `json:"name"`
	DefaultValue string `json:"defaultValue,omitempty"`
	Required     bool   `json:"required,omitempty"`
	Pattern      string `json:"pattern,omitempty"`
	Placeholder  string `json:"placeholder,omitempty"`
	AutoSelect   bool   `json:"autoSelect,omitempty"`
	AutoFocus    bool   `json:"autoFocus,omitempty"`
	Disabled     bool   `json:"disabled,omitempty"`
	Variant      string `json:"variant,omitempty"`
	Size         string `json:"size,omitempty"`
	GutterSize   string `json:"gutterSize,omitempty"`
	Rows         int    `json:"rows,omitempty"`
	AutoResize   bool   `json:"autoResize,omitempty"`
	MaxRows      int    `json:"maxRows,omitempty"`
	Autofill     bool   `json:"allowAutofillExtensions,omitempty"`
}

// Select is a field to choose from a list.
type Select struct {
	Base
	Name         string   `json:"name"`
	Options      []Option `json:"options"`
	OnChange     *Action  `json:"onChangeAction,omitempty"`
	Placeholder  string   `json:"placeholder,omitempty"`
	DefaultValue string   `json:"defaultValue,omitempty"`
	Variant      string   `json:"variant,omitempty"` // solid, soft, outline, ghost
	Size         string   `json:"size,omitempty"`
	Pill         bool     `json:"pill,omitempty"`
	Block        bool     `json:"block,omitempty"`
	Clearable    bool     `json:"clearable,omitempty"`
	Disabled     bool     `json:"disabled,omitempty"`
	Searchable   *bool    `json:"searchable,omitempty"` // by default with more than 15 options
}

// Option is a choice of a Select or a RadioGroup, which has no descriptions.
type Option struct {
	Value       string `json:"value"`
	Label       string `json:"label"`
	Disabled    bool   `json:"disabled,omitempty"`
	Description string `json:"description,omitempty"`
}

// DatePicker is a field for a date. Dates are RFC 3339 or just YYYY-MM-DD.
type DatePicker struct {
	Base
	Name         string  `json:"name"`
	OnChange     *Action `json:"onChangeAction,omitempty"`
	Placeholder  string  `json:"placeholder,omitempty"`
	DefaultValue string  `json:"defaultValue,omitempty"`
	Min          string  `json:"min,omitempty"`
	Max          string  `json:"max,omitempty"`
	Variant      string  `json:"variant,omitempty"`
	Size         string  `json:"size,omitempty"`
	Side         string  `json:"side,omitempty"`  // top, bottom, left, right
	Align        string  `json:"align,omitempty"` // start, center, end
	Pill         bool    `json:"pill,omitempty"`
	Block        bool    `json:"block,omitempty"`
	Clearable    bool    `json:"clearable,omitempty"`
	Disabled     bool    `json:"disabled,omitempty"`
}

// Checkbox is a field for yes or no.
type Checkbox struct {
	Base
	Name           string  `json:"name"`
	Label          string  `json:"label,omitempty"`
	DefaultChecked bool    `json:"defaultChecked,omitempty"`
	OnChange       *Action `json:"onChangeAction,omitempty"`
	Disabled       bool    `json:"disabled,omitempty"`
	Required       bool    `json:"required,omitempty"`
}

// RadioGroup is a field to choose one of few.
type RadioGroup struct {
	Base
	Name         string   `json:"name"`
	Options      []Option `json:"options,omitempty"`
	AriaLabel    string   `json:"ariaLabel,omitempty"` // Name if empty
	OnChange     *Action  `json:"onChangeAction,omitempty"`
	DefaultValue string   `json:"defaultValue,omitempty"`
	Direction    string   `json:"direction,omitempty"` // row or col
	Disabled     bool     `json:"disabled,omitempty"`
	Required     bool     `json:"required,omitempty"`
}

// Label names the field with the name FieldName.
type Label struct {
	Base
	Value     string `json:"value"`
	FieldName string `json:"fieldName"`
	Size      string `json:"size,omitempty"`
	Weight    string `json:"weight,omitempty"`
	Align     string `json:"textAlign,omitempty"`
	Color     Paint  `json:"color,omitempty"`
}
