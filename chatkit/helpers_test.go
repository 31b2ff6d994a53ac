package chatkit

import (
	"reflect"
	"testing"
)

// sameJSON fails the test unless both texts are the same JSON value.
func sameJSON(t *testing.T, got []byte, want string) {
	t.Helper()
	g, err := decodeOne(got)
	if err != nil {
		t.Fatalf("got no JSON: %v: %s", err, got)
	}
	w, err := decodeOne([]byte(want))
	if err != nil {
		t.Fatalf("the test wants no JSON: %v: %s", err, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// fold applies events given as JSON.
func fold(t *testing.T, f *Fold, events ...string) {
	t.Helper()
	for _, raw := range events {
		ev, err := UnmarshalEvent([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if err := f.Apply(ev); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
	}
}

// shows fails the test unless the fold's items are these, as JSON.
func shows(t *testing.T, f *Fold, want ...string) {
	t.Helper()
	items := f.Items()
	if len(items) != len(want) {
		t.Fatalf("%d items, want %d", len(items), len(want))
	}
	for i, it := range items {
		got, err := Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, got, want[i])
	}
}
