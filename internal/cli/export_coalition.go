package cli

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
)

// coalitionDoc says what k recipients see and pay who compare their copies and
// delete every row that not all of them have. Numbers are expected ones.
type coalitionDoc struct {
	Size         int     `json:"size"`
	RowsLost     float64 `json:"rows_lost"`     // real rows that they delete
	CanariesLost float64 `json:"canaries_lost"` // canaries that they delete
	SharedLeft   float64 `json:"shared_left"`   // shared canaries that stay
	AUC          float64 `json:"auc"`           // of canaries against rows by the number of their copies; 0.5 is guessing
}

// coalitionSizes are those that an export tells of.
var coalitionSizes = []int{2, 3, 4, 5}

// coverCanaries chooses the rows that stand in few copies.
func (j *exportJob) coverCanaries() error {
	c, err := j.copiesMade()
	if err != nil || j.cover == 0 {
		return err
	}
	if c.Unique+len(c.Biases) == 0 {
		return usageError("plant some with --canaries or --shared-canaries", "--cover %g: there are no canaries to cover", j.cover)
	}
	j.covering = canary.NewCover(j.root.Derive("cover/"+url.PathEscape(j.dataset)), j.profile.Rows, c.Unique, c.Biases, j.cover)
	if lost := j.covering.Lost(); lost > canary.MostCovered {
		return inputError("cover fewer canaries (--canaries, --cover): the table is small for so many",
			"--cover %g with %d canaries: %.0f %% of the rows would be left out of each copy; nothing was written", j.cover, c.Unique, 100*min(lost, 1))
	}
	return nil
}

// copiesMade is how the copies of this run are made.
func (j *exportJob) copiesMade() (canary.Copies, error) {
	out := canary.Copies{Rows: j.profile.Rows - j.vacant, Withheld: j.withhold, Cover: j.covering}
	for _, o := range j.copies {
		n := 0
		for _, c := range o.minted {
			if !c.Shared {
				n++
			}
		}
		out.Unique = max(out.Unique, n)
	}
	marker, err := fingerprint.New(j.scheme, j.dataset, j.steady)
	if err != nil {
		return out, err
	}
	for slot := range j.shared {
		out.Biases = append(out.Biases, code.Bias(marker.SharedSite(canary.SharedSite(slot)).Bias).P())
	}
	return out, nil
}

func (j *exportJob) coalitionDocs() []coalitionDoc {
	docs := []coalitionDoc{}
	made, err := j.copiesMade()
	if err != nil || made.Unique+len(made.Biases) == 0 {
		return docs
	}
	for _, k := range coalitionSizes {
		seen := made.Compare(k)
		rows, canaries := seen.Partial()
		docs = append(docs, coalitionDoc{k, rows, canaries, seen.Canaries[k], seen.AUC()})
	}
	return docs
}

// remarkOnCoalitions tells what comparing copies costs, and shows.
func (j *exportJob) remarkOnCoalitions(docs []coalitionDoc) {
	var sizes, rows, shared, auc []string
	for _, d := range docs {
		sizes, rows = append(sizes, fmt.Sprint(d.Size)), append(rows, fmt.Sprintf("%.0f", d.RowsLost))
		shared, auc = append(shared, fmt.Sprintf("%.0f", d.SharedLeft)), append(auc, fmt.Sprintf("%.2f", d.AUC))
	}
	j.p.remark("if %s recipients compare their copies: rows that not all of them have tell canaries from real rows at an AUC of %s (0.5 is guessing, 1 is certainty); "+
		"to delete all of these rows costs them %s real ones, and leaves %s shared canaries%s", inTurn(sizes), inTurn(auc), inTurn(rows), inTurn(shared), j.coalitionHint())
	if j.covering != nil {
		j.p.remark("%.1f %% of the rows are left out of each copy to cover canaries (--cover)", 100*j.covering.Lost())
	}
}

// inTurn lists figures that belong to those of another list; one stands for
// all if they are the same.
func inTurn(list []string) string {
	if len(slices.Compact(slices.Clone(list))) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

func (j *exportJob) coalitionHint() string {
	var add []string
	if j.cover == 0 {
		add = append(add, "--cover")
	}
	if j.shared == 0 {
		add = append(add, "--shared-canaries")
	}
	if len(add) == 0 {
		return ""
	}
	return "; see " + strings.Join(add, " and ")
}
