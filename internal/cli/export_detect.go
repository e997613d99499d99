package cli

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strings"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
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
	if j.detection, err = j.profile.Detect(j.r.canaryTrial(j.dataset), j.trialContacts(minted)); err != nil {
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
		hint: "register the dataset again with other column kinds (dataset add --kind), leave them out with --canaries 0, or export all the same with --force"}
}

// canaryTrial is the secret of canaries that are measured and never issued.
func (r *registry) canaryTrial(dataset string) key.Secret {
	return r.key.Derive("canary-trial/" + url.PathEscape(dataset))
}

// trialContacts are the contacts that the canaries of this export got.
func (j *exportJob) trialContacts(minted []canary.Canary) canary.Contacts {
	out := canary.Contacts{Domains: j.domains}
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

// coalitionDoc says what k recipients pay who compare their copies and delete
// every row that not all of them have.
type coalitionDoc struct {
	Size       int     `json:"size"`
	RowsLost   float64 `json:"rows_lost"`   // real rows, expected
	SharedLeft float64 `json:"shared_left"` // shared canaries that stay, expected
}

func (j *exportJob) coalitionDocs() []coalitionDoc {
	docs := []coalitionDoc{}
	if len(j.copies) == 0 || j.copies[0].record.Canaries+j.copies[0].record.Shared == 0 {
		return docs
	}
	for _, k := range []int{2, 3, 5} {
		docs = append(docs, coalitionDoc{k, float64(j.profile.Rows-j.vacant) * (1 - math.Pow(1-j.withhold, float64(k))), float64(j.shared) * j.sharedByAll(k)})
	}
	return docs
}

// sharedByAll is the chance that k copies all carry a shared canary.
func (j *exportJob) sharedByAll(k int) float64 {
	marker, err := fingerprint.New(j.scheme, j.dataset, j.r.key)
	if err != nil || j.shared == 0 {
		return 0
	}
	sum := 0.0
	for slot := range j.shared {
		sum += math.Pow(code.Bias(marker.SharedSite(canary.SharedSite(slot)).Bias).P(), float64(k))
	}
	return sum / float64(j.shared)
}

func (j *exportJob) detectionDoc() any {
	if !j.detection.Measured {
		return nil
	}
	return j.detection
}

// remarkOnCanaries tells what the canaries cost and how safe they are.
func (j *exportJob) remarkOnCanaries() {
	docs := j.coalitionDocs()
	if len(docs) == 0 {
		return
	}
	if j.vacant > 0 {
		j.p.remark("%d rows (%.1f %%) are in no copy, so that canaries can stand in their places (--make-room)", j.vacant, 100*float64(j.vacant)/float64(max(j.profile.Rows, 1)))
	}
	d := j.detection
	switch {
	case !d.Measured:
		j.p.remark("canaries: the table has too few rows to tell whether they stand out")
	default:
		j.p.remark("canaries against rows: %s", describeDetection(d))
	}
	if c := d.Contacts; c != nil && c.TooEasy() {
		j.p.remark("with their contacts: %s; numbers in the pool should look like the table's, and addresses of mail are made longer where the table's could be guessed", describeDetection(*c))
	}
	if uses := contactUses(j.minted(), j.scheme.Columns); len(uses) > 0 {
		j.p.remark("contacts of canaries: %s", describeContacts(uses))
	}
	two := docs[0]
	j.p.remark("two recipients who compare copies are rid of the canaries that one of them has at the price of %.0f rows, and keep %.0f shared ones%s",
		two.RowsLost, two.SharedLeft, j.coalitionHint())
}

func (j *exportJob) coalitionHint() string {
	var add []string
	if j.withhold == 0 {
		add = append(add, "--withhold")
	}
	if j.shared == 0 {
		add = append(add, "--shared-canaries")
	}
	if len(add) == 0 {
		return ""
	}
	return "; see " + strings.Join(add, " and ")
}
