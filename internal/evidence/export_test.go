package evidence

import "golang.org/x/mod/sumdb/note"

// Rewrite is what a dishonest issuer may do: change a bundle, compute its
// numbers anew if recompute is set, and sign it again.
func Rewrite(data []byte, s note.Signer, recompute bool, change func(*Bundle)) ([]byte, error) {
	a, err := unpack(data)
	if err != nil {
		return nil, err
	}
	b, err := decode(a.bundle)
	if err != nil {
		return nil, err
	}
	change(b)
	if recompute {
		if b.Result, err = b.compute(); err != nil {
			return nil, err
		}
	}
	return b.write(s)
}
