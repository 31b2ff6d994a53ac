package handlers

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/static"
)

// Route is one address of the server.
type Route struct {
	Method, Path string
	Access       access
	handle       fiber.Handler
}

// Routes is every URL of TaskPilot, on one page.
func (h *Handlers) Routes() []Route {
	return slices.Concat(h.accountRoutes(), h.pageRoutes(), h.programRoutes())
}

// accountRoutes are where people sign in and look after their account.
func (h *Handlers) accountRoutes() []Route {
	return []Route{
		{"GET", "/", public, h.home},
		{"GET", "/signin", guest, h.signInPage},
		{"POST", "/signin", guest, h.signInForm},
		{"GET", "/signin/passkey", guest, h.signInChallenge},
		{"POST", "/signin/passkey", guest, h.passkeySignIn},
		{"GET", "/signup", guest, h.signUpPage},
		{"POST", "/signup", guest, h.signUpForm},
		{"GET", "/confirm-signup", guest, h.confirmSignUpPage},
		{"POST", "/confirm-signup", guest, h.confirmSignUp},
		{"GET", "/invite/:invite", guest, h.invitePage},
		{"POST", "/invite/:invite", guest, h.acceptInvite},
		{"POST", "/signout", member, h.signOutForm},
		{"GET", "/oidc/signin", guest, h.oidcSignIn},
		{"GET", "/oidc/link", member, h.oidcLink},
		{"GET", "/oidc/prove", member, h.oidcProve},
		{"GET", oidcCallback, guest, h.oidcReturn},
		{"GET", "/forgot", guest, h.forgotPage},
		{"POST", "/forgot", guest, h.forgot},
		{"GET", "/reset", guest, h.resetPage},
		{"POST", "/reset", guest, h.reset},

		// Settings; what is proven asks for the password unless it was given lately
		{"GET", "/settings", member, h.settingsPage},
		{"POST", "/settings/name", member, h.saveName},
		{"POST", "/settings/language", member, h.saveLanguage},
		{"POST", "/settings/email", member, h.proven("/settings", h.saveEmail)},
		{"GET", "/confirm-email", guest, h.confirmEmailPage},
		{"POST", "/confirm-email", guest, h.confirmEmail},
		{"GET", "/settings/security", member, h.securityPage},
		{"POST", "/settings/password", member, h.provenByPasskey("/settings/security", h.changePassword)},
		{"GET", "/settings/passkeys/new", member, h.newPasskeyPage},
		{"POST", "/settings/passkeys/new", member, h.proven("/settings/security", h.toNewPasskey)},
		{"GET", "/settings/passkeys/new/challenge", member, h.addChallenge},
		{"GET", "/settings/passkeys/challenge", member, h.proofChallenge},
		{"POST", "/settings/passkeys", member, h.proven("/settings/security", h.addPasskey)},
		{"POST", "/settings/passkeys/:passkey", member, h.renamePasskey},
		{"POST", "/settings/passkeys/:passkey/remove", member, h.proven("/settings/security", h.removePasskey)},
		{"GET", linkPath, member, h.linkPage},
		{"POST", "/settings/identities", member, h.proven(securityPath, h.linkIdentity)},
		{"POST", "/settings/identities/:identity/unlink", member, h.proven(securityPath, h.unlinkIdentity)},
		{"POST", "/settings/sessions/end", member, h.endOthers},
		{"POST", "/settings/sessions/:session/end", member, h.endSession},
		{"POST", "/settings/programs/:program/end", member, h.endProgram},
		{"POST", "/settings/signout", member, h.signOutEverywhere},
		{"GET", "/settings/tokens", member, h.apiTokensPage},
		{"POST", "/settings/tokens", member, h.proven("/settings/tokens", h.makeAPIToken)},
		{"POST", "/settings/tokens/:token/revoke", member, h.revokeAPIToken},
		{"GET", "/settings/data", member, h.dataPage},
		{"GET", "/settings/data/export", member, h.exportEverything},
		{"POST", "/settings/data/import", member, h.receiveImport},
		{"GET", "/settings/data/import/:import", member, h.importPage},
		{"POST", "/settings/data/import/:import", member, h.startImport},
		{"POST", "/settings/data/import/:import/discard", member, h.discardImport},
		{"POST", "/settings/delete", member, h.provenByPasskey("/settings/data", h.deleteAccount)},
	}
}

