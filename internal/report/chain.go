package report

import (
	"io"

	"telltale/match/chain"
)

// Chain writes a reconstruction for people, with every caveat it carries.
func Chain(w io.Writer, g chain.Graph) error {
	if err := chain.WriteTree(w, g); err != nil {
		return err
	}
	if g.Next != "" {
		printer{w}.line("next      %s", g.Next)
	}
	for _, warning := range g.Warnings {
		printer{w}.line("warning   %s", warning)
	}
	return nil
}
