package source

// Attributes are what the files .gitattributes of a repository say of a file for GitHub's linguist, which other tools read, too:
// https://github.com/github-linguist/linguist/blob/main/docs/overrides.md. The zero Attributes say nothing.
type Attributes struct {
	Generated, Vendored, Documentation Answer
}

// Answer is what somebody says to a question that can be answered with yes or no.
type Answer uint8

const (
	// Unsaid is no answer.
	Unsaid Answer = iota
	// Yes is what a set attribute says.
	Yes
	// No is what one says that is unset, or false.
	No
)
