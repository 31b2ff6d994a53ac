package widget

// The methods of this file give every component its type. Each MarshalJSON uses a
// local type without methods, so that encoding/json does not call it again.

// Kind returns "Card".
func (Card) Kind() string { return "Card" }

// MarshalJSON writes the component.
func (n Card) MarshalJSON() ([]byte, error) {
	type plain Card
	return typed("Card", plain(n))
}

// Kind returns "ListView".
func (ListView) Kind() string { return "ListView" }

// MarshalJSON writes the component.
func (n ListView) MarshalJSON() ([]byte, error) {
	type plain ListView
	return typed("ListView", plain(n))
}

// Kind returns "ListViewItem".
func (ListViewItem) Kind() string { return "ListViewItem" }

// MarshalJSON writes the component.
func (n ListViewItem) MarshalJSON() ([]byte, error) {
	type plain ListViewItem
	return typed("ListViewItem", plain(n))
}

// Kind returns "Basic".
func (Basic) Kind() string { return "Basic" }

// MarshalJSON writes the component.
func (n Basic) MarshalJSON() ([]byte, error) {
	type plain Basic
	return typed("Basic", plain(n))
}

// Kind returns "Box".
func (Box) Kind() string { return "Box" }

// MarshalJSON writes the component.
func (n Box) MarshalJSON() ([]byte, error) {
	type plain Box
	return typed("Box", plain(n))
}

// Kind returns "Row".
func (Row) Kind() string { return "Row" }

// MarshalJSON writes the component.
func (n Row) MarshalJSON() ([]byte, error) {
	type plain Row
	return typed("Row", plain(n))
}

// Kind returns "Col".
func (Col) Kind() string { return "Col" }

// MarshalJSON writes the component.
func (n Col) MarshalJSON() ([]byte, error) {
	type plain Col
	return typed("Col", plain(n))
}

// Kind returns "Form".
func (Form) Kind() string { return "Form" }

// MarshalJSON writes the component.
func (n Form) MarshalJSON() ([]byte, error) {
	type plain Form
	return typed("Form", plain(n))
}

// Kind returns "Divider".
func (Divider) Kind() string { return "Divider" }

// MarshalJSON writes the component.
func (n Divider) MarshalJSON() ([]byte, error) {
	type plain Divider
	return typed("Divider", plain(n))
}

// Kind returns "Spacer".
func (Spacer) Kind() string { return "Spacer" }

// MarshalJSON writes the component.
func (n Spacer) MarshalJSON() ([]byte, error) {
	type plain Spacer
	return typed("Spacer", plain(n))
}

// Kind returns "Transition".
func (Transition) Kind() string { return "Transition" }

// MarshalJSON writes the component.
func (n Transition) MarshalJSON() ([]byte, error) {
	type plain Transition
	return typed("Transition", plain(n))
}

// Kind returns "Table".
func (Table) Kind() string { return "Table" }

// MarshalJSON writes the component.
func (n Table) MarshalJSON() ([]byte, error) {
	type plain Table
	return typed("Table", plain(n))
}

// Kind returns "Table.Row".
func (TableRow) Kind() string { return "Table.Row" }

// MarshalJSON writes the component.
func (n TableRow) MarshalJSON() ([]byte, error) {
	type plain TableRow
	return typed("Table.Row", plain(n))
}

// Kind returns "Table.Cell".
func (TableCell) Kind() string { return "Table.Cell" }

// MarshalJSON writes the component.
func (n TableCell) MarshalJSON() ([]byte, error) {
	type plain TableCell
	return typed("Table.Cell", plain(n))
}

// Kind returns "Text".
func (Text) Kind() string { return "Text" }

// MarshalJSON writes the component.
func (n Text) MarshalJSON() ([]byte, error) {
	type plain Text
	return typed("Text", plain(n))
}

// Kind returns "Markdown".
func (Markdown) Kind() string { return "Markdown" }

// MarshalJSON writes the component.
func (n Markdown) MarshalJSON() ([]byte, error) {
	type plain Markdown
	return typed("Markdown", plain(n))
}

// Kind returns "Title".
func (Title) Kind() string { return "Title" }

// MarshalJSON writes the component.
func (n Title) MarshalJSON() ([]byte, error) {
	type plain Title
	return typed("Title", plain(n))
}

// Kind returns "Caption".
func (Caption) Kind() string { return "Caption" }

// MarshalJSON writes the component.
func (n Caption) MarshalJSON() ([]byte, error) {
	type plain Caption
	return typed("Caption", plain(n))
}

// Kind returns "Badge".
func (Badge) Kind() string { return "Badge" }

// MarshalJSON writes the component.
func (n Badge) MarshalJSON() ([]byte, error) {
	type plain Badge
	return typed("Badge", plain(n))
}

// Kind returns "Icon".
func (Icon) Kind() string { return "Icon" }

// MarshalJSON writes the component.
func (n Icon) MarshalJSON() ([]byte, error) {
	type plain Icon
	return typed("Icon", plain(n))
}

// Kind returns "Image".
func (Image) Kind() string { return "Image" }

// MarshalJSON writes the component.
func (n Image) MarshalJSON() ([]byte, error) {
	type plain Image
	return typed("Image", plain(n))
}

// Kind returns "Chart".
func (Chart) Kind() string { return "Chart" }

// MarshalJSON writes the component.
func (n Chart) MarshalJSON() ([]byte, error) {
	type plain Chart
	return typed("Chart", plain(n))
}

// Kind returns "Button".
func (Button) Kind() string { return "Button" }

// MarshalJSON writes the component.
func (n Button) MarshalJSON() ([]byte, error) {
	type plain Button
	return typed("Button", plain(n))
}

// Kind returns "Input".
func (Input) Kind() string { return "Input" }

// MarshalJSON writes the component.
func (n Input) MarshalJSON() ([]byte, error) {
	type plain Input
	return typed("Input", plain(n))
}

// Kind returns "Textarea".
func (Textarea) Kind() string { return "Textarea" }

// MarshalJSON writes the component.
func (n Textarea) MarshalJSON() ([]byte, error) {
	type plain Textarea
	return typed("Textarea", plain(n))
}

// Kind returns "Select".
func (Select) Kind() string { return "Select" }

// MarshalJSON writes the component.
func (n Select) MarshalJSON() ([]byte, error) {
	type plain Select
	return typed("Select", plain(n))
}

// Kind returns "DatePicker".
func (DatePicker) Kind() string { return "DatePicker" }

// MarshalJSON writes the component.
func (n DatePicker) MarshalJSON() ([]byte, error) {
	type plain DatePicker
	return typed("DatePicker", plain(n))
}

// Kind returns "Checkbox".
func (Checkbox) Kind() string { return "Checkbox" }

// MarshalJSON writes the component.
func (n Checkbox) MarshalJSON() ([]byte, error) {
	type plain Checkbox
	return typed("Checkbox", plain(n))
}

// Kind returns "RadioGroup".
func (RadioGroup) Kind() string { return "RadioGroup" }

// MarshalJSON writes the component.
func (n RadioGroup) MarshalJSON() ([]byte, error) {
	type plain RadioGroup
	return typed("RadioGroup", plain(n))
}

// Kind returns "Label".
func (Label) Kind() string { return "Label" }

// MarshalJSON writes the component.
func (n Label) MarshalJSON() ([]byte, error) {
	type plain Label
	return typed("Label", plain(n))
}
