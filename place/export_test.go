package place

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
