package git

// CommitsIn is Commits with another bound of files.
var CommitsIn = commits
