// Package live runs answers. A run is the work of producing one answer; it
// outlives the request that started it. Its producer emits ChatKit events; each
// gets a sequence number, is committed to the store and only then shown, so
// that whatever anyone has seen survives a crash. Any number of readers follow
// a run from any sequence number.
//
// One writer per process ([Engine]) takes what has queued up from all runs,
// commits it as one batch, publishes it and takes the next: an idle server adds
// the time of one commit; a busy one batches, and rests between commits for
// some milliseconds.
package live
