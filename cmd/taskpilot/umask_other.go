//go:build !unix

package main

// restrictFiles has nothing to do where files have access lists.
func restrictFiles() {}
