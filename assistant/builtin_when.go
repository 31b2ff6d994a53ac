package assistant

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// A library for this exists, and was tried: it reads "buy May flowers" as a date in
// May, "tomorrow at 5" without the time and "the day after tomorrow" as tomorrow.

const (
	weekdayNames = `monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|thu|fri|sat|sun`
	monthNames   = `january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec`
	dayPattern   = `(?:(?P<near>today|tonight|tomorrow|tmrw|(?:the\s+)?day\s+after\s+tomorrow)` +
		`|(?:(?P<next>next|this|coming)\s+)?(?P<weekday>` + weekdayNames + `)` +
		`|in\s+(?P<n>\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|half\s+an|a\s+few|a\s+couple\s+of)\s+(?P<unit>minutes?|mins?|hours?|days?|weeks?|months?|years?)(?:\s+from\s+now)?` +
		`|(?P<span>next\s+(?:week|month|year)|(?:this|the|next)\s+weekend|(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?:week|month|year))` +
		`|(?P<iso>\d{4}-\d{2}-\d{2})` +
		`|(?:the\s+)?(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>` + monthNames + `)(?:,?\s+(?P<y1>\d{4}))?` +
		`|(?P<m2>` + monthNames + `)\s+(?:the\s+)?(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>\d{4}))?)` +
		`(?:\s+(?P<part>morning|afternoon|evening|night))?`
	clockPattern = `(?:(?:at|by|around)\s+(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?(?:\s+o'?clock)?` +
		`|(?P<hour2>\d{1,2})(?:[:.](?P<minute2>\d{2}))?\s*(?P<half2>[ap]\.?m\.?)` +
		`|(?P<hour3>\d{1,2}):(?P<minute3>\d{2})` +
		`|(?:at\s+)?(?P<word>noon|midnight|midday)|in\s+the\s+(?P<part2>morning|afternoon|evening))`
	lead = `(?:(?:by|on|due|until|till|before|for|from|at|starting)\s+)*`
)

var (
	whenForms = []*regexp.Regexp{
		regexp.MustCompile(`(?i)^` + lead + dayPattern + `(?:[\s,]+` + lead + clockPattern + `)?$`),
		regexp.MustCompile(`(?i)^` + clockPattern + `(?:[\s,]+` + lead + dayPattern + `)?$`),
	}
	// Names of days that are none.
	noDays     = regexp.MustCompile(`(?i)\b(?:black|good|ash|casual|palm|easter|cyber)$`)
	units      = map[string]time.Duration{"min": time.Minute, "hou": time.Hour}
	smallWords = []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
)

// takeDue takes a date from the end or the beginning of what is to be done. Without
// one, the title is all there was. Days and times are those of now's zone.
func (b *phrasebook) takeDue(text string, now time.Time) (title string, due *time.Time) {
	words, space, most := strings.Fields(text), " ", 10
	if b != nil && b.joined {
		words, space, most = strings.Split(text, ""), "", 20
	}
	for n := min(len(words)-1, most); n > 0; n-- { // the longest first
		title := strings.TrimRight(strings.Join(words[:len(words)-n], space), " ,;-–—،、，")
		if at, ok := b.parseWhen(strings.Join(words[len(words)-n:], space), now); ok && title != "" && !noDays.MatchString(title) {
			return title, &at
		}
		if at, ok := b.parseWhen(strings.TrimRight(strings.Join(words[:n], space), ",:،、，："), now); ok {
			// "Sun cream" is not for Sunday, but "Sun: cream" is.
			if n > 1 || len(words[0]) > 4 {
				return strings.TrimLeft(strings.Join(words[n:], space), " ,:-–—،、，："), &at
			}
		}
	}
	return text, nil
}

// parseWhen reads a date or a time in the book's language, or in English.
func (b *phrasebook) parseWhen(text string, now time.Time) (time.Time, bool) {
	return parseWhen(b.english(text), now)
}

// parseWhen reads a date, a time or both, and nothing else.
func parseWhen(text string, now time.Time) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, form := range whenForms {
		if m := form.FindStringSubmatch(text); m != nil {
			return resolveWhen(lowered(groups(form, m)), now)
		}
	}
	return time.Time{}, false
}

func lowered(g map[string]string) map[string]string {
	for k, v := range g {
		g[k] = strings.ToLower(spaces.ReplaceAllString(v, " "))
	}
	return g
}

func resolveWhen(g map[string]string, now time.Time) (time.Time, bool) {
	if unit, ok := units[g["unit"][:min(3, len(g["unit"]))]]; ok {
		if g["n"] == "half an" {
			return dueAt(now.Add(unit / 2).Truncate(time.Minute)), unit == time.Hour
		}
		return dueAt(now.Add(time.Duration(amount(g["n"])) * unit).Truncate(time.Minute)), true
	}
	day, dated, ok := resolveDay(g, now)
	if !ok {
		return time.Time{}, false
	}
	hour, minute, timed, ok := resolveClock(g)
	if !ok {
		return time.Time{}, false
	}
	if !timed {
		return day, true
	}
	at := clockOn(day, hour, minute, now.Location())
	if !dated && !at.After(now) {
		at = clockOn(day.AddDate(0, 0, 1), hour, minute, now.Location()) // "at 5" when it is six
	}
	return at, true
}

