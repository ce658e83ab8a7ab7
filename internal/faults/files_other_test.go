//go:build unix && !linux

package faults_test

// bounds need namespaces and the files below /proc.
func bounds() []fault { return nil }
