package identity

import (
	"strconv"
	"strings"
)

// tsv reads a data file: tab-separated fields, # begins a comment line.
func tsv(text string) [][]string {
	var rows [][]string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if line != "" && line[0] != '#' {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// atoi reads a number of a data file; the tests read all of them.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("identity: data file: " + err.Error())
	}
	return n
}
