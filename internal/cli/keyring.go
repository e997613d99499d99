package cli

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/key"
	"telltale/store"
)

// keyring is what the key that a command was given opens.
type keyring struct {
	own    key.Secret
	record store.Key // of own; zero where the registry has no records of keys
	keys   []store.Key
	anchor note.Verifier // the whole key that own was told to trust; nil: itself
	first  string        // id of the key that the registry began with
	eras   map[string]era
	order  []string            // ids of eras, the newest first
	bases  map[string][]string // dataset -> id of the era of each version of its scheme
	given  map[string]linking  // dataset -> what an issuing key was given to link its rows

	writers store.Writers // whose signatures count
}

// era is what copies that were issued under one key have in common.
type era struct {
	role   store.Role
	secret key.Secret  // everything that copies carry is derived from it
	reader *key.Secret // opens what an issuing key sealed; nil where it is not known
	public []byte      // what an issuing key seals to; nil for a whole key, which reads what it wrote
}

// linking are the secrets by which a dataset's rows are recognised.
type linking map[string]key.Secret

func (l linking) Derive(label string) key.Secret { return l[label] }

// eraDoc is how an era is sealed for the holder of a key.
type eraDoc struct {
	Secret []byte `json:"secret"`
	Reader []byte `json:"reader,omitempty"`
	Public []byte `json:"public,omitempty"`
}

const (
	eraSubject     = "era/"
	datasetSubject = "dataset/"
	sealedByOwn    = 0 // first byte of a secret that was sealed with the holder's own key
	sealedToBox    = 1 // of one that anybody may have sealed to it
)

// openKeyring takes up what a key opens of a registry.
func openKeyring(tx store.Tx, own key.Secret) (*keyring, error) {
	k := &keyring{own: own, eras: map[string]era{}, bases: map[string][]string{}, given: map[string]linking{}}
	var err error
	if k.first, err = tx.KeyID(); err != nil {
		return nil, err
	}
	if k.keys, err = tx.Keys(); err != nil {
		return nil, err
	}
	if len(k.keys) == 0 {
		if own.ID() != k.first {
			return nil, fmt.Errorf("key %s: %w (%s)", own.ID(), store.ErrWrongKey, k.first)
		}
		k.record = store.Key{ID: own.ID(), Role: store.Whole}
		k.add(own.ID(), era{role: store.Whole, secret: own})
		return k, errors.Join(k.trust(), k.load(tx))
	}
	if err := k.identify(); err != nil {
		return nil, err
	}
	if err := k.trust(); err != nil {
		return nil, err
	}
	if err := k.openSecrets(tx); err != nil {
		return nil, err
	}
	return k, k.load(tx)
}

// identify finds the key's own record, and whom it may trust.
func (k *keyring) identify() error {
	id := k.own.ID()
	at := slices.IndexFunc(k.keys, func(r store.Key) bool { return r.ID == id })
	if at < 0 {
		return fmt.Errorf("key %s: %w (%s)", id, store.ErrWrongKey, k.whole().ID)
	}
	if k.record = k.keys[at]; k.record.Ended > 0 {
		return &failure{exit: exitKey, code: "key", err: fmt.Errorf("key %s: %w: it was ended by ledger entry %d", id, store.ErrWrongKey, k.record.Ended),
			hint: "use the key that took its place (" + k.whole().ID + "), or have a new one issued with telltale key issue"}
	}
	if k.record.Role == store.Whole {
		return nil
	}
	text, err := k.own.Derive("seal/anchor").Open(k.record.Anchor, []byte(id))
	if err != nil {
		return fmt.Errorf("key %s: whom it may trust: %w", id, err)
	}
	k.anchor, err = note.NewVerifier(string(text))
	return err
}

func (k *keyring) trust() (err error) {
	anchor := k.anchor
	if anchor == nil {
		anchor = ledgerSigner(k.own).Verifier()
	}
	k.writers, err = store.Trust(k.keys, anchor)
	return err
}

// whole is the whole key that is in force.
func (k *keyring) whole() store.Key {
	for _, r := range slices.Backward(k.keys) {
		if r.Role == store.Whole && r.Ended == 0 {
			return r
		}
	}
	return store.Key{ID: k.first, Role: store.Whole}
}

// roleOf is the role of a key of the registry.
func (k *keyring) roleOf(id string) store.Role {
	for _, r := range k.keys {
		if r.ID == id {
			return r.Role
		}
	}
	return store.Whole
}

