package handlers

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/idna"

	"github.com/taskpilot/taskpilot/models"
)

// A challenge is what a device signs, so that its answer is good for this once. It
// is sealed for what it is asked for, for one browser and for a time, so that
// asking stores nothing: only those that were answered are remembered, until they
// would be too old anyway.
const (
	challengeLife = 5 * time.Minute
	nonceSize     = 24
	expirySize    = 8
)

// What a passkey is asked for.
const (
	toSignIn = "sign in"
	toProve  = "prove"
	toAdd    = "add"
)

// maxPasskeyAnswer is far above what devices answer, in bytes.
const maxPasskeyAnswer = 32 << 10

// passkeyHost is the host that passkeys belong to, "" where there can be none:
// browsers want https, or this very machine, and a name instead of a number.
func (h *Handlers) passkeyHost() string {
	host, err := idna.Lookup.ToASCII(h.PublicURL.Hostname())
	if _, number := netip.ParseAddr(host); err != nil || number == nil {
		return ""
	}
	if local := host == "localhost" || strings.HasSuffix(host, ".localhost"); !local && h.PublicURL.Scheme != "https" {
		return ""
	}
	return host
}

// passkeyOrigin is where passkeys work, as a browser writes it, "" for nowhere.
func (h *Handlers) passkeyOrigin() string {
	host, scheme, port := h.passkeyHost(), h.PublicURL.Scheme, h.PublicURL.Port()
	if host == "" {
		return ""
	}
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return scheme + "://" + host
	}
	return scheme + "://" + host + ":" + port
}

