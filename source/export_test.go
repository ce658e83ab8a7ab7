package source

import (
	"sync/atomic"
	"time"
)

// List returns "path dir" of each module, in the order in which they are tried, and the vendor
// directories.
func (m *Modules) List() (modules, vendors []string) {
	for _, mod := range m.modules {
		modules = append(modules, mod.path+" "+mod.dir)
	}
	return modules, m.vendors
}

// FindModulesIn is FindModules with another bound of directories.
var FindModulesIn = findModules

// NewFoldingResolver is NewResolver on a file system that does not tell upper from lower case.
func NewFoldingResolver(folders []Folder) *Resolver { return newResolver(folders, true) }

// The bounds of the search for modules and of what goes on one command line of go list.
const (
	ModuleDepth = moduleDepth
	ModuleBytes = moduleBytes
	ListBytes   = listBytes
	NameBytes   = nameBytes
)

// ParseGoBy is Parse of a Go text by parts of so many bytes.
var ParseGoBy = parseGoBy

// Spend has the batch believe that hard texts took so long.
func (b *Batch) Spend(d time.Duration) { b.spent += d }

// Await is await, for a value.
func Await(stuck *atomic.Int32, patience time.Duration, work func() *string, drop func(*string)) *string {
	return await(stuck, patience, work, drop)
}
