package chatkit

// EncodedItem is an item that stays as [Marshal] wrote it: what a store has for
// a list that is only handed on. It is made by [NewEncodedItem].
type EncodedItem struct {
	base ItemBase
	typ  string
	json string
}

// NewEncodedItem returns the item of this type and base whose JSON this is. It
// looks only whether the JSON begins as Marshal begins such an item, and reports
// false if not: then the item must be decoded.
func NewEncodedItem(typ string, base ItemBase, json string) (*EncodedItem, bool) {
	var buf [256]byte
	begin := appendBase(buf[:0], typ, &base)
	if len(json) < len(begin) || json[:len(begin)] != string(begin) {
		return nil, false
	}
	return &EncodedItem{base, typ, json}, true
}

// Base returns a copy: an encoded item does not change.
func (e *EncodedItem) Base() *ItemBase {
	base := e.base
	return &base
}

// ItemType returns the type that the item was made with.
func (e *EncodedItem) ItemType() string { return e.typ }

// MarshalJSON writes the item as it is.
func (e *EncodedItem) MarshalJSON() ([]byte, error) { return e.appendJSON(nil) }

func (e *EncodedItem) appendJSON(dst []byte) ([]byte, error) { return append(dst, e.json...), nil }
