package cli

import (
	"fmt"
	"io"

	"telltale/canary"
)

// mostTrial is how many canaries plan mints to see what contacts they get.
const mostTrial = 20

// planCanaries is what plan says of canaries: how well they hide among the
// rows that were judged, and what contacts they get. Detectability is null
// where there are no canaries or too few rows to tell.
type planCanaries struct {
	Detectability *canary.Detection `json:"detectability"`
	Contacts      []contactUseDoc   `json:"canary_contacts"`
}

// hide measures canaries as export does, under the same secret, with the
// contacts of the pools.
func (j *planJob) hide(r *registry, planted int) (out planCanaries, err error) {
	out.Contacts = []contactUseDoc{}
	if planted == 0 {
		return out, nil
	}
	secret, profile := canaryTrial(j.root, j.source.Dataset), j.source.Profile
	trial, err := profile.Mint(secret, min(planted, mostTrial), j.policy.Pool)
	if err != nil {
		return out, err
	}
	out.Contacts = contactUses(trial, j.source.Scheme.Columns)
	d, err := profile.Detect(secret, j.policy.Pool)
	if d.Measured {
		out.Detectability = &d
	}
	return out, err
}

func (d planDoc) writeCanaries(w io.Writer) {
	if d.Canaries+d.Shared == 0 {
		return
	}
	fmt.Fprintf(w, "How well canaries hide\n\n")
	if d.Detectability == nil {
		fmt.Fprintf(w, "too few rows to tell\n")
	} else {
		wrapped(w, "", "Trees that know which rows are real tell canaries from rows at an "+describeDetection(*d.Detectability)+".")
		if c := d.Detectability.Contacts; c != nil {
			wrapped(w, "", "With their contacts: "+describeDetection(*c)+".")
		}
		if d.Detectability.TooEasy() {
			wrapped(w, "", fmt.Sprintf("An export with --canaries is refused above %g, unless --force is given.", canary.DetectLimit))
		}
	}
	if len(d.Contacts) > 0 {
		wrapped(w, "", "Contacts: "+describeContacts(d.Contacts)+".")
	}
	fmt.Fprintln(w)
}
