package handlers

import (
	"crypto/subtle"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts what the server does, for Prometheus, in a registry of its own.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	routes   map[string]bool
	serve    fiber.Handler
}

func newMetrics(h *Handlers) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taskpilot_http_requests_total",
			Help: "Requests answered, by method, route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "taskpilot_http_request_duration_seconds",
			Help: "Time until a request was answered; of a stream, until it began.", Buckets: prometheus.DefBuckets}, []string{"method", "route"}),
		routes: map[string]bool{},
	}
	for _, r := range h.Routes() {
		m.routes[r.Path] = true
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds,
		gauge("taskpilot_runs_active", "Answers that this process is producing.", h.Engine.Active),
		gauge("taskpilot_streams_open", "Streams that clients have open.", h.streams.count),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.serve = adaptor.HTTPHandler(promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true}))
	return m
}

func gauge(name, help string, value func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
}

// request counts one answered request. Addresses that are no routes of ours are
// one label, however many someone tries.
func (m *metrics) request(method, route string, status int, took time.Duration) {
	if !m.routes[route] || route == "/" && status == fiber.StatusNotFound {
		route = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(method, route).Observe(took.Seconds())
}

// serveMetrics shows the counts to who has the token. Without one they are for who
// reaches the server itself: what a proxy passes on comes from outside.
func (h *Handlers) serveMetrics(c *fiber.Ctx) error {
	if h.MetricsToken == "" {
		if c.Get(fiber.HeaderXForwardedFor) != "" || c.Get("Forwarded") != "" {
			return errMetrics
		}
		return h.metrics.serve(c)
	}
	if token, ok := bearer(c); !ok || subtle.ConstantTimeCompare([]byte(token), []byte(h.MetricsToken)) != 1 {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		return errSignIn
	}
	return h.metrics.serve(c)
}
