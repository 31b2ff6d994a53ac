package widget

// Card frames its children.
type Card struct {
	Base
	Children   Nodes       `json:"children"`
	AsForm     bool        `json:"asForm,omitempty"` // Confirm sends its fields
	Background Paint       `json:"background,omitempty"`
	Size       string      `json:"size,omitempty"` // sm, md, lg, full
	Padding    Space       `json:"padding,omitempty"`
	Border     Outline     `json:"border,omitempty"`
	Status     *Status     `json:"status,omitempty"`
	Collapsed  bool        `json:"collapsed,omitempty"` // fold it up, once it is done with
	Confirm    *CardAction `json:"confirm,omitempty"`
	Cancel     *CardAction `json:"cancel,omitempty"`
	Theme      string      `json:"theme,omitempty"` // light or dark, whatever the page's is
}

// CardAction is a button at a card's foot.
type CardAction struct {
	Label  string  `json:"label"`
	Action *Action `json:"action"`
}

// ListView lists its children, each of them a *ListViewItem.
type ListView struct {
	Base
	Children Nodes   `json:"children"`
	Limit    Limit   `json:"limit,omitempty"` // more rows wait behind a button
	Status   *Status `json:"status,omitempty"`
	Theme    string  `json:"theme,omitempty"`
}

// Limit is how many rows a list shows at first: Rows or AutoRows.
type Limit interface{ limit() }

// Rows is so many rows.
type Rows int

// AutoRows leaves the number of rows to the front end.
type AutoRows struct{}

func (Rows) limit()     {}
func (AutoRows) limit() {}

// MarshalJSON writes "auto".
func (AutoRows) MarshalJSON() ([]byte, error) { return []byte(`"auto"`), nil }

// ListViewItem is a row of a ListView.
type ListViewItem struct {
	Base
	Children Nodes   `json:"children"`
	OnClick  *Action `json:"onClickAction,omitempty"`
	Gap      Length  `json:"gap,omitempty"`
	Align    string  `json:"align,omitempty"`
}

// Basic is a root without a frame, as for an entity's preview.
type Basic struct {
	Base
	Children  Nodes  `json:"children,omitempty"`
	Theme     string `json:"theme,omitempty"`
	Direction string `json:"direction,omitempty"` // row or col
	Gap       Length `json:"gap,omitempty"`
	Padding   Space  `json:"padding,omitempty"`
	Align     string `json:"align,omitempty"`
	Justify   string `json:"justify,omitempty"`
}

// Block is the size of a component that takes up room.
type Block struct {
	Height      Length `json:"height,omitempty"`
	Width       Length `json:"width,omitempty"`
	Size        Length `json:"size,omitempty"` // both
	MinHeight   Length `json:"minHeight,omitempty"`
	MinWidth    Length `json:"minWidth,omitempty"`
	MinSize     Length `json:"minSize,omitempty"`
	MaxHeight   Length `json:"maxHeight,omitempty"`
	MaxWidth    Length `json:"maxWidth,omitempty"`
	MaxSize     Length `json:"maxSize,omitempty"`
	AspectRatio Length `json:"aspectRatio,omitempty"` // width by height
}

// Layout is what boxes have in common.
type Layout struct {
	Base
	Block
	Children   Nodes   `json:"children,omitempty"`
	Align      string  `json:"align,omitempty"`   // start, center, end, baseline, stretch
	Justify    string  `json:"justify,omitempty"` // start, center, end, between, around, evenly, stretch
	Wrap       string  `json:"wrap,omitempty"`    // nowrap, wrap, wrap-reverse
	Flex       Length  `json:"flex,omitempty"`
	Gap        Length  `json:"gap,omitempty"`
	Padding    Space   `json:"padding,omitempty"`
	Margin     Space   `json:"margin,omitempty"`
	Border     Outline `json:"border,omitempty"`
	Radius     string  `json:"radius,omitempty"` // 2xs to 4xl, full, 100%, none
	Background Paint   `json:"background,omitempty"`
}

// Box lays out its children in a direction.
type Box struct {
	Layout
	Direction string `json:"direction,omitempty"` // row or col
}

// Row lays out its children side by side.
type Row struct{ Layout }

// Col lays out its children one below the other.
type Col struct{ Layout }

// Form lays out its children, and sends what is in their fields.
type Form struct {
	Layout
	Direction string  `json:"direction,omitempty"`
	OnSubmit  *Action `json:"onSubmitAction,omitempty"`
}

// Divider is a line between components.
type Divider struct {
	Base
	Color   Paint  `json:"color,omitempty"`
	Size    Length `json:"size,omitempty"`
	Spacing Length `json:"spacing,omitempty"`
	Flush   bool   `json:"flush,omitempty"` // to the edge of the card
}

// Spacer pushes components apart.
type Spacer struct {
	Base
	MinSize Length `json:"minSize,omitempty"`
}

// Transition animates the change from one child to another.
type Transition struct {
	Base
	Child Node `json:"children,omitempty"`
}

// Table shows its children, each of them a *TableRow.
type Table struct {
	Base
	Children Nodes `json:"children"`
}

// TableRow is a row of a Table; its children are *TableCell.
type TableRow struct {
	Base
	Children Nodes `json:"children"`
	Header   bool  `json:"header,omitempty"`
}

// TableCell is a cell of a TableRow.
type TableCell struct {
	Base
	Children      Nodes  `json:"children"`
	Width         Length `json:"width,omitempty"`
	Padding       Space  `json:"padding,omitempty"`
	ColSpan       int    `json:"colSpan,omitempty"`
	RowSpan       int    `json:"rowSpan,omitempty"`
	Align         string `json:"align,omitempty"`
	VerticalAlign string `json:"vAlign,omitempty"`  // start, center, end
	ColSize       string `json:"colSize,omitempty"` // xs to xl
}