func (k *keyring) openSecrets(tx store.Tx) error {
	secrets, err := tx.Secrets(k.own.ID())
	if err != nil {
		return err
	}
	for _, s := range secrets {
		plain, err := k.openSecret(s)
		if err != nil {
			return fmt.Errorf("key %s, %s: %w", s.Holder, s.Subject, err)
		}
		if name, ok := strings.CutPrefix(s.Subject, datasetSubject); ok {
			var l linking
			if l, err = linkingOf(plain); err == nil {
				k.given[name] = l
			}
		} else {
			err = k.addEra(strings.TrimPrefix(s.Subject, eraSubject), plain)
		}
		if err != nil {
			return fmt.Errorf("key %s, %s: %w", s.Holder, s.Subject, err)
		}
	}
	return nil
}

// openSecret opens a secret of own's. One that anybody may have sealed to its
// box must be signed by a whole key.
func (k *keyring) openSecret(s store.Secret) ([]byte, error) {
	if len(s.Sealed) == 0 {
		return nil, key.ErrSealed
	}
	switch form, sealed := s.Sealed[0], s.Sealed[1:]; {
	case form == sealedByOwn:
		return k.own.Derive("seal/secret").Open(sealed, []byte(s.Subject))
	case form == sealedToBox:
		text, err := k.own.OpenBox(sealed, []byte(s.Subject))
		if err != nil {
			return nil, err
		}
		return k.signedSecret(s, text)
	}
	return nil, key.ErrSealed
}

// signedSecret is what a whole key signed for a holder.
func (k *keyring) signedSecret(s store.Secret, text []byte) ([]byte, error) {
	var whole []note.Verifier
	for _, w := range k.writers {
		if w.Role == store.Whole {
			whole = append(whole, w.Verifier)
		}
	}
	n, err := note.Open(text, note.VerifierList(whole...))
	if err != nil {
		return nil, err
	}
	body, ok := strings.CutPrefix(n.Text, secretHeader(s.Holder, s.Subject))
	if !ok {
		return nil, fmt.Errorf("%w: it is of another holder, or something else", key.ErrSealed)
	}
	return base64.StdEncoding.DecodeString(strings.TrimSuffix(body, "\n"))
}

func secretHeader(holder, subject string) string {
	return fmt.Sprintf("telltale secret 1\n%s\n%q\n", holder, subject)
}

// sealSecret seals for a holder whose own key is known.
func sealSecret(holder store.Key, own key.Secret, subject string, plain []byte) store.Secret {
	sealed := own.Derive("seal/secret").Seal(plain, []byte(subject))
	return store.Secret{Holder: holder.ID, Subject: subject, Sealed: append([]byte{sealedByOwn}, sealed...)}
}

// boxSecret signs and seals to the box of a holder whose own key is not known.
func boxSecret(holder store.Key, by note.Signer, subject string, plain []byte) (store.Secret, error) {
	s := store.Secret{Holder: holder.ID, Subject: subject}
	text, err := note.Sign(&note.Note{Text: secretHeader(holder.ID, subject) + base64.StdEncoding.EncodeToString(plain) + "\n"}, by)
	if err != nil {
		return s, err
	}
	sealed, err := key.SealTo(holder.Box, text, []byte(subject))
	s.Sealed = append([]byte{sealedToBox}, sealed...)
	return s, err
}

func (k *keyring) addEra(id string, plain []byte) error {
	var doc eraDoc
	if err := json.Unmarshal(plain, &doc); err != nil {
		return err
	}
	if len(doc.Secret) != len(key.Secret{}) || len(doc.Reader) > 0 && len(doc.Reader) != len(key.Secret{}) {
		return key.ErrSealed
	}
	e := era{role: k.roleOf(id), secret: key.Secret(doc.Secret), public: doc.Public}
	if len(doc.Reader) > 0 {
		reader := key.Secret(doc.Reader)
		e.reader = &reader
	}
	k.add(id, e)
	return nil
}

// doc is the era as it is sealed; without the reader for the issuing key
// itself.
func (e era) doc(withReader bool) []byte {
	doc := eraDoc{Secret: e.secret[:], Public: e.public}
	if withReader && e.reader != nil {
		doc.Reader = e.reader[:]
	}
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err) // bytes always marshal
	}
	return text
}

