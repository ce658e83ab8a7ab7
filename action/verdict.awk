# Prints what `covls check --format json` says, as outputs of a step: passed, covered and total, and lost where it was
# compared with a baseline. Figures of several units (statements and lines) are not added up: then there are none.
{ text = text $0 " " }

END {
	gsub(/\\./, "", text)
	# Every second part is a string.
	n = split(text, part, "\"")
	for (i = 1; i <= n; i++) {
		if (i % 2 == 0) {
			key = part[i]
			continue
		}
		s = part[i]
		if (match(s, /^ *: *[a-z0-9]+/)) {
			v = substr(s, 1, RLENGTH)
			gsub(/[ :]/, "", v)
			if (depth == 1 && key == "passed")
				passed = v
			else if (depth == 2 && name[2] == "changed" || depth == 3 && name[2] == "totals")
				figure[key] = v
		}
		m = length(s)
		for (j = 1; j <= m; j++) {
			c = substr(s, j, 1)
			if (c == "{" || c == "[") {
				if (depth == 2 && c == "{")
					count[name[2]]++
				name[++depth] = key
				if (depth == 2 && c == "{")
					has[key] = 1
			} else if (c == "}" || c == "]") {
				depth--
			}
		}
	}
	if (passed != "")
		print "passed=" passed
	if (count["totals"] <= 1 && figure["total"] != "") {
		print "covered=" figure["covered"]
		print "total=" figure["total"]
	}
	if (has["baseline"])
		print "lost=" count["lost"] + 0
}
