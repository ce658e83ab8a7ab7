package source

// ParseGoBy is Parse of a Go text by parts of so many bytes.
var ParseGoBy = parseGoBy
