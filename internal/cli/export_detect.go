package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"telltale/canary"
	"telltale/internal/key"
)

// detect measures how easily the canaries could be picked out. When that is too
// easy, an export for which canaries were asked is refused; one that has them
// by default is made all the same, and says so: they prove as much where they
// stay.
func (j *exportJob) detect(ctx context.Context) error {
	minted := j.minted()
	if len(minted) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	var err error
	if j.detection, err = j.profile.Detect(canaryTrial(j.root, j.dataset), j.trialContacts(minted)); err != nil {
		return err
	}
	if !j.detection.TooEasy() || j.force {
		return nil
	}
	if j.canaries < 0 && j.shared == 0 {
		j.remarks = append(j.remarks, fmt.Sprintf("canaries stand out in this table (%s): who looks for them can delete them; --canaries 0 leaves them out", describeDetection(j.detection)))
		return nil
	}
	return &failure{exit: exitError, code: "detectable",
		err:  fmt.Errorf("%s: canaries could be told from rows (%s); nothing was written", j.input, describeDetection(j.detection)),
		hint: "register the dataset again with other column kinds ([kinds] in a policy file, dataset add --policy), leave them out with --canaries 0, or export all the same with --force"}
}

// canaryTrial is the secret of canaries that are measured and never issued.
func canaryTrial(root key.Root, dataset string) key.Secret {
	return root.Derive("canary-trial/" + url.PathEscape(dataset))
}

// trialContacts are the contacts that the canaries of this export got.
func (j *exportJob) trialContacts(minted []canary.Canary) canary.Contacts {
	out := canary.Contacts{Domains: j.domains, AddressBits: j.address}
	for _, c := range minted {
		for _, id := range c.Identities {
			if len(id.Columns) != 1 || !fromPool(c, id.Columns[0]) {
				continue
			}
			switch {
			case id.Kind == "phone":
				out.Phones = append(out.Phones, id.Value)
			case id.Kind == "email" && len(j.domains) == 0:
				out.Emails = append(out.Emails, id.Value)
			}
		}
	}
	return out
}

func fromPool(c canary.Canary, column int) bool {
	for _, s := range c.Origins {
		if s.Column == column && s.Origin == canary.Pool {
			return true
		}
	}
	return false
}

func describeDetection(d canary.Detection) string {
	return fmt.Sprintf("AUC %.2f ± %.2f, where 0.5 is guessing; mostly by %s", d.AUC, 2*d.StdErr, strings.Join(d.KeyedOn, ", "))
}

func (j *exportJob) detectionDoc() any {
	if !j.detection.Measured {
		return nil
	}
	return j.detection
}

// remarkOnCanaries tells what the canaries cost and how safe they are.
func (j *exportJob) remarkOnCanaries(made canary.Copies) {
	if made.Unique+len(made.Biases) == 0 {
		return
	}
	if n := j.passed.Vacant; n > 0 {
		j.p.remark("%d rows (%.1f %%) are in no copy, so that canaries can stand in their places (--make-room)", n, 100*float64(n)/float64(j.passed.Rows))
	}
	d := j.detection
	switch {
	case !d.Measured:
		j.p.remark("canaries: the table has too few rows to tell whether they stand out")
	default:
		j.p.remark("canaries against rows: %s%s", describeDetection(d), rowsRemedy(d))
	}
	if c := d.Contacts; c != nil {
		j.p.remark("with their contacts: %s%s", describeDetection(*c), contactsRemedy(d, j.trialContacts(j.minted()), j.scheme.Columns))
	}
	if uses := contactUses(j.minted(), j.scheme.Columns); len(uses) > 0 {
		j.p.remark("contacts of canaries: %s", describeContacts(uses))
	}
	j.remarkOnCoalitions(made)
}
