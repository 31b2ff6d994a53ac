package handlers

import (
	"errors"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// shownImports is how many imports the page names.
const shownImports = 5

// dataPage is about everything that the person has here.
func (h *Handlers) dataPage(c *fiber.Ctx) error { return h.showData(c, nil) }

func (h *Handlers) showData(c *fiber.Ctx, wrong error) error {
	d := views.Data{Viewer: viewerView(c), HasPassword: viewerOf(c).User.HasPassword(), Done: c.Query("done"),
		Errors: wrongFields(wrong, proofField)}
	imports, err := h.DB.Imports(c.UserContext(), userID(c), shownImports)
	if err != nil {
		return err
	}
	for i := range imports {
		d.Imports = append(d.Imports, h.importView(&imports[i]))
	}
	return h.inSettings(c, wrong, func(list views.ThreadList) templ.Component { return views.DataPage(d, list) })
}

// deleteAccount deletes the person's account with everything in it.
func (h *Handlers) deleteAccount(c *fiber.Ctx) error {
	u := viewerOf(c).User
	if !strings.EqualFold(strings.TrimSpace(c.FormValue("confirm")), u.Email) {
		return h.showData(c, &models.InvalidError{Field: "confirm", Message: locale.Mark("This is not your address. Type it as it is shown, if you really want to delete your account.")})
	}
	if u.HasPassword() {
		if err := h.prove(c, c.FormValue(proofField)); err != nil {
			return h.showData(c, err)
		}
	} else if ok, err := h.provenLately(c); err != nil {
		return err
	} else if !ok {
		return h.askAgain(c, "/settings/data", errProve, "")
	}
	err := h.removeAccount(c, u)
	if errors.Is(err, models.ErrLastAdmin) {
		return h.showData(c, errOnlyAdmin)
	}
	if err != nil {
		return err
	}
	h.sessions.forget(c)
	c.Locals(viewerKey, nil)
	c.Set("Clear-Site-Data", `"storage"`)
	return h.render(c, views.FarewellPage())
}

// removeAccount stops the person's answers, deletes all that is theirs, and ends
// their streams.
func (h *Handlers) removeAccount(c *fiber.Ctx, u *models.User) error {
	ctx := c.UserContext()
	if err := h.DB.MayLeave(ctx, u.ID); err != nil {
		return err
	}
	h.Engine.StopUser(u.ID, "")
	for _, key := range []string{signInKey(u.Email), "reset:account:" + u.Email, signUpKey(u.Email), proofKey(u.ID), "email:" + u.ID} {
		if err := h.DB.Forgive(ctx, key); err != nil {
			return err
		}
	}
	remove := h.DB.DeleteUser
	if h.Files != nil {
		remove = h.Files.DeleteUser
	}
	if err := remove(ctx, u.ID); err != nil {
		return err
	}
	h.accessChanged(u.ID)
	h.outbox.do(ctx, "words of what was deleted", h.DB.ForgetWords)
	return nil
}
