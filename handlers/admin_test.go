package handlers

import (
	"bufio"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestDisablingEndsEverything disables somebody at one server while answers and
// streams of theirs are open at two servers of the same database.
func TestDisablingEndsEverything(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			url := modelstest.URL(t, driver)
			began := make(chan struct{}, 2)
			one := boot(t, opened(t, url), func(o *Options) { o.Assistant = hold(began) })
			boss, ann := modelstest.User(t, one.db, "boss@example.com"), modelstest.User(t, one.db, "ann@example.com")
			servers := []*server{one}
			if driver == "postgres" {
				servers = append(servers, boot(t, opened(t, url), func(o *Options) { o.Assistant = hold(began) }))
			}
			for _, s := range servers { // or each takes the other for dead, and ends its answers
				if err := s.db.Own(t.Context(), s.h.Owner); err != nil {
					t.Fatal(err)
				}
			}
			var over []<-chan struct{}
			var browsers, programs []*visitor
			var threads []string
			for _, s := range servers {
				v, api := s.browser(ann), s.program(ann)
				browsers, programs = append(browsers, v), append(programs, api)
				over = append(over, v.follow("GET", "/live", nil))
				thread := api.newThread()
				threads = append(threads, thread)
				over = append(over, api.follow("POST", "/api/v1/chatkit/threads/"+thread+"/messages", `{"content":"hello"}`))
				<-began // the answer is being made
			}
			clock := time.Now()
			one.browser(boss).post("/admin/people/"+ann.ID+"/disable", nil).want(303)
			for _, ended := range over {
				<-ended
			}
			if took := time.Since(clock); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			for i := range servers {
				browsers[i].do("GET", "/tasks", nil).want(303)
				programs[i].do("GET", "/api/v1/tasks", nil).want(401)
			}
			for i, id := range threads {
				run, err := one.db.LatestRun(t.Context(), ann.ID, id)
				if err != nil {
					t.Fatal(err)
				}
				for follower := servers[i].h.Engine.Follow(run.ID, 0); err == nil; {
					_, err = follower.Next(t.Context())
				}
				if run, err := one.db.LatestRun(t.Context(), ann.ID, id); err != nil || run.Status != models.RunCancelled {
					t.Errorf("an answer is %+v, %v", run, err)
				}
			}
			if err := one.db.EnableUser(t.Context(), ann.ID); err != nil {
				t.Fatal(err)
			}
			again := one.browser(ann)
			for _, id := range threads {
				again.do("GET", "/chat/"+id, nil).want(200).has(models.StoppedByAdmin).lacks("You stopped this answer.")
				again.do("GET", "/chat/"+id, nil, "Accept-Language", "de").want(200).has("Ein Administrator dieses Servers hat diese Antwort angehalten.")
			}
		})
	}
}

