package widget

import (
	"reflect"
	"strings"
	"sync"
)

// component is what is known of a kind of component: its properties, and which
// of them must be there.
type component map[string]bool

// components returns what is known of every kind, read off the Go types.
var components = sync.OnceValue(func() map[string]component {
	all := map[string]component{}
	for _, n := range []Node{Card{}, ListView{}, ListViewItem{}, Basic{}, Box{}, Row{}, Col{}, Form{}, Divider{}, Spacer{},
		Transition{}, Table{}, TableRow{}, TableCell{}, Text{}, Markdown{}, Title{}, Caption{}, Badge{}, Icon{}, Image{}, Chart{},
		Button{}, Input{}, Textarea{}, Select{}, DatePicker{}, Checkbox{}, RadioGroup{}, Label{}} {
		props := component{"type": true}
		props.add(reflect.TypeOf(n))
		all[n.Kind()] = props
	}
	return all
})

func (c component) add(t reflect.Type) {
	for field := range t.Fields() {
		if field.Anonymous {
			c.add(field.Type)
			continue
		}
		name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
		c[name] = rest == ""
	}
}
