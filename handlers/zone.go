package handlers

import (
	"regexp"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// zoneCookie is in which our pages' script says where the browser is, by the name
// of the time zone in the IANA's database.
const zoneCookie = "tz"

var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)

// zones are the time zones that were asked for, by name. Only those that exist are
// kept, some hundreds.
type zones struct{ known sync.Map }

// find returns a time zone, nil if there is none of that name.
func (z *zones) find(name string) *time.Location {
	if len(name) > 64 || !zoneName.MatchString(name) || name == "Local" { // that would be the server's own
		return nil
	}
	if zone, ok := z.known.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	z.known.Store(name, zone)
	return zone
}

// placeAs sets the time zone in which the person reads: that of the browser, or
// where it was last.
func (h *Handlers) placeAs(c *fiber.Ctx, u *models.User) {
	zone := h.zones.find(c.Cookies(zoneCookie))
	if zone == nil {
		zone = h.zones.find(u.TimeZone)
	}
	if zone != nil {
		c.SetUserContext(locale.WithZone(c.UserContext(), zone))
	}
}

// rememberPlace keeps where the browser is for what has none, such as programs.
func (h *Handlers) rememberPlace(c *fiber.Ctx) error {
	u, name := viewerOf(c).User, c.Cookies(zoneCookie)
	if name == u.TimeZone || h.zones.find(name) == nil {
		return nil
	}
	return h.DB.SetTimeZone(c.UserContext(), u.ID, name)
}

// here is the present time where the person is.
func (h *Handlers) here(c *fiber.Ctx) time.Time { return locale.Here(c.UserContext(), h.Now()) }