// TestStreamsEndElsewhere: what one server takes away ends the streams that
// another one has open, and not those of other people.
func TestStreamsEndElsewhere(t *testing.T) {
	t.Parallel()
	address := modelstest.URL(t, "postgres")
	one, two := boot(t, opened(t, address)), boot(t, opened(t, address))
	for _, s := range []*server{one, two} { // or each takes the other for dead, and ends its answers
		if err := s.db.Own(t.Context(), s.h.Owner); err != nil {
			t.Fatal(err)
		}
	}
	user := modelstest.User(t, one.db, "ann@example.com")
	bob := two.browser(modelstest.User(t, one.db, "bob@example.com"))
	began := make(chan struct{}, 4)
	two.h.Assistant = hold(began)
	token := func(life time.Duration) (*models.APIToken, *visitor) {
		made, secret, err := one.db.MakeAPIToken(t.Context(), user.ID, models.NewAPIToken{Name: "x", Scopes: models.Scopes(), Life: life})
		if err != nil {
			t.Fatal(err)
		}
		return made, two.bearer(secret)
	}
	revoked, byRevoked := token(0)
	const life = 5 * time.Second // until here, on a slow machine
	expires := time.Now().Add(life)
	_, byExpiring := token(life)
	_, byGood := token(0)
	browser, program := two.browser(user), two.program(user)
	answer := func(v *visitor) <-chan struct{} {
		ended := v.follow("POST", "/api/v1/chatkit/threads/"+v.newThread()+"/messages", `{"content":"hello"}`)
		<-began
		return ended
	}
	over := map[string]<-chan struct{}{"an expired token": answer(byExpiring), "a revoked token": answer(byRevoked),
		"a program that was signed out": answer(program), "an ended session": browser.follow("GET", "/live", nil)}
	stay := map[string]<-chan struct{}{"a good token": answer(byGood), "another person": bob.follow("GET", "/live", nil)}

	clock := time.Now()
	boss := one.browser(user)
	boss.post("/settings/tokens/"+revoked.ID+"/revoke", nil).want(303)
	boss.post("/settings/sessions/end", nil).want(303)
	if claims, err := two.h.tokens.Verify(program.bearer, time.Now()); err != nil {
		t.Fatal(err)
	} else if active, err := two.db.FamilyActive(t.Context(), user.ID, claims.SessionID); err != nil || active {
		t.Fatalf("the program is still signed in: %v", err)
	}
	limit := max(5*time.Second, time.Until(expires)+5*time.Second)
	for what, ended := range over {
		<-ended
		if took := time.Since(clock); took > limit {
			t.Errorf("%s: its stream ended after %s", what, took)
		}
	}
	for what, ended := range stay {
		select {
		case <-ended:
			t.Errorf("%s: the stream ended", what)
		default:
		}
	}
	if err := errors.Join(two.db.RevokeAPITokens(t.Context(), user.ID), two.db.SignOutEverywhere(t.Context(), bob.user.ID)); err != nil {
		t.Fatal(err)
	}
	two.h.accessChanged(user.ID)
	two.h.accessChanged(bob.user.ID)
	for _, ended := range stay {
		<-ended
	}
}