// relyingParty checks what devices answer. Passkeys belong to the host of the
// public address: with another host they are of no use any more.
func (h *Handlers) relyingParty() (*webauthn.WebAuthn, error) {
	origin := h.passkeyOrigin()
	if origin == "" {
		return nil, errNoPasskeys
	}
	timeout := webauthn.TimeoutConfig{Timeout: challengeLife, TimeoutUVD: challengeLife}
	return webauthn.New(&webauthn.Config{
		RPID: h.passkeyHost(), RPDisplayName: "TaskPilot", RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: protocol.ResidentKeyRequired(),
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
		// Password managers add some that nobody asked for. None is used.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
}

// challenge makes a challenge for the browser.
func (h *Handlers) challenge(c *fiber.Ctx, purpose string) []byte {
	random := make([]byte, nonceSize, nonceSize+expirySize+sha256.Size)
	rand.Read(random) // never fails since Go 1.24
	random = binary.BigEndian.AppendUint64(random, uint64(h.Now().Add(challengeLife).Unix()))
	return append(random, mac(h.SessionSecret, h.sealed(c, purpose, random)...)...)
}

// sealed is what binds a challenge to what it is for and to the browser.
func (h *Handlers) sealed(c *fiber.Ctx, purpose string, challenge []byte) []string {
	return []string{"passkey", purpose, h.sessions.browserKey(c), string(challenge)}
}

// spend takes a challenge that was answered, once.
func (h *Handlers) spend(c *fiber.Ctx, purpose, answered string) error {
	raw, err := base64.RawURLEncoding.DecodeString(answered)
	if err != nil || len(raw) != nonceSize+expirySize+sha256.Size {
		return errPasskeyLate
	}
	body, sum := raw[:nonceSize+expirySize], raw[nonceSize+expirySize:]
	if !h.signed(sum, h.sealed(c, purpose, body)...) {
		return errPasskeyLate
	}
	if int64(binary.BigEndian.Uint64(body[nonceSize:])) < h.Now().Unix() {
		return errPasskeyLate
	}
	first, _, err := h.DB.Allow(c.UserContext(), "passkey:"+answered, 1, challengeLife)
	if err == nil && !first {
		err = errPasskeyLate
	}
	return err
}

// passkeyOwner is a person as the library wants to see them.
type passkeyOwner struct {
	user *models.User
	keys []models.Passkey
}

// WebAuthnID is random, so that devices learn nothing by it.
func (o passkeyOwner) WebAuthnID() []byte { return []byte(o.user.ID) }

// WebAuthnName is what people know the account by.
func (o passkeyOwner) WebAuthnName() string { return o.user.Email }

// WebAuthnDisplayName is what people are called.
func (o passkeyOwner) WebAuthnDisplayName() string { return o.user.Name }

// WebAuthnCredentials are the person's passkeys.
func (o passkeyOwner) WebAuthnCredentials() []webauthn.Credential {
	var list []webauthn.Credential
	for _, key := range o.keys {
		id, _ := base64.RawURLEncoding.DecodeString(key.CredentialID) // as credentialID wrote it
		one := webauthn.Credential{ID: id, PublicKey: key.PublicKey, Flags: webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(key.Flags)),
			Authenticator: webauthn.Authenticator{SignCount: uint32(key.Counter)}}
		for _, way := range strings.Fields(key.Transports) {
			one.Transport = append(one.Transport, protocol.AuthenticatorTransport(way))
		}
		list = append(list, one)
	}
	return list
}

func credentialID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// checkNewPasskey returns what a device made for the viewer.
func (h *Handlers) checkNewPasskey(c *fiber.Ctx, answer string) (*webauthn.Credential, error) {
	rp, err := h.relyingParty()
	if err != nil {
		return nil, err
	}
	if len(answer) > maxPasskeyAnswer {
		return nil, errPasskey
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, h.refused(c, err)
	}
	challenge := parsed.Response.CollectedClientData.Challenge
	if err := h.spend(c, toAdd, challenge); err != nil {
		return nil, err
	}
	owner := passkeyOwner{user: viewerOf(c).User}
	made, err := rp.CreateCredential(owner, webauthn.SessionData{Challenge: challenge, UserID: owner.WebAuthnID(),
		UserVerification: protocol.VerificationRequired, CredParams: webauthn.CredentialParametersDefault()}, parsed)
	if err != nil {
		return nil, h.refused(c, err)
	}
	return made, nil
}

// checkPasskey returns the person whose passkey signed a challenge of the purpose,
// and notes its use. of is who it must be; nil: anybody.
func (h *Handlers) checkPasskey(c *fiber.Ctx, purpose, answer string, of *models.User) (*models.User, error) {
	rp, err := h.relyingParty()
	if err != nil {
		return nil, err
	}
	if len(answer) > maxPasskeyAnswer {
		return nil, errPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, h.refused(c, err)
	}
	challenge := parsed.Response.CollectedClientData.Challenge
	if err := h.spend(c, purpose, challenge); err != nil {
		return nil, err
	}
	owner, err := h.passkeyOwner(c, of, parsed)
	if err != nil {
		return nil, err
	}
	session := webauthn.SessionData{Challenge: challenge, UserID: owner.WebAuthnID(), UserVerification: protocol.VerificationRequired}
	used, err := rp.ValidateLogin(owner, session, parsed)
	if err == nil && owner.user.DisabledAt != nil {
		err = models.ErrNotFound
	}
	if err != nil {
		return nil, h.failedPasskey(c, owner.user.ID, err)
	}
	key := owner.keys[0]
	counter := int64(parsed.Response.AuthenticatorData.Counter)
	err = h.DB.UsePasskey(c.UserContext(), key.UserID, key.ID, counter, int(used.Flags.ProtocolValue()))
	return owner.user, err
}

// passkeyOwner finds the person whose passkey an answer is from, by what the
// device says about them, and nothing of theirs but that passkey.
func (h *Handlers) passkeyOwner(c *fiber.Ctx, of *models.User, answer *protocol.ParsedCredentialAssertionData) (passkeyOwner, error) {
	handle := string(answer.Response.UserHandle)
	if of != nil && handle == "" { // of a person who is known, a device need not say it
		handle = of.ID
	}
	if of != nil && of.ID != handle {
		return passkeyOwner{}, h.failedPasskey(c, of.ID, models.ErrNotFound)
	}
	key, err := h.DB.PasskeyByCredential(c.UserContext(), handle, credentialID(answer.RawID))
	if errors.Is(err, models.ErrNotFound) {
		return passkeyOwner{}, h.failedPasskey(c, "", err)
	}
	if err != nil {
		return passkeyOwner{}, err
	}
	user, err := h.DB.User(c.UserContext(), handle)
	return passkeyOwner{user: user, keys: []models.Passkey{*key}}, err
}

// failedPasskey records an answer that was refused; about is whose it seems to be.
func (h *Handlers) failedPasskey(c *fiber.Ctx, about string, cause error) error {
	if err := h.DB.Audit(c.UserContext(), models.AuditSignInFailed, about, "passkey"); err != nil {
		return err
	}
	return h.refused(c, cause)
}

// refused tells the log why an answer was not taken, and the person only that.
func (h *Handlers) refused(c *fiber.Ctx, cause error) error {
	reason := cause.Error()
	if e, ok := errors.AsType[*protocol.Error](cause); ok {
		reason = strings.TrimSpace(e.Details + " " + e.DevInfo)
	}
	h.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "passkey refused", slog.String("request", requestID(c)), slog.String("reason", reason))
	return errPasskey
}
