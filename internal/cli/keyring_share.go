package cli

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"telltale/internal/key"
	"telltale/store"
)

// schemeKey is how a scheme names the key that it belongs to: not at all for the
// registry's first, as registries did that knew one key.
func (k *keyring) schemeKey(id string) string {
	if id == k.first {
		return ""
	}
	return id
}

// linkingFor are the secrets by which a dataset's rows are recognised, as an
// issuing key gets them.
func (k *keyring) linkingFor(dataset string) ([]byte, error) {
	r, err := k.routed(dataset, len(k.bases[dataset]))
	if err != nil {
		return nil, err
	}
	doc := map[string][]byte{}
	for _, label := range []string{"row/" + url.PathEscape(dataset), "link/" + url.PathEscape(dataset)} {
		s := r.Derive(label)
		doc[label] = s[:]
	}
	return json.Marshal(doc)
}

func linkingOf(plain []byte) (linking, error) {
	var doc map[string][]byte
	if err := json.Unmarshal(plain, &doc); err != nil {
		return nil, err
	}
	l := linking{}
	for label, b := range doc {
		if len(b) != len(key.Secret{}) {
			return nil, key.ErrSealed
		}
		l[label] = key.Secret(b)
	}
	return l, nil
}

// issuers are the keys in force that may issue.
func (k *keyring) issuers() (out []store.Key) {
	for _, r := range k.keys {
		if r.Ended == 0 && r.Role != store.Investigating {
			out = append(out, r)
		}
	}
	return out
}

// spread makes every dataset usable under every key that may issue: with a
// version of its scheme of that key's own, and for issuing keys with the secrets
// to link its rows and the domains of the pool. Only a whole key can.
func (r *registry) spread(tx store.Tx) error {
	for _, holder := range r.ring.issuers() {
		if holder.Role == store.Issuing {
			if err := r.giveDomains(tx, r.ring.eras[holder.ID].secret); err != nil {
				return err
			}
		}
		for dataset := range r.ring.bases {
			if err := r.spreadDataset(tx, holder, dataset); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *registry) spreadDataset(tx store.Tx, holder store.Key, name string) error {
	d, err := tx.Dataset(name)
	if err != nil {
		return err
	}
	for _, s := range d.Schemes {
		if first(s.Key, r.ring.first) == holder.ID {
			return nil
		}
	}
	newest := d.Schemes[len(d.Schemes)-1]
	next := store.Scheme{Version: newest.Version + 1, Rules: newest.Rules, Key: r.ring.schemeKey(holder.ID), AddedAt: r.now()}
	from, err := r.ring.Root(name, newest.Version)
	if err != nil {
		return err
	}
	profile, err := from.Derive("seal/profile").Open(newest.Profile, []byte(name))
	if err != nil {
		return err
	}
	next.Profile = r.ring.eras[holder.ID].secret.Derive("seal/profile").Seal(profile, []byte(name))
	if holder.Role == store.Issuing && first(d.Schemes[0].Key, r.ring.first) != holder.ID {
		if err := r.giveLinking(tx, holder, name); err != nil {
			return err
		}
	}
	d.Schemes = append(d.Schemes, next)
	r.ring.note(d)
	return tx.AddScheme(name, next)
}

func (r *registry) giveLinking(tx store.Tx, holder store.Key, dataset string) error {
	plain, err := r.ring.linkingFor(dataset)
	if err != nil {
		return err
	}
	s, err := boxSecret(holder, r.sign, datasetSubject+dataset, plain)
	if err != nil {
		return err
	}
	return tx.AddSecret(s)
}

// giveDomains adds the domains of the pool once more, as contacts of an issuing
// key. Numbers and mailboxes it gets with pool add, of its own.
func (r *registry) giveDomains(tx store.Tx, to key.Secret) error {
	list, err := r.domainsFor(tx, to)
	if err != nil || len(list) == 0 {
		return err
	}
	_, err = tx.AddContacts(list)
	return err
}

// domainsFor are the domains of the pool that an era does not have yet.
func (r *registry) domainsFor(tx store.Tx, to key.Secret) (list []store.Contact, err error) {
	known, err := tx.Contacts(poolDomain)
	if err != nil {
		return nil, err
	}
	there := map[uint64]bool{}
	for _, c := range known {
		there[c.Lookup] = true
	}
	for _, c := range r.mine(known) {
		name, err := r.unseal("contact", poolDomain, c.Sealed)
		if err != nil {
			return nil, err
		}
		lookup := lookupUnder(to, poolDomain, string(name))
		if c.Owner == "" && !there[lookup] {
			list = append(list, store.Contact{Kind: poolDomain, Lookup: lookup, AddedAt: r.now(),
				Sealed: to.Derive("seal/contact").Seal(name, []byte(poolDomain))})
		}
	}
	return list, nil
}

// outstanding tells whether spread would do anything.
func (r *registry) outstanding(tx store.Tx) (bool, error) {
	if r.ring.record.Role != store.Whole || len(r.ring.keys) == 0 {
		return false, nil
	}
	for _, holder := range r.ring.issuers() {
		for _, bases := range r.ring.bases {
			if !slices.Contains(bases, holder.ID) {
				return true, nil
			}
		}
		if holder.Role == store.Issuing {
			list, err := r.domainsFor(tx, r.ring.eras[holder.ID].secret)
			if err != nil || len(list) > 0 {
				return true, err
			}
		}
	}
	return false, nil
}

// share gives issuing keys what was added since they were issued.
func (r *registry) share(ctx context.Context) error {
	var need bool
	err := r.View(ctx, func(tx store.Tx) (err error) {
		need, err = r.outstanding(tx)
		return err
	})
	if err != nil || !need {
		return err
	}
	return r.Update(ctx, r.spread)
}

// mine are the contacts that copies under the key's own eras may carry: each
// issuing key has a pool of its own.
func (r *registry) mine(list []store.Contact) []store.Contact {
	if len(r.ring.keys) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(c store.Contact) bool {
		for _, e := range r.ring.eras {
			if (e.role == store.Whole) == (r.ring.record.Role == store.Issuing) {
				continue
			}
			if _, err := e.secret.Derive("seal/contact").Open(c.Sealed, []byte(c.Kind)); err == nil {
				return false
			}
		}
		return true
	})
}

func lookupUnder(secret key.Secret, kind, value string) uint64 {
	return secret.Derive("pool").Hasher().Sum64(kind, value)
}