// pageRoutes are the pages for people who are signed in, and what is on them.
func (h *Handlers) pageRoutes() []Route {
	return []Route{
		// Chat
		{"GET", "/chat", member, h.newChatPage},
		{"POST", "/chat", member, h.startChat},
		{"GET", "/chat/list", member, h.threadList},
		{"GET", "/chats", member, h.chatsPage},
		{"GET", "/archived", member, h.archivedPage},
		{"POST", "/chats", member, h.changeChats},
		{"GET", "/undo", member, h.undoPage},
		{"POST", "/undo", member, h.undo},
		{"GET", "/search", member, h.searchPage},
		{"GET", "/palette", member, h.palette},
		{"GET", "/palette/results", member, h.paletteResults},
		{"GET", "/chat/:thread", member, h.chatPage},
		{"POST", "/chat/:thread/messages", member, h.sendMessage},
		{"POST", "/chat/:thread/stop", member, h.stopAnswer},
		{"POST", "/chat/:thread/retry", member, h.retryAnswer},
		{"POST", "/chat/:thread/items/:item/edit", member, h.editMessage},
		{"POST", "/chat/:thread/items/:item/action", member, h.widgetAction},
		{"POST", "/chat/:thread/items/:item/answers", member, h.answerQuestions},
		{"POST", "/chat/:thread/items/:item/output", member, h.toolOutput},
		{"GET", "/chat/:thread/title", member, h.titleForm},
		{"POST", "/chat/:thread/title", member, h.renameThread},
		{"POST", "/chat/:thread/delete", member, h.deleteThread},
		{"POST", "/chat/:thread/feedback", member, h.giveFeedback},
		{"GET", "/chat/:thread/export", member, h.exportThread},
		{"GET", "/chat/:thread/share", member, h.sharing(h.sharePage)},
		{"POST", "/chat/:thread/share", member, h.sharing(h.shareThread)},
		{"POST", "/chat/:thread/unshare", member, h.sharing(h.unshareThread)},
		{"GET", "/share/:share", public, h.sharing(h.sharedPage)}, // open to whoever has the link
		{"GET", "/live", member, h.liveStream},
		{"GET", "/chatkit", member, h.widgetPage},
		{"GET", "/files/:attachment", member, h.pageFile},
		{"GET", "/files/:attachment/preview", member, h.pagePreview},

		// Administration
		{"GET", "/admin", admin, h.adminHealth},
		{"GET", "/admin/people", admin, h.peoplePage},
		{"POST", "/admin/people/invite", admin, h.invite},
		{"GET", "/admin/people/:person", admin, h.personPage},
		{"POST", "/admin/people/:person/role", admin, h.setRole},
		{"POST", "/admin/people/:person/disable", admin, h.disablePerson},
		{"POST", "/admin/people/:person/enable", admin, h.enablePerson},
		{"POST", "/admin/people/:person/limits", admin, h.setPersonLimits},
		{"POST", "/admin/invites/:invite/revoke", admin, h.revokeInvite},
		{"GET", "/admin/models", admin, h.adminModels},
		{"POST", "/admin/models", admin, h.setAdminModels},
		{"GET", "/admin/audit", admin, h.auditPage},

		// Tasks
		{"GET", "/shortcuts", member, h.shortcutsPage},
		{"GET", "/tasks", member, h.tasksPage},
		{"POST", "/tasks", member, h.addTask},
		{"POST", "/tasks/:task", member, h.updateTask},
		{"POST", "/tasks/:task/complete", member, h.completeTask},
		{"POST", "/tasks/:task/move", member, h.moveTask},
		{"POST", "/tasks/:task/delete", member, h.deleteTask},
		{"POST", "/tasks/:task/restore", member, h.restoreTask},
	}
}

