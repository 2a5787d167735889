package main

import "log"

// must ends the program with the server's message: it names what failed and what to do.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
