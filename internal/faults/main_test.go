package faults_test

import (
	"os"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

func TestMain(m *testing.M) { os.Exit(profiletest.Main(m)) }
