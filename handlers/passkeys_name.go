package handlers

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// keepers are what many people keep passkeys in, by the number (AAGUID) that each
// gives with a new one. It is only good for a name to begin with.
func keepers() map[string]string {
	return map[string]string{
		"fbfc3007154e4ecc8c0b6e020557d7bd": "Apple Passwords",
		"dd4ec289e01d41c9bb8970fa845d4bf2": "Apple Passwords",
		"ea9b8d664d011d213ce4b6b48cb575d4": "Google Password Manager",
		"08987058cadc4b81b6e130de50dcbe96": "Windows Hello",
		"9ddd1817af5a4672a2b93e3dd95000a9": "Windows Hello",
		"6028b017b1d44c02b4b3afcdafc96bb2": "Windows Hello",
		"d345266801fd4c12926c83a4204853aa": "Microsoft Password Manager",
		"53414d53554e47000000000000000000": "Samsung Pass",
		"bada5566a7aa401fbd9645619a55120d": "1Password",
		"d548826e79b4db40a3d811116f7e8349": "Bitwarden",
		"531126d6e717415c93203d9aa6981239": "Dashlane",
		"50726f746f6e5061737350726f746f6e": "Proton Pass",
		"b84e404815dc4dd08640f4f60813c8af": "NordPass",
		"0ea242b443c44a1b8b17dd6d0b6baec6": "Keeper",
		"f38095407f1449c1a8b38f813b225541": "Enpass",
		"fdb141b25d84443e8a354698c205a502": "KeePassXC",
	}
}

// passkeyName is what a new passkey is called until the person says otherwise: by
// what keeps it, or by the browser that it was made in.
func passkeyName(ctx context.Context, made *webauthn.Credential, userAgent string) string {
	if name, ok := keepers()[hex.EncodeToString(made.Authenticator.AAGUID)]; ok {
		return name
	}
	plugged := []protocol.AuthenticatorTransport{protocol.USB, protocol.NFC, protocol.BLE}
	apart := func(t protocol.AuthenticatorTransport) bool { return slices.Contains(plugged, t) }
	if len(made.Transport) > 0 && !slices.ContainsFunc(made.Transport, func(t protocol.AuthenticatorTransport) bool { return !apart(t) }) {
		return locale.T(ctx, "Security key")
	}
	switch browser, system := device(userAgent); {
	case browser != "" && system != "":
		return locale.Tf(ctx, "%s on %s", browser, system)
	case browser+system != "":
		return browser + system
	}
	return locale.T(ctx, "Passkey")
}

// newPasskey is a credential as it is stored.
func newPasskey(userID string, made *webauthn.Credential, name string) *models.Passkey {
	var ways []string
	for _, t := range made.Transport {
		ways = append(ways, string(t))
	}
	return &models.Passkey{UserID: userID, CredentialID: credentialID(made.ID), PublicKey: made.PublicKey,
		Counter: int64(made.Authenticator.SignCount), Flags: int(made.Flags.ProtocolValue()), Transports: strings.Join(ways, " "), Name: name}
}
