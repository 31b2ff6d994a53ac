package chatkit

import (
	"crypto/rand"
	"encoding/hex"
)

// Prefixes of ids, as the official SDK writes them.
const (
	PrefixThread     = "thr"
	PrefixMessage    = "msg"
	PrefixToolCall   = "tc"
	PrefixWorkflow   = "wf"
	PrefixTask       = "tsk"
	PrefixAttachment = "atc"
	PrefixHidden     = "shcx"
)

// NewID returns prefix_ and 96 random bits as hexadecimal digits. (The official
// SDK uses 32 bits, which collide after some ten thousand ids.)
func NewID(prefix string) string {
	var b [12]byte
	rand.Read(b[:]) // crypto/rand.Read never returns an error since Go 1.24
	return prefix + "_" + hex.EncodeToString(b[:])
}
