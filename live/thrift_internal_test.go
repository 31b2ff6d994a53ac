package live

import "testing"

// TestRoomPercent asserts that the collector's room is Go's own for a small
// process, about the same size for a larger one, and never next to nothing.
func TestRoomPercent(t *testing.T) {
	t.Parallel()
	for used, want := range map[uint64]uint64{0: 100, 4 << 20: 100, 8 << 20: 100, 16 << 20: 50, 32 << 20: 25, 4 << 30: 25} {
		if got := roomPercent(used); got != want {
			t.Errorf("%d bytes in use: room of %d %%, want %d", used, got, want)
		}
	}
}
