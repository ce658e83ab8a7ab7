//go:build !unix

package faults_test

// lifecycle has no faults where there are neither signals nor limits of Unix.
func lifecycle() []fault { return nil }
