package e2e

import (
	"testing"

	"github.com/covls/covls/internal/editors"
)

func TestMain(m *testing.M) { editors.Main(m) }
