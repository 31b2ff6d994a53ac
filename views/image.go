package views

import "strconv"

func drawnLabel(it TurnItem) string {
	if it.Pending {
		return "A picture that is being drawn"
	}
	return "A picture that was drawn for you"
}

// percent is a part of one in whole hundredths.
func percent(part float64) string { return strconv.Itoa(int(100 * max(0, min(1, part)))) }
