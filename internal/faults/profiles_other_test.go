//go:build !unix

package faults_test

func notFiles() []fault   { return nil }
func coverDirs() []fault  { return nil }
func fileFaults() []fault { return nil }