// resolveDay returns the day that is named, today if none is.
func resolveDay(g map[string]string, now time.Time) (day time.Time, dated, ok bool) {
	today := locale.DateOf(now)
	switch {
	case g["near"] != "":
		ahead := map[string]int{"tomorrow": 1, "tmrw": 1, "today": 0, "tonight": 0}
		if n, ok := ahead[g["near"]]; ok {
			return today.AddDate(0, 0, n), true, true
		}
		return today.AddDate(0, 0, 2), true, true
	case g["weekday"] != "":
		return weekday(today, g["weekday"], g["next"] == "next"), true, true
	case g["span"] != "":
		return span(today, g["span"]), true, true
	case g["unit"] != "":
		n := amount(g["n"])
		switch g["unit"][0] {
		case 'd':
			return today.AddDate(0, 0, n), true, g["n"] != "half an"
		case 'w':
			return today.AddDate(0, 0, 7*n), true, g["n"] != "half an"
		case 'm':
			return today.AddDate(0, n, 0), true, g["n"] != "half an"
		}
		return today.AddDate(n, 0, 0), true, g["n"] != "half an"
	case g["iso"] != "":
		at, err := time.Parse(time.DateOnly, g["iso"])
		return at, true, err == nil
	case g["m1"]+g["m2"] != "":
		return calendarDay(today, g["m1"]+g["m2"], g["d1"]+g["d2"], g["y1"]+g["y2"])
	}
	return today, false, true
}

func amount(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	switch s {
	case "a", "an":
		return 1
	case "a few":
		return 3
	case "a couple of":
		return 2
	}
	return max(1, slices.Index(smallWords, s))
}

// weekday is the next day of that name after today; with next, that of the week
// which begins on the coming Monday.
func weekday(today time.Time, name string, next bool) time.Time {
	want := time.Weekday(0)
	for want.String()[:2] != strings.ToUpper(name[:1])+name[1:2] {
		want++
	}
	if next {
		monday := today.AddDate(0, 0, 7-(int(today.Weekday())+6)%7)
		return monday.AddDate(0, 0, (int(want)+6)%7)
	}
	ahead := (int(want) - int(today.Weekday()) + 7) % 7
	if ahead == 0 {
		ahead = 7
	}
	return today.AddDate(0, 0, ahead)
}

func span(today time.Time, text string) time.Time {
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	end := strings.Contains(text, "end of")
	switch {
	case strings.HasSuffix(text, "weekend"):
		saturday := monday.AddDate(0, 0, 5)
		if strings.HasPrefix(text, "next") {
			saturday = saturday.AddDate(0, 0, 7)
		}
		return saturday
	case end && strings.HasSuffix(text, "week"):
		return monday.AddDate(0, 0, 6)
	case end && strings.HasSuffix(text, "month"):
		return time.Date(today.Year(), today.Month()+1, 0, 0, 0, 0, 0, time.UTC)
	case end:
		return time.Date(today.Year(), 12, 31, 0, 0, 0, 0, time.UTC)
	case strings.HasSuffix(text, "week"):
		return monday.AddDate(0, 0, 7)
	case strings.HasSuffix(text, "month"):
		return time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(today.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
}

// calendarDay is a day of a month: of this year, or of the next if it is past.
func calendarDay(today time.Time, month, day, year string) (time.Time, bool, bool) {
	m := time.January
	for m < time.December && !strings.HasPrefix(strings.ToLower(m.String()), month[:3]) {
		m++
	}
	d, err := strconv.Atoi(day)
	y := today.Year()
	if year != "" {
		y, err = strconv.Atoi(year)
	}
	at := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if err != nil || at.Month() != m || d == 0 {
		return time.Time{}, false, false
	}
	if year == "" && at.Before(today) {
		at = time.Date(y+1, m, d, 0, 0, 0, 0, time.UTC)
	}
	return at, true, at.Day() == d
}

// resolveClock returns the time of day. An hour that could be either is one at
// which people are awake: 1 to 6 are in the afternoon.
func resolveClock(g map[string]string) (hour, minute int, timed, ok bool) {
	part := g["part"] + g["part2"]
	if g["near"] == "tonight" {
		part = "evening"
	}
	byPart := map[string]int{"morning": 9, "afternoon": 15, "evening": 19, "night": 21}
	text := g["hour"] + g["hour2"] + g["hour3"]
	switch {
	case g["word"] == "midnight":
		return 24, 0, true, true
	case g["word"] != "":
		return 12, 0, true, true
	case text == "":
		return byPart[part], 0, part != "", true
	}
	hour, err := strconv.Atoi(text)
	minute, err2 := strconv.Atoi("0" + g["minute"] + g["minute2"] + g["minute3"])
	if err != nil || err2 != nil || hour > 24 || minute > 59 {
		return 0, 0, false, false
	}
	half := strings.ReplaceAll(g["half"]+g["half2"], ".", "")
	late := part == "afternoon" || part == "evening" || part == "night"
	switch {
	case half != "" && (hour == 0 || hour > 12):
		return 0, 0, false, false
	case half == "am":
		hour %= 12
	case half == "pm":
		hour = hour%12 + 12
	case late && hour < 12, half == "" && part == "" && hour >= 1 && hour <= 6 && len(text) == 1:
		hour += 12
	}
	return hour, minute, true, true
}
