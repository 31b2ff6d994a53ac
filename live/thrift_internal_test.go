package live

import "testing"

// TestRoomPercent asserts that the collector's room is Go's own for a small
// process, about the same size for a larger one, never next to nothing, and
// larger, but bounded, while much garbage is made.
func TestRoomPercent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ used, garbage, want uint64 }{
		{0, 0, 100}, {4 << 20, 0, 100}, {8 << 20, 0, 100}, {16 << 20, 0, 50}, {32 << 20, 0, 25}, {4 << 30, 0, 25},
		{16 << 20, 8 << 20, 50}, {16 << 20, 64 << 20, 100}, {16 << 20, 1 << 40, 300}, {4 << 30, 1 << 40, 25},
	} {
		if got := roomPercent(c.used, c.garbage); got != c.want {
			t.Errorf("%d bytes in use, %d of garbage a second: room of %d %%, want %d", c.used, c.garbage, got, c.want)
		}
	}
}
