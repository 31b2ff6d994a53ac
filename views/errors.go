package views

import (
	"context"
	"strconv"

	"github.com/taskpilot/taskpilot/views/locale"
)

// usual is what people are told about a status when nothing better is known.
var usual = map[int][2]string{
	400: {locale.Mark("That request didn’t work"), locale.Mark("Something in it could not be read. Go back, check what you entered and try again.")},
	401: {locale.Mark("Please sign in"), locale.Mark("You are not signed in any more. Sign in and try again.")},
	403: {locale.Mark("That is not allowed"), locale.Mark("Your page may have been open for too long. Reload it and try again.")},
	404: {locale.Mark("Not found"), locale.Mark("The page may have been deleted, or the link is wrong. Your chats and tasks are one click away.")},
	405: {locale.Mark("That does not work here"), locale.Mark("The address was called in a way it does not know. Go back and try again.")},
	409: {locale.Mark("Just a moment"), locale.Mark("An answer is still being made in this chat. Wait for it or stop it, then try again.")},
	413: {locale.Mark("That is too much at once"), locale.Mark("Make it shorter or smaller and send it again.")},
	415: {locale.Mark("That format is not understood"), locale.Mark("Go back and try again with the form of the page.")},
	429: {locale.Mark("A little too fast"), locale.Mark("There were too many attempts. Wait a minute and try again.")},
	500: {locale.Mark("Something went wrong"), locale.Mark("It is our fault, not yours, and it has been noted. Please try again in a moment.")},
	503: {locale.Mark("Back in a moment"), locale.Mark("The server is starting or stopping. Please try again in a few seconds.")},
}

func (p Problem) code() string {
	if p.Status == 0 {
		return ""
	}
	return strconv.Itoa(p.Status)
}

func (p Problem) title(ctx context.Context) string {
	if p.Title != "" {
		return locale.Known(ctx, p.Title)
	}
	return locale.Known(ctx, usualFor(p.Status)[0])
}

func (p Problem) message(ctx context.Context) string {
	if p.Message != "" {
		return locale.Known(ctx, p.Message)
	}
	return locale.Known(ctx, usualFor(p.Status)[1])
}

func usualFor(status int) [2]string {
	if text, ok := usual[status]; ok {
		return text
	}
	if status >= 400 && status < 500 {
		return usual[400]
	}
	return usual[500]
}

func toastKind(kind string) string {
	switch kind {
	case "warning", "danger":
		return kind
	}
	return "info"
}

// toastRole makes screen readers speak up at once for what went wrong only.
func toastRole(kind string) string {
	if kind == "danger" {
		return "alert"
	}
	return "status"
}

func toastIcon(kind string) string {
	if toastKind(kind) == "info" {
		return "spark"
	}
	return "warning"
}
