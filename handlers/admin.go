package handlers

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// peoplePage lists the accounts, those that ?q finds.
func (h *Handlers) peoplePage(c *fiber.Ctx) error { return h.showPeople(c, views.AdminPeople{}) }

func (h *Handlers) showPeople(c *fiber.Ctx, page views.AdminPeople) error {
	ctx := c.UserContext()
	page.Viewer, page.Search, page.SignupOpen = viewerView(c), c.Query("q"), h.SignupOpen
	people, more, err := h.DB.People(ctx, models.PeopleQuery{Search: page.Search, After: c.Query("after"), Limit: adminPage})
	if err != nil {
		return err
	}
	for _, u := range people {
		page.People = append(page.People, personView(&u))
	}
	if more {
		page.More = people[len(people)-1].ID
	}
	invites, err := h.DB.Invites(ctx, adminPage)
	if err != nil {
		return err
	}
	for _, in := range invites {
		page.Invites = append(page.Invites, views.AdminInvite{ID: in.ID, Email: in.Email, ExpiresAt: in.ExpiresAt.Time})
	}
	list, err := h.threadListView(ctx, userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.AdminPeoplePage(page, list))
}

// adminPage is how many rows a page of the administration has.
const adminPage = 50

func personView(u *models.User) views.AdminPerson {
	return views.AdminPerson{ID: u.ID, Name: u.Name, Email: u.Email, Admin: u.Role == models.RoleAdmin,
		Disabled: u.DisabledAt != nil, CreatedAt: u.CreatedAt.Time}
}

// personPage shows one account.
func (h *Handlers) personPage(c *fiber.Ctx) error {
	return h.showPerson(c, views.AdminAccount{Saved: c.Query("saved") != ""})
}

func (h *Handlers) showPerson(c *fiber.Ctx, page views.AdminAccount) error {
	ctx := c.UserContext()
	u, err := h.DB.User(ctx, c.Params("person"))
	if err != nil {
		return err
	}
	used, err := h.DB.UsedToday(ctx, u.ID)
	if err != nil {
		return err
	}
	page.Viewer, page.Person, page.You = viewerView(c), personView(u), u.ID == userID(c)
	page.UsedMessages, page.UsedTokens = used.Messages, used.Tokens
	page.ServerMessages, page.ServerTokens = h.DB.Limits().Messages, h.DB.Limits().Tokens
	if page.Problem == "" {
		page.LimitMessages, page.LimitTokens = limitText(u.DailyMessages), limitText(u.DailyTokens)
	}
	list, err := h.threadListView(ctx, userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.AdminAccountPage(page, list))
}

// changePerson does something to another person's account, then shows it again.
func (h *Handlers) changePerson(c *fiber.Ctx, do func(id string) error) error {
	id := c.Params("person")
	if id == userID(c) {
		return errSelf
	}
	if err := do(id); err != nil {
		return err
	}
	return c.Redirect("/admin/people/"+id, fiber.StatusSeeOther)
}

func (h *Handlers) setRole(c *fiber.Ctx) error {
	return h.changePerson(c, func(id string) error {
		return h.DB.SetRole(c.UserContext(), id, c.FormValue("role"))
	})
}

// disablePerson shuts somebody out. What runs for them here ends at once, on other
// servers of the same database as soon as those look.
func (h *Handlers) disablePerson(c *fiber.Ctx) error {
	return h.changePerson(c, func(id string) error {
		if err := h.DB.DisableUser(c.UserContext(), id); err != nil {
			return err
		}
		h.Engine.StopUser(id, models.StoppedByAdmin)
		h.accessChanged(id)
		return nil
	})
}

func (h *Handlers) enablePerson(c *fiber.Ctx) error {
	return h.changePerson(c, func(id string) error { return h.DB.EnableUser(c.UserContext(), id) })
}

// setPersonLimits gives somebody daily limits of their own.
func (h *Handlers) setPersonLimits(c *fiber.Ctx) error {
	page := views.AdminAccount{LimitMessages: strings.TrimSpace(c.FormValue("messages")), LimitTokens: strings.TrimSpace(c.FormValue("tokens"))}
	messages, err1 := limitOf(page.LimitMessages)
	tokens, err2 := limitOf(page.LimitTokens)
	err := errors.Join(err1, err2)
	if err == nil {
		err = h.DB.SetUserLimits(c.UserContext(), c.Params("person"), messages, tokens)
	}
	if bad, ok := errors.AsType[*models.InvalidError](err); ok {
		page.Problem = bad.Message
		problemOf(bad).answer(c)
		return h.showPerson(c, page)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/admin/people/"+c.Params("person")+"?saved=1", fiber.StatusSeeOther)
}

// limitOf reads a limit as it was typed: nothing is the server's.
func limitOf(text string) (*int64, error) {
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, &models.InvalidError{Field: "limits", Message: locale.Mark("A limit is a number from 0 up; 0 is no limit.")}
	}
	return &n, nil
}

func limitText(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// adminModels shows which models people may choose.
func (h *Handlers) adminModels(c *fiber.Ctx) error {
	off, err := h.DB.ModelsOff(c.UserContext())
	if err != nil {
		return err
	}
	page := views.AdminModels{Viewer: viewerView(c), Saved: c.Query("saved") != ""}
	for _, m := range h.Models {
		page.Models = append(page.Models, views.AdminModel{ID: m.ID, Label: m.Label, On: !contains(off, m.ID)})
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.AdminModelsPage(page, list))
}

// setAdminModels lets people choose the models of the form, and no others.
func (h *Handlers) setAdminModels(c *fiber.Ctx) error {
	on, off := formValues(c, "model"), []string(nil)
	for i, m := range h.Models {
		if i > 0 && !contains(on, m.ID) {
			off = append(off, m.ID)
		}
	}
	if err := h.DB.SetModelsOff(c.UserContext(), off); err != nil {
		return err
	}
	return c.Redirect("/admin/models?saved=1", fiber.StatusSeeOther)
}