func opened(t *testing.T, url string) *models.DB {
	t.Helper()
	db, err := models.Open(t.Context(), url)
	if err == nil {
		err = db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// follow makes a request, waits until the answer begins, and tells when it ends.
func (v *visitor) follow(method, path string, body any) <-chan struct{} {
	v.s.t.Helper()
	req := v.request(method, path, body, "Accept", "text/event-stream")
	res, err := v.http.Do(req)
	if err != nil {
		v.s.t.Fatal(err)
	}
	in := bufio.NewReader(res.Body)
	if _, err := in.ReadString('\n'); err != nil {
		v.s.t.Fatalf("%s %s: %d, %v", method, path, res.StatusCode, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, in); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			v.s.t.Errorf("%s %s: %v", method, path, err)
		}
	}()
	return ended
}

func TestDisabledSignInIsAWrongPassword(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	modelstest.User(t, s.db, "boss@example.com")
	ann := modelstest.User(t, s.db, "ann@example.com")
	v := s.nobody()
	v.readCSRF("/signin")
	try := func(email, password string) *reply {
		return v.post("/signin", url.Values{"email": {email}, "password": {password}}).want(401)
	}
	if err := s.db.DisableUser(t.Context(), ann.ID); err != nil {
		t.Fatal(err)
	}
	disabled := try(ann.Email, modelstest.Password)
	wrong := try("cy@example.com", modelstest.Password)
	if got, want := strings.ReplaceAll(string(disabled.body), "ann@", "cy@"), string(wrong.body); got != want {
		t.Errorf("a disabled person reads\n%s\nothers\n%s", got, want)
	}
}

func TestAdministratorsChangePeople(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	boss, ann := modelstest.User(t, s.db, "boss@example.com"), modelstest.User(t, s.db, "ann@example.com")
	b, a := s.browser(boss), s.browser(ann)
	a.do("GET", "/settings", nil).want(200).lacks(`href="/admin"`)
	b.do("GET", "/settings", nil).want(200).has(`href="/admin"`)
	b.do("GET", "/admin/people?q=ANN", nil).want(200).has(ann.Email).lacks(ann.PasswordHash)
	b.do("GET", "/admin/people?q=nobody", nil).want(200).lacks(ann.Email)
	page := "/admin/people/" + ann.ID
	b.do("GET", page, nil).want(200).has(ann.Email).has("Make an administrator")
	b.do("GET", "/admin/people/usr_nobody", nil).want(404)
	b.do("GET", "/admin/people/"+boss.ID, nil).want(200).has("your own account").lacks("/disable")

	b.post(page+"/limits", url.Values{"messages": {"2"}, "tokens": {""}}).want(303)
	b.do("GET", page, nil).want(200).has(`name="messages" inputmode="numeric" pattern="[0-9]*" maxlength="15" value="2"`)
	b.post(page+"/limits", url.Values{"messages": {"many"}}).want(400).has("A limit is a number").has(`value="many"`)
	b.post(page+"/role", url.Values{"role": {"root"}}).want(400)
	b.post(page+"/role", url.Values{"role": {"admin"}}).want(303)
	a.do("GET", "/admin", nil).want(200) // at once, in the session that is there
	a.post("/admin/people/"+boss.ID+"/role", url.Values{"role": {"user"}}).want(303)
	b.do("GET", "/admin", nil).want(404)
	a.post(page+"/disable", nil).want(409).has("your own account")

	leave := url.Values{"confirm": {ann.Email}, proofField: {modelstest.Password}}
	a.post("/settings/delete", leave).want(409).has("You are the only administrator, and others have accounts here.")
	a.do("GET", "/admin", nil).want(200)
	a.post("/admin/people/"+boss.ID+"/role", url.Values{"role": {"admin"}}).want(303)
	a.post("/settings/delete", leave).want(200).has("Your account is deleted")
}

var inviteLink = regexp.MustCompile(`value="http[^"]*(/invite/[\w-]{43})"`)

func TestInvitationsOpenAccountsWhereSignUpIsClosed(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.SignupOpen = false })
	b := s.browser(modelstest.User(t, s.db, "boss@example.com"))
	b.post("/admin/people/invite", url.Values{"email": {"boss@example.com"}}).want(409).has("an account with this e-mail")
	b.post("/admin/people/invite", url.Values{"email": {"ann"}}).want(400).has("not an e-mail address").has(`value="ann"`)
	m := inviteLink.FindSubmatch(b.post("/admin/people/invite", url.Values{"email": {"ann@example.com"}}).want(200).body)
	if m == nil {
		t.Fatal("no link is shown")
	}
	link := string(m[1])
	b.do("GET", "/admin/people", nil).want(200).has("ann@example.com").lacks(link)

	v := s.nobody()
	v.readCSRF(link)
	v.do("GET", "/signup", nil).want(200).has("Sign-up is closed")
	v.post(link, url.Values{"password": {"short"}, "name": {"Ann"}}).want(400).has("password-error").has(`value="Ann"`)
	v.post(link, url.Values{"password": {modelstest.Password}, "name": {"Ann"}, "email": {"eve@example.com"}}).want(303)
	v.do("GET", "/settings", nil).want(200).has("ann@example.com").lacks(`href="/admin"`)
	s.nobody().do("GET", link, nil).want(404).has("Ask for a new one")
	b.do("GET", "/admin/audit", nil).want(200).has("Account opened by invitation").has("Invitation made").lacks(strings.TrimPrefix(link, "/invite/"))

	b.post("/admin/people/invite", url.Values{"email": {"cy@example.com"}}).want(200)
	id := regexp.MustCompile(`/admin/invites/inv_\w+/revoke`).Find(b.do("GET", "/admin/people", nil).body)
	b.post(string(id), nil).want(303)
	b.do("GET", "/admin/people", nil).want(200).lacks("cy@example.com")
}

