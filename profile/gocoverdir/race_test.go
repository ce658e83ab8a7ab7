//go:build race

package gocoverdir_test

// raceDetector tells that the tests run with it, which takes memory of its own.
const raceDetector = true
