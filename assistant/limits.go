package assistant

import "time"

// Limits bound what a model and its server may cost. Zero values are defaults.
type Limits struct {
	Dial   time.Duration // to connect; 5 s
	Header time.Duration // to begin to answer, which a local model does only after reading the prompt; 60 s
	Idle   time.Duration // between two reads of an answer; 60 s
	Total  time.Duration // for a whole turn; 10 min

	Rounds  int           // answers that ask for tools; 8
	Calls   int           // tool calls; 32
	Repeats int           // how often the same call may be asked for: the third ends the turn; 3
	Tooling time.Duration // from the start of the turn until its last tool call; 120 s

	Poll time.Duration // before a run is looked at first; longer and longer after that, up to eight times it; 250 ms

	Tries      int           // of a request that failed before its answer began; 3
	Backoff    time.Duration // before the second try; twice that before the third; 500 ms
	RetryAfter time.Duration // the longest Retry-After that is waited for; 20 s
	Retrying   time.Duration // all tries together; 30 s
}

func (l Limits) withDefaults() Limits {
	orTime := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	orInt := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	orTime(&l.Dial, 5*time.Second)
	orTime(&l.Header, 60*time.Second)
	orTime(&l.Idle, 60*time.Second)
	orTime(&l.Total, 10*time.Minute)
	orInt(&l.Rounds, 8)
	orInt(&l.Calls, 32)
	orInt(&l.Repeats, 3)
	orTime(&l.Tooling, 120*time.Second)
	orTime(&l.Poll, 250*time.Millisecond)
	orInt(&l.Tries, 3)
	orTime(&l.Backoff, 500*time.Millisecond)
	orTime(&l.RetryAfter, 20*time.Second)
	orTime(&l.Retrying, 30*time.Second)
	return l
}
