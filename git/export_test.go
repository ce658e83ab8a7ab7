package git

import "context"

// CommitsIn is Commits of 90 days, with other bounds where these are not 0.
func CommitsIn(ctx context.Context, dir string, files, bytes, trees int) (map[string]int, error) {
	most := usual()
	for to, n := range map[*int]int{&most.files: files, &most.bytes: bytes, &most.trees: trees} {
		if n > 0 {
			*to = n
		}
	}
	return commits(ctx, dir, 90, most)
}

// Limits are the most of a repository that is compared; what is 0 is as usual.
type Limits struct {
	Tracked, Untracked, Changed int
	Bytes                       int64
}

// CompareIn is Compare of the work tree, with other limits.
func CompareIn(ctx context.Context, dir, base string, most Limits) (*Comparison, error) {
	own := limits{tracked: maxTracked, untracked: maxUntracked, changed: maxChanged, pairs: maxPairs, bytes: maxReading}
	for to, n := range map[*int]int{&own.tracked: most.Tracked, &own.untracked: most.Untracked, &own.changed: most.Changed} {
		if n > 0 {
			*to = n
		}
	}
	if most.Bytes > 0 {
		own.bytes = most.Bytes
	}
	return compare(ctx, dir, base, Options{}, own)
}

// FindBaseIn is FindBase without an environment, of at most so many commits; 0 is as usual.
func FindBaseIn(ctx context.Context, dir, revision string, commits int) (Base, error) {
	return findBase(ctx, dir, revision, nil, commits)
}
