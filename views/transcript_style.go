package views

import _ "embed"

// transcriptStyle is the look of a conversation that is a file.
//
//go:embed transcript.css
var transcriptStyle string
