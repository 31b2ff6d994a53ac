package chatkit

import "testing"

func TestUpstream_test_vendor_icon_names_are_valid(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"vendor:acme", "lucide:alarm-clock", "vendor:"} {
		if !ValidIcon(name) {
			t.Errorf("%s is refused", name)
		}
	}
}

func TestUpstream_test_literal_icon_names_are_valid(t *testing.T) {
	t.Parallel()
	for _, name := range append(Icons(), "bolt", "write-alt2", "agent") {
		if !ValidIcon(name) {
			t.Errorf("%s is refused", name)
		}
	}
	if n := len(Icons()); n != 64 {
		t.Errorf("%d icons", n)
	}
}

func TestUpstream_test_invalid_icon_names_are_rejected(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", " ", "upload", "Bolt", "bolt ", "check check", "acme:bolt", "vendor"} {
		if ValidIcon(name) {
			t.Errorf("%q is accepted", name)
		}
	}
}
