package scan

import "github.com/covls/covls/coverage"

// Files are the source files of a report while it is read, of a format that tells lines. What stands in several places of the
// profile under one name is one file, of which the counts are summed.
type Files struct {
	// Places are those of the report's files.
	Places *Places

	limits Limits
	report *coverage.Report
	by     map[string]*coverage.File
}

// NewFiles are the files of a report.
func NewFiles(report *coverage.Report, limits Limits) *Files {
	return &Files{NewPlaces(limits, Once(report)), limits, report, map[string]*coverage.File{}}
}

// File is the file of that name. The error is that of too many files.
func (f *Files) File(name string) (*coverage.File, error) {
	if known := f.by[name]; known != nil {
		return known, nil
	}
	if err := f.limits.CheckFiles(len(f.by) + 1); err != nil {
		return nil, err
	}
	file := &coverage.File{Name: name, Unit: coverage.Lines}
	f.by[name] = file
	return file, nil
}

// End puts the files into the report, which it returns.
func (f *Files) End() *coverage.Report {
	for _, file := range f.by {
		file.Lines, file.Branches = coverage.SumLines(file.Lines), coverage.SortBranches(file.Branches)
		f.report.Files = append(f.report.Files, file)
	}
	coverage.SortFiles(f.report.Files)
	return f.report
}
