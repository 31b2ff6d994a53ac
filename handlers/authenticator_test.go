package handlers

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// authenticator keeps passkeys as a device does, and signs what it is asked. What
// a test changes about it, it lies about.
type authenticator struct {
	t       testing.TB
	origin  string // that the browser says it is at
	rp      string // that it signs for
	id      []byte
	handle  []byte
	key     *ecdsa.PrivateKey
	counter uint32
	flags   byte
	aaguid  [16]byte
	ways    []string
	says    string // that it was asked for, if not the truth
}

// The flags of what a device answers.
const (
	userPresent  = 1
	userVerified = 4
	withKey      = 64
)

// device is one that knows nothing yet.
func (s *server) device() *authenticator {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &authenticator{t: s.t, origin: s.h.passkeyOrigin(), rp: "localhost", id: id, key: key, flags: userPresent | userVerified}
}

// asked is what a page asks a device for.
type asked struct {
	PublicKey struct {
		Challenge        string
		RPID             string `json:"rpId"`
		RP, User         struct{ ID, Name string }
		UserVerification string

		AllowCredentials, ExcludeCredentials []struct{ ID string }
		AuthenticatorSelection               struct{ ResidentKey, UserVerification string }
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// clientData is what the browser adds.
func (a *authenticator) clientData(what, challenge string) []byte {
	raw, err := json.Marshal(map[string]any{"type": cmp.Or(a.says, what), "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

func (a *authenticator) data(flags byte) []byte {
	sum := sha256.Sum256([]byte(a.rp))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), a.counter)
}

func (a *authenticator) answer(response map[string]any) string {
	raw, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key",
		"clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}}, // which nobody asked for
		"response":               response})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(raw)
}

// make answers with a new passkey.
func (a *authenticator) make(ask asked) string {
	a.t.Helper()
	var err error
	if a.handle, err = base64.RawURLEncoding.DecodeString(ask.PublicKey.User.ID); err != nil {
		a.t.Fatal(err)
	}
	point, err := a.key.PublicKey.Bytes()
	if err != nil {
		a.t.Fatal(err)
	}
	public := a.cbor(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	data := a.data(a.flags | withKey)
	data = append(data, a.aaguid[:]...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), public...)
	object := a.cbor(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	return a.answer(map[string]any{"clientDataJSON": b64(a.clientData("webauthn.create", ask.PublicKey.Challenge)),
		"attestationObject": b64(object), "transports": a.ways})
}

func (a *authenticator) cbor(v any) []byte {
	raw, err := cbor.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

// sign answers with a signature.
func (a *authenticator) sign(ask asked) string {
	a.t.Helper()
	client, data := a.clientData("webauthn.get", ask.PublicKey.Challenge), a.data(a.flags)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(bytes.Join([][]byte{data, hash[:]}, nil))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data),
		"signature": b64(signature), "userHandle": b64(a.handle)})
}
