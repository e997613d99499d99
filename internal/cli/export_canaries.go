package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/store"
)

// refreshProfile learns the table again when it is another file than the one
// that the dataset was registered with. Standard input cannot be read twice:
// there the registered profile has to do.
func (j *exportJob) refreshProfile(ctx context.Context, in *tableOf) error {
	if j.input == "-" || in.Size() == j.learnedOf || j.canaries == 0 && j.shared == 0 {
		return nil
	}
	again, err := j.p.openTable(j.input, j.options)
	if err != nil {
		return err
	}
	defer again.Close()
	reader, err := oneTable(j.input, again)
	if err != nil {
		return err
	}
	bar := j.p.progress(again, "learning")
	defer bar.stop()
	learner := canary.NewLearner(j.profile.Columns, j.scheme.Locale)
	for ctx.Err() == nil {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			j.profile = learner.Profile()
			return nil
		}
		if err != nil {
			return err
		}
		learner.Add(in.cells(row))
	}
	return ctx.Err()
}

// mint makes every copy's canaries, with contacts allotted from the pools.
// How many, when nobody said, is what the pools reach for.
func (j *exportJob) mint(ctx context.Context) error {
	if j.canaries >= 0 {
		return j.mintAll(ctx, j.canaries)
	}
	wanted := int(min(defaultCanaries, j.profile.Rows/defaultEvery))
	for n := wanted; ; n /= 2 {
		err := j.mintAll(ctx, n)
		var exhausted *canary.ExhaustedError
		if n == 0 || !errors.As(err, &exhausted) {
			return err
		}
		if n == wanted {
			j.remarks = append(j.remarks, fmt.Sprintf("fewer than %d canaries in each copy: %v; %s gives them contacts", wanted, err, poolCommand(exhausted)))
		}
	}
}

func (j *exportJob) mintAll(ctx context.Context, n int) error {
	marker, err := fingerprint.New(j.scheme, j.dataset, j.steady)
	if err != nil {
		return err
	}
	if j.makeRoom {
		j.vacancies = j.profile.Vacate(vacancy(j.root, j.dataset), canary.Room{Unique: n, Shared: j.shared, Compared: j.cover > 0})
	}
	err = j.r.Update(ctx, func(tx store.Tx) (err error) {
		if j.allotment, err = j.r.newAllotment(tx, j.root, j.p.Now()); err != nil {
			return err
		}
		shared, err := j.mintShared(tx)
		if err != nil {
			return err
		}
		j.sites = nil
		for _, c := range shared {
			j.sites = append(j.sites, c.Site())
		}
		for _, o := range j.copies {
			unique, err := j.mintFor(tx, o, n)
			if err != nil {
				return err
			}
			o.minted = append(sharedOf(o.recipient, marker, shared), unique...) // where two take one key, the second gives way: shared ones are to stay the same in all copies
			o.planter = nil
			if len(o.minted) > 0 {
				o.planter = canary.NewPlanterAmong(j.profile, o.minted, -1, j.vacancies)
			}
		}
		j.numbers, err = j.r.newLottery(tx, j.dataset, j.scheme, j.root)
		return err
	})
	return j.shortage(ctx, err)
}

// vacancy is the secret of the rows that no copy holds.
func vacancy(root key.Root, dataset string) key.Secret {
	return root.Derive("canary-vacancy/" + url.PathEscape(dataset))
}

// sharedOf are those of the shared canaries that a recipient's copy carries.
func sharedOf(recipient string, marker *fingerprint.Marker, shared []canary.Canary) (out []canary.Canary) {
	word := marker.Word(recipient)
	for _, c := range shared {
		if word.Bit(marker.SharedSite(canary.SharedSite(c.Site()))) == 1 {
			out = append(out, c)
		}
	}
	return out
}

func (j *exportJob) mintFor(tx store.Tx, o *outgoing, n int) ([]canary.Canary, error) {
	if n == 0 {
		return nil, nil
	}
	owner := ownerOf(j.dataset, o.recipient)
	contacts, err := j.contacts(tx, owner, n)
	if err != nil {
		return nil, err
	}
	return j.profile.Mint(j.root.Derive("canary/"+owner), n, contacts)
}

func (j *exportJob) mintShared(tx store.Tx) ([]canary.Canary, error) {
	if j.shared == 0 {
		return nil, nil
	}
	contacts, err := j.contacts(tx, sharedOwner(j.dataset), j.shared)
	if err != nil {
		return nil, err
	}
	return j.profile.MintShared(j.root.Derive("canary-shared/"+url.PathEscape(j.dataset)), j.shared, contacts)
}

// contacts allots contacts from the pools for n canaries. What the owner was
// given before, it is given again.
func (j *exportJob) contacts(tx store.Tx, owner string, n int) (canary.Contacts, error) {
	out := canary.Contacts{Vacancies: j.vacancies, AddressBits: j.address}
	phones, emails := j.profile.Needs()
	domains, err := tx.Contacts(poolDomain)
	if err != nil {
		return out, err
	}
	for _, d := range j.r.mine(domains) {
		if d.Holder() == store.Retired {
			continue
		}
		name, err := j.r.unseal("contact", poolDomain, d.Sealed)
		if err != nil {
			return out, err
		}
		out.Domains = append(out.Domains, string(name))
	}
	if j.domains = out.Domains; len(out.Domains) > 0 {
		emails = 0
	}
	if out.Phones, err = j.allotment.take(poolPhone, owner, n*phones); err != nil {
		return out, err
	}
	out.Emails, err = j.allotment.take(poolEmail, owner, n*emails)
	return out, err
}
