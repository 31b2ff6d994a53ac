package handlers

import (
	"regexp"
	"strings"
)

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

// mostHosts is how many hosts a conversation's page may load pictures from.
const mostHosts = 20

// pictureHosts are the hosts that a conversation allows pictures from, as far as
// they are names of hosts.
func pictureHosts(domains []string) []string {
	var hosts []string
	for _, d := range domains {
		if d = strings.ToLower(d); hostName.MatchString(d) && len(hosts) < mostHosts {
			hosts = append(hosts, d)
		}
	}
	return hosts
}

// picturePolicy is the content policy of a page that may load pictures from the
// hosts, and those below them.
func picturePolicy(hosts []string) string {
	sources := "img-src 'self'"
	for _, host := range hosts {
		sources += " https://" + host + " https://*." + host
	}
	return strings.Replace(contentSecurityPolicy, "img-src 'self'", sources, 1)
}
