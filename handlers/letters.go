package handlers

import (
	"context"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// letter is a mail with a name for logs, and for how long there is use in sending it.
type letter struct {
	mail.Letter
	kind string
	life time.Duration
}

// Those that tell of something are of use for a day.
const noteLife = 24 * time.Hour

// paragraphs joins the parts of a letter.
func paragraphs(list ...string) string { return strings.Join(list, "\n\n") + "\n" }

// letterReset brings the link to choose a new password.
func letterReset(ctx context.Context, to, link string) letter {
	return letter{kind: "password_link", life: models.MailLinkLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Choose a new password for TaskPilot"), Text: paragraphs(
		locale.T(ctx, "Somebody, probably you, asked for a new password for your account at TaskPilot. Open this link to choose one. It is good for 30 minutes and for one use:"),
		link,
		locale.T(ctx, "If it was not you, do nothing: your password stays as it is."))}}
}

// letterNoPassword tells a person who signs in otherwise that there is no password
// to forget.
func letterNoPassword(ctx context.Context, to, site string) letter {
	return letter{kind: "no_password", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your account at TaskPilot has no password"), Text: paragraphs(
		locale.T(ctx, "Somebody, probably you, asked for a new password for your account at TaskPilot. You have none: sign in the way you usually do. In the settings you can set one then."),
		site,
		locale.T(ctx, "If it was not you, do nothing: your account stays as it is."))}}
}

// letterInvite brings the link by which somebody can open an account.
func letterInvite(ctx context.Context, to, by, link string) letter {
	return letter{kind: "invitation", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "You are invited to TaskPilot"), Text: paragraphs(
		locale.Tf(ctx, "%s invites you to TaskPilot. Open this link to make your account. It is good for seven days and for one account:", by),
		link,
		locale.T(ctx, "If you don't know what this is about, do nothing."))}}
}

// letterConfirm brings the link that proves a new address.
func letterConfirm(ctx context.Context, to, link string) letter {
	return letter{kind: "address_link", life: models.MailLinkLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Confirm your address for TaskPilot"), Text: paragraphs(
		locale.T(ctx, "Open this link to use this address for your account at TaskPilot. It is good for 30 minutes and for one use:"),
		link,
		locale.T(ctx, "If it was not you who asked for it, do nothing."))}}
}

// letterTaken tells a person that somebody wanted their address.
func letterTaken(ctx context.Context, to string) letter {
	return letter{kind: "address_taken", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your address at TaskPilot"), Text: paragraphs(
		locale.T(ctx, "Somebody wanted to use this address for another account at TaskPilot. It has an account already, so nothing was changed."),
		locale.T(ctx, "If it was you, sign in with this address instead. If not, do nothing."))}}
}

// letterMoved tells an old address that the account has another one now.
func letterMoved(ctx context.Context, to, now string) letter {
	return letter{kind: "address_changed", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your address at TaskPilot was changed"), Text: paragraphs(
		locale.Tf(ctx, "Your account at TaskPilot now has the address %s. This one is not used any more.", now),
		locale.T(ctx, "If it was not you who changed it, tell the person who runs the server at once."))}}
}

// letterLinked tells a person that there is another way into their account.
func letterLinked(ctx context.Context, to, provider string) letter {
	return letter{kind: "identity_linked", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your account at TaskPilot was linked"), Text: paragraphs(
		locale.Tf(ctx, "One can sign in to your account at TaskPilot with %s from now on.", provider),
		locale.T(ctx, "If it was not you, sign in, unlink it in the settings, under Security, and choose a new password."))}}
}

// letterPassword tells a person that their password was changed.
func letterPassword(ctx context.Context, to string) letter {
	return letter{kind: "password_changed", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your password at TaskPilot was changed"), Text: paragraphs(
		locale.T(ctx, "The password of your account at TaskPilot was changed, and all other browsers and programs were signed out."),
		locale.T(ctx, "If it was not you, choose a new one at once with “Forgot your password?” on the sign-in page."))}}
}

// letterSignUp brings the link that opens an account.
func letterSignUp(ctx context.Context, to, link string) letter {
	return letter{kind: "sign_up_link", life: models.MailLinkLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your account at TaskPilot"), Text: paragraphs(
		locale.T(ctx, "Open this link to finish making your account at TaskPilot. It is good for 30 minutes and for one use:"),
		link,
		locale.T(ctx, "If it was not you who asked for it, do nothing: no account is made."))}}
}

// letterHasAccount tells a person who has an account that somebody wanted to make
// one with their address.
func letterHasAccount(ctx context.Context, to, signIn, forgot string) letter {
	return letter{kind: "has_account", life: models.MailLinkLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "Your account at TaskPilot"), Text: paragraphs(
		locale.T(ctx, "Somebody, probably you, wanted to make an account at TaskPilot with this address. There is one already. Sign in here:"),
		signIn,
		locale.T(ctx, "If you have forgotten your password, choose a new one here:"),
		forgot,
		locale.T(ctx, "If it was not you, do nothing: your account stays as it is."))}}
}

// letterPasskey tells a person that there is another way into their account.
func letterPasskey(ctx context.Context, to string) letter {
	return letter{kind: "passkey_added", life: noteLife, Letter: mail.Letter{To: to, Subject: locale.T(ctx, "A passkey was added to your account at TaskPilot"), Text: paragraphs(
		locale.T(ctx, "With it one can sign in to your account at TaskPilot without a password."),
		locale.T(ctx, "If it was not you, sign in, remove the passkey in the settings, under Security, and choose a new password."))}}
}
