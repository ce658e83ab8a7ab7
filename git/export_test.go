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
