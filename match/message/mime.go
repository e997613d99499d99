package message

import (
	"bytes"
	"fmt"
	"strings"
)

// Bounds on a message's MIME tree. It costs its depth times its length to
// read one, and each part some memory.
const (
	maxParts     = 10_000
	maxMultipart = 50 // multiparts within one another
)

// part is a node of a MIME tree.
type part struct {
	id       string // "1.2"; "" for the root
	header   fields
	body     []byte // as transferred
	inside   []*part
	epilogue []byte
}

// partReader makes the tree of one message.
type partReader struct {
	lose    func(format string, args ...any)
	headers *headerReader
	parts   int
}

// isMultipart returns the boundary of a multipart, "" for anything else.
func isMultipart(h fields) (boundary string) {
	value := h.first("content-type")
	if kind, boundary := params(value, "boundary"); strings.HasPrefix(kind, "multipart/") {
		return strings.TrimRight(boundary, " \t")
	}
	return ""
}

// split cuts p into its parts, theirs included. What is nested deeper than
// maxMultipart stays whole.
func (r *partReader) split(p *part, depth int) {
	boundary := isMultipart(p.header)
	if boundary == "" {
		return
	}
	if depth == maxMultipart {
		r.lose("part %s: multiparts nested more than %d deep, kept as text", p.id, maxMultipart)
		return
	}
	pieces, epilogue := r.pieces(p.body, boundary)
	p.epilogue = epilogue
	for i, piece := range pieces {
		inside := &part{id: strings.TrimPrefix(fmt.Sprintf("%s.%d", p.id, i+1), ".")}
		inside.header, inside.body = r.headers.part(piece)
		p.inside = append(p.inside, inside)
		r.split(inside, depth+1)
	}
}

// pieces returns what stands between the boundaries, and behind the last.
// Where that is missing, as in a message that was cut, the last piece ends with
// the body.
func (r *partReader) pieces(body []byte, boundary string) (pieces [][]byte, epilogue []byte) {
	delimiter := []byte("--" + boundary)
	begun, at := -1, 0
	for at < len(body) {
		line, next := body[at:], len(body)
		if k := bytes.IndexByte(line, '\n'); k >= 0 {
			line, next = line[:k], at+k+1
		}
		rest, ok := bytes.CutPrefix(line, delimiter)
		last := bytes.HasPrefix(rest, []byte("--"))
		if !ok || !last && len(bytes.TrimSpace(rest)) > 0 {
			at = next
			continue
		}
		if begun >= 0 {
			pieces = append(pieces, body[begun:max(begun, at-1)])
		}
		if last {
			return pieces, body[next:]
		}
		begun, at = next, next
		if r.parts++; r.parts >= maxParts {
			r.lose("more than %d parts, what follows is kept as one", maxParts)
			break
		}
	}
	if begun >= 0 && begun < len(body) {
		pieces = append(pieces, body[begun:])
	}
	return pieces, nil
}

// part splits a part; one that begins with a blank line has no header.
func (r *headerReader) part(piece []byte) (fields, []byte) {
	if len(piece) > 0 && piece[0] == '\n' {
		return nil, piece[1:]
	}
	return r.split(piece)
}
