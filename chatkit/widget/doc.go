// Package widget makes ChatKit widgets: trees of components that a chat shows
// in an item's place.
//
// A widget's root is a [Card], a [ListView] or a [Basic]. Write one as a Go
// value and turn it into the JSON of a chatkit.WidgetItem with [JSON]:
//
//	root, err := widget.JSON(&widget.Card{Children: widget.Nodes{
//		&widget.Title{Value: "Groceries"},
//		&widget.Button{Label: "Clear", OnClick: &widget.Action{Type: "list.clear"}},
//	}})
//
// What is left at its zero value is not written, and takes the front end's
// default. Widgets that come from elsewhere stay JSON: [Validate] bounds them and
// says what is unknown in them, [Diff] says what to stream when one becomes
// another, [Stream] does it.
package widget
