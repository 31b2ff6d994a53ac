package views

import "time"

// adminStates are the pages of the administration.
func adminStates() []State {
	boss := galleryYou
	boss.Admin = true
	list := galleryList("")
	ada := AdminPerson{ID: "usr_ada", Name: boss.Name, Email: boss.Email, Admin: true, CreatedAt: galleryNow.AddDate(-1, 0, 0)}
	bo := AdminPerson{ID: "usr_bo", Name: "Bo Andersson", Email: "bo.andersson@a-rather-long-domain-name.example.org", CreatedAt: galleryNow}
	cy := AdminPerson{ID: "usr_cy", Email: "cy@example.org", Disabled: true, CreatedAt: galleryNow}
	people := AdminPeople{Viewer: boss, People: []AdminPerson{ada, bo, cy}, More: "usr_cy", SignupOpen: true}
	link := people
	link.SignupOpen, link.Link, link.Invited = false, "https://chat.example.com/invite/c2VjcmV0", "dee@example.org"
	link.Invites = []AdminInvite{{ID: "inv_1", Email: "dee@example.org", ExpiresAt: galleryNow.AddDate(0, 0, 7)}}
	refused := AdminPeople{Viewer: boss, Search: "nobody", Email: "dee@", Problem: "This is not an e-mail address. Write it like name@example.com."}
	audit := AdminAudit{Viewer: boss, Kinds: []string{"sign_in", "sign_in_failed"}, Days: 365, More: 7, Events: []AdminEvent{
		{At: galleryNow, Kind: "role_changed", Detail: "user → admin", Actor: ada.Name, ActorID: ada.ID, Subject: bo.Name, SubjectID: bo.ID, Network: "192.0.2.7", Door: "page"},
		{At: galleryNow.Add(-time.Minute), Kind: "sign_in", Detail: "password", Actor: bo.Name, ActorID: bo.ID, Subject: bo.Name, SubjectID: bo.ID, Network: "2001:db8::", Door: "api"},
		{At: galleryNow.Add(-time.Hour), Kind: "sign_in_failed", Detail: "password", ActorGone: true, Subject: cy.Email, SubjectID: cy.ID, Network: "198.51.100.12", Door: "page"},
		{At: galleryNow.Add(-2 * time.Hour), Kind: "account_deleted", ActorGone: true, SubjectGone: true, Door: "command"},
	}}
	return []State{
		{"page-admin-health", true, AdminHealthPage(AdminHealth{Viewer: boss, Version: "v1.2.0", People: 1204, Admins: 2, Off: 3, Parts: []AdminPart{
			{Name: "Database", Words: "SQLite answers within 0.2 ms."}, {Name: "Assistant", Words: "The built-in assistant answers. It needs no model."},
			{Name: "Answers", Words: "3 answers are being written by this server."},
			{Name: "Disk", Words: "Nearly full: 0.8 GB of 40 GB are free. Make room soon, or nothing can be stored.", Bad: true}}}, list)},
		{"page-admin-people", true, AdminPeoplePage(people, list)},
		{"page-admin-invited", true, AdminPeoplePage(link, list)},
		{"page-admin-people-refused", true, AdminPeoplePage(refused, list)},
		{"page-admin-person", true, AdminAccountPage(AdminAccount{Viewer: boss, Person: bo, UsedMessages: 12, UsedTokens: 34567, LimitMessages: "20", ServerTokens: 100000}, list)},
		{"page-admin-person-disabled", true, AdminAccountPage(AdminAccount{Viewer: boss, Person: cy, Problem: "A limit is a number from 0 up; 0 is no limit."}, list)},
		{"page-admin-yourself", true, AdminAccountPage(AdminAccount{Viewer: boss, Person: ada, You: true}, list)},
		{"page-admin-models", true, AdminModelsPage(AdminModels{Viewer: boss, Models: []AdminModel{{"gpt-4.1-mini", "Fast", true}, {"gpt-4.1", "Thorough", true}, {"o4", "o4", false}}}, list)},
		{"page-admin-models-none", true, AdminModelsPage(AdminModels{Viewer: boss}, list)},
		{"page-admin-audit", true, AdminAuditPage(audit, list)},
		{"page-admin-audit-empty", true, AdminAuditPage(AdminAudit{Viewer: boss, Person: bo}, list)},
		{"page-invite", true, InvitePage(InviteForm{Secret: "c2VjcmV0", Email: "dee@example.org", Provider: "Example"})},
		{"page-invite-refused", true, InvitePage(InviteForm{Secret: "c2VjcmV0", Email: "dee@example.org", Name: "Dee", Errors: map[string]string{"password": "Choose at least 8 characters."}})},
	}
}
