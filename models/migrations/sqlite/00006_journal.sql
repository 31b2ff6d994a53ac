-- The log of runs is in two parts. run_journal takes one row a commit, however
-- many runs have something in it: that makes their events durable, for the price
-- of one. When a run has a page full of events there, or ends, they move to a row
-- of run_events, where they are found by run.

-- +goose Up
ALTER TABLE run_events RENAME TO old_events;

CREATE TABLE run_events (
    run    INTEGER NOT NULL REFERENCES runs (n) ON DELETE CASCADE,
    seq    INTEGER NOT NULL, -- of the last event in it
    events INTEGER NOT NULL, -- how many there are
    lines  BLOB    NOT NULL, -- text: of each event its number, a space, its JSON
    PRIMARY KEY (run, seq)
) STRICT;

CREATE TABLE run_journal (
    n     INTEGER NOT NULL PRIMARY KEY,
    lines BLOB    NOT NULL -- text: of each event the run's n, a space, and as above
) STRICT;

-- One row. The number grows when somebody else than the log changes what the log
-- counts on: the journal, or which runs there are and whose.
CREATE TABLE run_log (changes INTEGER NOT NULL) STRICT;
INSERT INTO run_log VALUES (0);

INSERT INTO run_events (run, seq, events, lines)
    SELECT run, seq, 1, CAST(seq || ' ' || replace(payload, char(10), ' ') || char(10) AS BLOB)
    FROM old_events WHERE run IN (SELECT n FROM runs);

DROP VIEW run_last;
DROP TRIGGER run_tails_delete;
DROP TABLE run_tails;
DROP TABLE old_events;