// add keeps the eras in the order of their keys, the newest first.
func (k *keyring) add(id string, e era) {
	k.eras[id] = e
	k.order = k.order[:0]
	for _, r := range slices.Backward(k.keys) {
		if _, ok := k.eras[r.ID]; ok {
			k.order = append(k.order, r.ID)
		}
	}
	if len(k.keys) == 0 {
		k.order = append(k.order, id)
	}
}

// load notes to which era each version of a scheme belongs.
func (k *keyring) load(tx store.Tx) error {
	datasets, err := tx.Datasets()
	for _, d := range datasets {
		k.note(d)
	}
	return err
}

func (k *keyring) note(d store.Dataset) {
	k.bases[d.Name] = nil
	for _, s := range d.Schemes {
		k.bases[d.Name] = append(k.bases[d.Name], first(s.Key, k.first))
	}
}

// current is the era under which the key makes new things: its own, or that of
// the whole key for one that issues nothing.
func (k *keyring) current() (string, era) {
	if e, ok := k.eras[k.record.ID]; ok {
		return k.record.ID, e
	}
	for _, id := range k.order {
		if e := k.eras[id]; e.role == store.Whole {
			return id, e
		}
	}
	return "", era{}
}

// common is what sightings are compared by, whatever key recorded them.
func (k *keyring) common() key.Secret {
	for _, id := range slices.Backward(k.order) {
		if e := k.eras[id]; e.role == store.Whole {
			return e.secret
		}
	}
	_, e := k.current()
	return e.secret
}

// version is the newest version of a dataset's scheme under the key's own era;
// 0 when there is none.
func (k *keyring) version(dataset string) int {
	id, _ := k.current()
	for i, base := range slices.Backward(k.bases[dataset]) {
		if base == id {
			return i + 1
		}
	}
	return 0
}

var errKeyLacks = errors.New("this key does not open what is needed")

// Root derives what copies made by a version of a scheme carry.
func (k *keyring) Root(dataset string, version int) (key.Root, error) {
	r, err := k.routed(dataset, version)
	return r, err
}

// Steady derives of it what a recipient keeps when keys change.
func (k *keyring) Steady(dataset string, version int) (key.Root, error) {
	r, err := k.routed(dataset, version)
	return r.steady, err
}

func (k *keyring) routed(dataset string, version int) (routed, error) {
	bases := k.bases[dataset]
	if version < 1 || version > len(bases) {
		return routed{}, fmt.Errorf("dataset %s: scheme %d: %w", dataset, version, store.ErrNotFound)
	}
	marks, ok := k.eras[bases[version-1]]
	if !ok {
		return routed{}, fmt.Errorf("dataset %s, scheme %d: %w: it was made under key %s", dataset, version, errKeyLacks, bases[version-1])
	}
	r := routed{marks: marks.secret, steady: marks.secret}
	if marks.role == store.Whole {
		at := slices.IndexFunc(bases, func(id string) bool { return k.eras[id].role == store.Whole })
		r.steady = k.eras[bases[at]].secret
	}
	if e, ok := k.eras[bases[0]]; ok {
		r.linking = e.secret
	} else if l, ok := k.given[dataset]; ok {
		r.linking = l
	} else {
		return routed{}, fmt.Errorf("dataset %s: %w: its rows are linked under key %s", dataset, errKeyLacks, bases[0])
	}
	return r, nil
}

// routed derives by label: how rows are linked stays as the dataset began, what
// a recipient knows as he first got it, and all else changes with the key.
type routed struct{ linking, steady, marks key.Root }

func (r routed) Derive(label string) key.Secret {
	kind, _, _ := strings.Cut(label, "/")
	switch kind {
	case "row", "link":
		return r.linking.Derive(label)
	case "canary", "canary-shared", "canary-vacancy", "canary-trial", "control", "alias", "withhold", "cover", "shared", "pool-lot":
		return r.steady.Derive(label)
	}
	return r.marks.Derive(label)
}

// Derive derives what belongs to no dataset: what sightings are compared by from
// the first secret, all else from the key's own.
func (k *keyring) Derive(label string) key.Secret {
	switch label {
	case "sketch", "campaign", "canary-lookup":
		return k.common().Derive(label)
	}
	_, e := k.current()
	return e.secret.Derive(label)
}

// Open opens what was sealed under any of the eras.
func (k *keyring) Open(kind, subject string, sealed []byte) ([]byte, error) {
	for _, id := range k.order {
		if plain, err := k.eras[id].secret.Derive("seal/"+kind).Open(sealed, []byte(subject)); err == nil {
			return plain, nil
		}
	}
	return nil, key.ErrSealed
}
