// Command verify-evidence checks an evidence bundle of telltale without
// telltale: it was written from docs/evidence.md alone and shares no code with
// the program, so that two implementations must agree on what a bundle proves.
//
//	go run ./examples/verify-evidence case.zip [public key]
//
// It needs neither registry nor key. It exits with 0 when the bundle is intact
// and 5 when it is not, and says what failed. What it leaves to telltale's own
// verifier: canonical forms of identities, carriers other than plain numbers,
// time stamps, and the wording of the two texts.
package main

import (
	"fmt"
	"os"
)

// maxBundle is how long a bundle may be, in bytes.
const maxBundle = 256 << 20

// bundleFrom reads a bundle. A named pipe or a device might never end.
func bundleFrom(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxBundle {
		return nil, fmt.Errorf("%s: no regular file of at most %d bytes", path, maxBundle)
	}
	return os.ReadFile(path)
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: verify-evidence BUNDLE.zip [PUBLIC KEY]")
		os.Exit(2)
	}
	data, err := bundleFrom(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify-evidence:", err)
		os.Exit(1)
	}
	want := ""
	if len(os.Args) == 3 {
		want = os.Args[2]
	}
	b, err := verify(data, want)
	if err != nil {
		fmt.Println("NOT valid:", err)
		os.Exit(5)
	}
	fmt.Printf("valid: %s\nlog10 likelihood ratio %.6f, bound %.3g, signed by %s\n", b.Proposition, b.Result.Log10LR, b.Result.Bound, b.PublicKey)
}
