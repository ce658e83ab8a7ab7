package source

import (
	"sync/atomic"
	"time"
)

// ParseGoBy is Parse of a Go text by parts of so many bytes.
var ParseGoBy = parseGoBy

// Spend has the batch believe that hard texts took so long.
func (b *Batch) Spend(d time.Duration) { b.spent += d }

// Await is await, for a value.
func Await(stuck *atomic.Int32, patience time.Duration, work func() *string, drop func(*string)) *string {
	return await(stuck, patience, work, drop)
}
