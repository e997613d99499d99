package cli

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
	"telltale/internal/key"
)

// coalitionDoc says what k recipients see and pay who compare their copies and
// delete every row that not all of them have. Numbers are expected ones.
type coalitionDoc struct {
	Size         int     `json:"size"`
	RowsLost     float64 `json:"rows_lost"`     // real rows that they delete
	CanariesLost float64 `json:"canaries_lost"` // canaries that they delete
	SharedLeft   float64 `json:"shared_left"`   // shared canaries that stay
	CanariesMet  float64 `json:"canaries_met"`  // of those deleted: where another of the copies has a different canary in their place
	AUC          float64 `json:"auc"`           // of canaries against rows by the number of their copies; 0.5 is guessing
}

// coalitionSizes are those that an export tells of.
var coalitionSizes = []int{2, 3, 4, 5}

func coalitionDocs(made canary.Copies) []coalitionDoc {
	docs := []coalitionDoc{}
	if made.Unique+len(made.Biases) == 0 {
		return docs
	}
	for _, k := range coalitionSizes {
		seen := made.Compare(k)
		rows, canaries := seen.Partial()
		docs = append(docs, coalitionDoc{k, rows, canaries, seen.Canaries[k], seen.Met, seen.AUC()})
	}
	return docs
}

// describeCoalitions tells what comparing copies costs, and shows.
func describeCoalitions(docs []coalitionDoc) string {
	var sizes, rows, shared, auc, met []string
	most := 0.0
	for _, d := range docs {
		met, most = append(met, fmt.Sprintf("%.0f", d.CanariesMet)), max(most, d.CanariesMet)
		sizes, rows = append(sizes, fmt.Sprint(d.Size)), append(rows, fmt.Sprintf("%.0f", d.RowsLost))
		shared, auc = append(shared, fmt.Sprintf("%.0f", d.SharedLeft)), append(auc, fmt.Sprintf("%.2f", d.AUC))
	}
	said := fmt.Sprintf("if %s recipients compare their copies: rows that not all of them have tell canaries from real rows at an AUC of %s (0.5 is guessing, 1 is certainty); "+
		"to delete all of these rows costs them %s real ones, and leaves %s shared canaries", inTurn(sizes), inTurn(auc), inTurn(rows), inTurn(shared))
	if most >= 0.5 {
		said += fmt.Sprintf("; %s of their canaries stand where another of the copies has a different one, and show at once", inTurn(met))
	}
	return said
}

// inTurn lists figures that belong to those of another list; one stands for
// all if they are the same.
func inTurn(list []string) string {
	if len(slices.Compact(slices.Clone(list))) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// coalitionHint names the options that would make comparing dearer.
func coalitionHint(made canary.Copies, cover float64) string {
	var add []string
	if made.Meet == 1 {
		add = append(add, "--make-room")
	}
	if cover == 0 {
		add = append(add, "--cover")
	}
	if len(made.Biases) == 0 {
		add = append(add, "--shared-canaries")
	}
	if len(add) == 0 {
		return ""
	}
	return "; see " + strings.Join(add, " and ")
}

func describeCover(lost float64) string {
	return fmt.Sprintf("%.1f %% of the rows are left out of each copy to cover canaries (--cover)", 100*lost)
}

// covering is the dataset's cover for copies that are made like that, at that
// ratio; nil for a ratio of 0.
func covering(root key.Root, dataset string, made canary.Copies, ratio float64) (*canary.Cover, error) {
	switch {
	case ratio == 0:
		return nil, nil
	case made.Unique+len(made.Biases) == 0:
		return nil, usageError("plant some with --canaries or --shared-canaries", "--cover %g: there are no canaries to cover", ratio)
	}
	c := canary.NewCover(root.Derive("cover/"+url.PathEscape(dataset)), made.Rows, made.Unique, made.Biases, ratio)
	if c.TooMuch() {
		return nil, inputError("cover fewer canaries (--canaries, --shared-canaries, --cover): the table is small for so many",
			"--cover %g with %d canaries and %d shared ones: %.0f %% of the rows would be left out of each copy; nothing was written", ratio, made.Unique, len(made.Biases), 100*min(c.Lost(), 1))
	}
	return c, nil
}

// sharedBiases are the chances with which a copy has the shared canaries of
// these sites.
func sharedBiases(scheme fingerprint.Scheme, dataset string, steady key.Root, sites []int) ([]float64, error) {
	marker, err := fingerprint.New(scheme, dataset, steady)
	if err != nil {
		return nil, err
	}
	var out []float64
	for _, at := range sites {
		out = append(out, code.Bias(marker.SharedSite(canary.SharedSite(at)).Bias).P())
	}
	return out, nil
}

// coverCanaries chooses the rows that stand in few copies.
func (j *exportJob) coverCanaries() error {
	made, err := j.copiesMade()
	if err != nil {
		return err
	}
	j.covering, err = covering(j.root, j.dataset, made, j.cover)
	return err
}

// copiesMade is how the copies of this run are made.
func (j *exportJob) copiesMade() (out canary.Copies, err error) {
	out = canary.Copies{Rows: j.profile.Rows, Withheld: j.withhold, Cover: j.covering}
	if j.passed.Rows > 0 { // what came through a pipe need not be what was learned
		out.Rows = j.passed.Rows - j.passed.Vacant
	}
	for _, o := range j.copies {
		n := 0
		for _, c := range o.minted {
			if !c.Shared {
				n++
			}
		}
		out.Unique = max(out.Unique, n)
	}
	out.Meet = j.profile.Meet(j.vacancies, canary.Room{Unique: out.Unique, Shared: j.shared})
	out.Biases, err = sharedBiases(j.scheme, j.dataset, j.steady, j.sites)
	return out, err
}

func (j *exportJob) remarkOnCoalitions(made canary.Copies) {
	j.p.remark("%s%s", describeCoalitions(coalitionDocs(made)), coalitionHint(made, j.cover))
	if j.covering != nil {
		j.p.remark("%s", describeCover(j.covering.Lost()))
	}
}
