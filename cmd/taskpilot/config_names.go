package main

import (
	"regexp"
	"slices"
	"strings"

	edlib "github.com/hbollon/go-edlib"
)

const (
	maxName      = 64 // longer ones are no misspelled setting
	shortestSure = 6  // of shorter ones, as TITLE and SORT, too many are near by chance
)

// unknownNames says, in sentences, which names in .env (file) and in the real
// environment (environ) look like settings and are none. asked has the names that
// were looked up: all settings, and the variables that MCP_CONFIG_FILE names.
func unknownNames(file map[string]string, environ []string, asked map[string]bool) []string {
	var list []string
	for name := range file {
		if asked[name] {
			continue
		}
		near, _ := nearestSetting(name)
		list = append(list, unknownInFile(name, near))
	}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if _, said := file[name]; said || asked[name] || isForOthers(name, value) {
			continue
		}
		// Of names that do not begin like ours, only what is surely meant for us:
		// the environment is full of others.
		near, sure := nearestSetting(name)
		if sure && len(name) >= shortestSure || hasOwnPrefix(name) {
			list = append(list, notASetting(name, near))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// unknownInFile says that a name in .env is no setting. A line of a secret with
// line breaks can look like a name: what is not written as a setting is not shown.
func unknownInFile(name, near string) string {
	if near == "" && (len(name) > maxName || !regexp.MustCompile(`^[A-Z]+(_[A-Z0-9]+)*$`).MatchString(name)) {
		return "a name in .env is not a setting, and is not written like one: it is ignored"
	}
	if near == "" {
		return name + " in .env is not a setting: TaskPilot neither reads it nor hands it on"
	}
	return notASetting(name, near)
}

func notASetting(name, near string) string {
	if near == "" {
		return name + " is not a setting: it is ignored"
	}
	return name + " is not a setting; did you mean " + near + "?"
}

// hasOwnPrefix reports a name that begins as settings do and hardly anything else.
func hasOwnPrefix(name string) bool {
	return len(name) <= maxName && slices.ContainsFunc([]string{
		"TASKPILOT_", "OPENAI_", "CHATKIT_", "OIDC_", "SMTP_", "MCP_", "ATTACHMENT", "TRANSCRIBE_",
		"JWT_SECRET", "SESSION_SECRET", "METRICS_TOKEN", "DAILY_", "ASSISTANT_", "CLIENT_TOOLS_", "SHARE_LINK", "AUDIT_DAY",
	}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// isForOthers reports a variable of the environment that other programs read, or
// by which Kubernetes and Docker tell the addresses of services.
func isForOthers(name, value string) bool {
	switch name {
	case "OPENAI_ORG_ID", "OPENAI_ORGANIZATION", "OPENAI_PROJECT", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY",
		"OPENAI_API_TYPE", "OPENAI_API_VERSION", "OPENAI_LOG", "OPENAI_WEBHOOK_SECRET":
		return true
	}
	return strings.Contains(name, "_SERVICE_") || strings.Contains(name, "_PORT_") || strings.HasPrefix(value, "tcp://")
}

// nearestSetting finds the setting that somebody meant who wrote name, or "". It
// is sure when only a few letters differ.
func nearestSetting(name string) (near string, sure bool) {
	if len(name) > maxName {
		return "", false
	}
	name = strings.TrimPrefix(strings.ToUpper(name), "TASKPILOT_")
	best := maxName
	for _, s := range settings() {
		if n := edlib.OSADamerauLevenshteinDistance(name, s.name); n <= len(s.name)/4 && n < best {
			near, best = s.name, n
		}
	}
	if near != "" {
		return near, true
	}
	switch name { // as other programs call it
	case "OPENAI_API_BASE", "OPENAI_API_URL", "OPENAI_HOST", "OPENAI_API_HOST":
		return "OPENAI_BASE_URL", false
	case "SMTP_HOST", "SMTP_SERVER", "SMTP_PORT", "SMTP_USER", "SMTP_USERNAME", "SMTP_PASS", "SMTP_PASSWORD":
		return "SMTP_URL", false
	case "SMTP_FROM":
		return "MAIL_FROM", false
	}
	for _, s := range settings() {
		if sameWords(name, s.name) {
			return s.name, false
		}
	}
	return "", false
}

// sameWords reports that one of the names has all words of the other, of which
// there are at least two: as OPENAI_KEY and OPENAI_API_KEY.
func sameWords(a, b string) bool {
	few, many := strings.Split(a, "_"), strings.Split(b, "_")
	if len(few) > len(many) {
		few, many = many, few
	}
	if len(few) < 2 {
		return false
	}
	return !slices.ContainsFunc(few, func(word string) bool { return !slices.Contains(many, word) })
}