// programRoutes are for programs.
func (h *Handlers) programRoutes() []Route {
	return []Route{
		// JSON: accounts
		{"POST", "/api/v1/auth/signup", public, h.apiSignUp},
		{"POST", "/api/v1/auth/signin", public, h.apiSignIn},
		{"POST", "/api/v1/auth/refresh", public, h.apiRefresh},
		{"POST", "/api/v1/auth/signout", client, h.apiSignOut},
		{"GET", "/api/v1/auth/me", anyClient, h.apiMe},

		// ChatKit: the whole protocol at one address
		{"POST", "/api/v1/chatkit", anyClient, h.chatKit}, // which looks itself what a token is good for

		// JSON: threads and answers
		{"POST", "/api/v1/chatkit/threads", chatClient, h.apiCreateThread},
		{"GET", "/api/v1/chatkit/threads", chatClient, h.apiThreads},
		{"GET", "/api/v1/chatkit/search", chatClient, h.apiSearch},
		{"GET", "/api/v1/chatkit/threads/:thread", chatClient, h.apiThread},
		{"PATCH", "/api/v1/chatkit/threads/:thread", chatClient, h.apiUpdateThread},
		{"DELETE", "/api/v1/chatkit/threads/:thread", chatClient, h.apiDeleteThread},
		{"POST", "/api/v1/chatkit/threads/:thread/messages", chatClient, h.apiSendMessage},
		{"GET", "/api/v1/chatkit/threads/:thread/messages", chatClient, h.apiMessages},
		{"POST", "/api/v1/chatkit/threads/:thread/stop", chatClient, h.apiStop},
		{"GET", "/api/v1/chatkit/threads/:thread/events", chatClient, h.apiEvents},
		{"POST", "/api/:user_id/chat", chatClient, h.apiChat},

		// Files; the last four are open to whoever has their signed address
		{"POST", "/api/v1/chatkit/attachments", chatClient, h.apiUpload},
		{"GET", "/api/v1/chatkit/attachments/:attachment", chatClient, h.apiAttachment},
		{"DELETE", "/api/v1/chatkit/attachments/:attachment", chatClient, h.apiDeleteAttachment},
		{"POST", "/api/v1/chatkit/attachments/:attachment/upload", public, h.receiveUpload},
		{"PUT", "/api/v1/chatkit/attachments/:attachment/upload", public, h.receiveUpload},
		{"GET", "/api/v1/chatkit/attachments/:attachment/content", public, h.signedContent},
		{"GET", "/api/v1/chatkit/attachments/:attachment/preview", public, h.signedPreview},

		// JSON: tasks
		{"GET", "/api/v1/tasks", taskClient, h.apiTasks},
		{"POST", "/api/v1/tasks", taskClient, h.apiCreateTask},
		{"GET", "/api/v1/tasks/:task", taskClient, h.apiTask},
		{"PATCH", "/api/v1/tasks/:task", taskClient, h.apiUpdateTask},
		{"PUT", "/api/v1/tasks/:task", taskClient, h.apiUpdateTask},
		{"DELETE", "/api/v1/tasks/:task", taskClient, h.apiDeleteTask},

		// For the models of other programs
		{"POST", "/mcp", program, h.serveMCP},

		// For operators and programs
		{"GET", "/api/v1/chatkit/health", public, h.health},
		{"GET", "/healthz", public, h.alive},
		{"GET", "/readyz", public, h.health},
		{"GET", "/metrics", public, h.serveMetrics},
		{"GET", "/api/openapi.json", public, h.openAPI},
	}
}

// mount registers every route, the static files, and an answer to the rest.
func (h *Handlers) mount(app *fiber.App) {
	for _, r := range h.Routes() {
		app.Add(r.Method, r.Path, h.guard(r.Access), r.handle)
		if r.Method == fiber.MethodGet {
			app.Add(fiber.MethodHead, r.Path, h.guard(r.Access), r.handle)
		}
	}
	app.Get(static.Prefix+"*", h.staticFile)
	app.Use(h.noRoute)
}

// noRoute answers at an address that is none, or is one for other methods.
func (h *Handlers) noRoute(c *fiber.Ctx) error {
	if methods := h.methods(c.Path()); len(methods) > 0 {
		c.Set(fiber.HeaderAllow, strings.Join(methods, ", "))
		return errMethod
	}
	if wantsJSON(c) || strings.HasPrefix(c.Path(), static.Prefix) {
		return errNotFound
	}
	if v, err := h.browser(c); err == nil && v != nil {
		c.Locals(viewerKey, v)
		h.speakAs(c, v.User)
	}
	return errNotFound
}

// methods returns what an address may be called with, none if it is no address.
func (h *Handlers) methods(path string) []string {
	var list []string
	for _, r := range h.Routes() {
		if !fiber.RoutePatternMatch(path, r.Path) || slices.Contains(list, r.Method) {
			continue
		}
		if list = append(list, r.Method); r.Method == fiber.MethodGet {
			list = append(list, fiber.MethodHead)
		}
	}
	slices.Sort(list)
	return list
}
