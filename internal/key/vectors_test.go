package key

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vectors is what testdata/vectors.json holds: numbers and bytes in hex.
// Once an export was made, none of it may change.
type vectors struct {
	Master  string            `json:"master"`
	ID      string            `json:"id"`
	Derived map[string]string `json:"derived"`
	Digests []digestVector    `json:"digests"`
	Blocks  map[string]string `json:"blocks"`
	Stream  streamVector      `json:"stream"`
	MAC     string            `json:"mac_of_head_and_empty"`
	Public  string            `json:"public_key_of_telltale"`
	Seal    sealVector        `json:"seal"`
	Plain   string            `json:"plain_file"`
	Sealed  sealedVector      `json:"sealed_file"`
}

type digestVector struct {
	Parts  []string `json:"parts"`
	Sum128 string   `json:"sum128"`
}

type streamVector struct {
	Label  string    `json:"label"`
	Uint64 []string  `json:"uint64"`
	IntN10 []int     `json:"intn_10"`
	Float  []float64 `json:"float64"`
	Perm8  []int     `json:"perm_8"`
}

type sealVector struct {
	Nonce  string `json:"nonce"`
	Plain  string `json:"plain"`
	AAD    string `json:"aad"`
	Sealed string `json:"sealed"`
}

type sealedVector struct {
	Passphrase string `json:"passphrase"`
	Text       string `json:"text"`
}

func vectorMaster() (s Secret) {
	for i := range s {
		s[i] = byte(i)
	}
	return s
}

func compute(t *testing.T) vectors {
	s := vectorMaster()
	v := vectors{Master: hex.EncodeToString(s[:]), ID: s.ID(), Derived: map[string]string{}, Blocks: map[string]string{}}
	for _, label := range []string{"row/orders", "site/orders/amount%20due", "word/orders/acme", "canary-lookup", "ledger", "@hash", "@prf", "@seal"} {
		d := s.Derive(label)
		v.Derived[label] = hex.EncodeToString(d[:])
	}
	h := s.Hasher()
	for _, parts := range [][]string{{}, {""}, {"phone", "+8613800138000"}, {"ab", "c"}, {"a", "bc"}, {string(bytes.Repeat([]byte("x"), 300))}} {
		sum := h.Sum128(parts...)
		v.Digests = append(v.Digests, digestVector{parts, hex.EncodeToString(sum[:])})
	}
	for _, in := range [][16]byte{{}, {15: 1}, {1}} {
		out := s.PRF().Block(in)
		v.Blocks[hex.EncodeToString(in[:])] = hex.EncodeToString(out[:])
	}
	v.Stream = streams(s)
	mac := s.MAC([]byte("head"), nil)
	v.MAC = hex.EncodeToString(mac[:])
	signer, err := s.Signer("telltale")
	if err != nil {
		t.Fatal(err)
	}
	v.Public = signer.Public()
	v.Seal = seals(s)
	files(t, s, &v)
	return v
}

func streams(s Secret) (v streamVector) {
	v.Label = "canary/orders/acme"
	st := s.Stream(v.Label)
	for range 4 {
		v.Uint64 = append(v.Uint64, hex.EncodeToString(bigEndian(st.Uint64())))
	}
	st = s.Stream(v.Label)
	for range 40 {
		v.IntN10 = append(v.IntN10, st.IntN(10))
	}
	st = s.Stream(v.Label)
	for range 4 {
		v.Float = append(v.Float, st.Float64())
	}
	v.Perm8 = s.Stream(v.Label).Perm(8)
	return v
}

func bigEndian(v uint64) (b []byte) {
	for shift := 56; shift >= 0; shift -= 8 {
		b = append(b, byte(v>>shift))
	}
	return b
}

func seals(s Secret) sealVector {
	nonce := bytes.Repeat([]byte{0x24}, 24)
	sealed := s.seal(bytes.Clone(nonce), []byte("a canary"), []byte("export 1"))
	return sealVector{hex.EncodeToString(nonce), "a canary", "export 1", hex.EncodeToString(sealed)}
}

func files(t *testing.T, s Secret, v *vectors) {
	plain, err := Encode(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := encode(s, []byte("open sesame"), kdf{256, 2, 2}, bytes.NewReader(bytes.Repeat([]byte{0x42}, 40)))
	if err != nil {
		t.Fatal(err)
	}
	v.Plain = string(plain)
	v.Sealed = sealedVector{"open sesame", string(sealed)}
}

func TestVectors(t *testing.T) {
	got, err := json.MarshalIndent(compute(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile("testdata/vectors.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("derivations have changed; got\n%s", got)
	}
}

// The files of the vectors open, so that old key files go on opening.
func TestVectorFilesOpen(t *testing.T) {
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if s, err := Decode([]byte(v.Plain), nil); err != nil || s != vectorMaster() {
		t.Errorf("plain: %v, %v", s, err)
	}
	if s, err := Decode([]byte(v.Sealed.Text), phrase(v.Sealed.Passphrase)); err != nil || s != vectorMaster() {
		t.Errorf("sealed: %v, %v", s, err)
	}
	sealed, _ := hex.DecodeString(v.Seal.Sealed)
	if plain, err := vectorMaster().Open(sealed, []byte(v.Seal.AAD)); err != nil || string(plain) != v.Seal.Plain {
		t.Errorf("seal: %q, %v", plain, err)
	}
}