func TestAdministratorsChooseModels(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) {
		o.Models = []Model{{"small", "Small"}, {"large", "Large"}, {"huge", "Huge & slow"}}
	})
	boss, ann := modelstest.User(t, s.db, "boss@example.com"), modelstest.User(t, s.db, "ann@example.com")
	b, a := s.browser(boss), s.browser(ann)
	say := func(model string) *reply { return a.post("/chat", url.Values{"content": {"hello"}, "model": {model}}) }
	say("huge").want(303)
	b.post("/admin/models", url.Values{"model": {"large"}}).want(303)
	b.do("GET", "/admin/models", nil).want(200).has("Huge &amp; slow")
	say("huge").want(400)
	say("large").want(303)
	say("small").want(303) // the first one always answers
	a.do("GET", "/chat", nil).want(200).has("Large").lacks("Huge")
	b.post("/admin/models", url.Values{}).want(303)
	a.do("GET", "/chat", nil).want(200).lacks("Large")
	b.post("/admin/models", url.Values{"model": {"large", "huge"}}).want(303)
	say("huge").want(303)
}

func TestHealthInPlainWords(t *testing.T) {
	t.Parallel()
	space := DiskSpace{Free: 30e9, Total: 40e9}
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Disk = func() (DiskSpace, error) { return space, nil } })
	b := s.browser(modelstest.User(t, s.db, "boss@example.com"))
	b.do("GET", "/admin", nil).want(200).has("SQLite answers within").has("30 GB of 40 GB are free.").has("No answer is being written.").lacks("admin-bad")
	space.Free = 5e8
	b.do("GET", "/admin", nil).want(200).has("Nearly full: 0.5 GB of 40 GB").has("admin-bad")
}

func TestAuditLogIsReadInPages(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.AuditDays = 30 })
	boss, ann := modelstest.User(t, s.db, "boss@example.com"), modelstest.User(t, s.db, "ann@example.com")
	b := s.browser(boss)
	v := s.nobody()
	v.readCSRF("/signin")
	v.post("/signin", url.Values{"email": {ann.Email}, "password": {"not the password"}}).want(401)
	v.post("/signin", url.Values{"email": {ann.Email}, "password": {modelstest.Password}}).want(303)
	r := b.do("GET", "/admin/audit?person="+ann.ID, nil).want(200)
	r.has("Failed to sign in").has("Signed in").has("127.0.0.1").has("30 days").lacks(modelstest.Password).lacks("not the password")
	b.do("GET", "/admin/audit?kind=sign_in_failed", nil).want(200).has(ann.ID).lacks("Account opened</p>")
	b.do("GET", "/admin/audit?person=usr_nobody", nil).want(404)
	b.do("GET", "/admin/audit?before=x", nil).want(400)
	for range adminPage {
		if err := s.db.Audit(t.Context(), models.AuditExported, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	r = b.do("GET", "/admin/audit", nil).want(200).lacks("Failed to sign in</p>")
	older := regexp.MustCompile(`/admin/audit\?before=\d+`).Find(r.body)
	b.do("GET", string(older), nil).want(200).has("admin-row").lacks("Older events")
}

func TestInvitationsAreMailed(t *testing.T) {
	t.Parallel()
	box := mailtest.New(t)
	s := boot(t, modelstest.Open(t), func(o *Options) {
		mailer, err := mail.New(box.URL(), "chat@example.com")
		if err != nil {
			t.Fatal(err)
		}
		o.Mail = mailer
	})
	b := s.browser(modelstest.User(t, s.db, "boss@example.com"))
	r := b.post("/admin/people/invite", url.Values{"email": {"ann@example.com"}}).want(200).has("on its way to ann@example.com")
	link := string(inviteLink.FindSubmatch(r.body)[1])
	letter := box.Next(t)
	if !strings.Contains(letter.Text, s.url+link) || !strings.Contains(letter.Text, "boss invites you") {
		t.Errorf("the letter is %+v", letter)
	}
	s.nobody().do("GET", link, nil).want(200).has("ann@example.com")
}
