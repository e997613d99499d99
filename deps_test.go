package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// layers lists the packages from the top down; a package may import packages
// of lower layers, and those of its own layer only where allowed says so.
var layers = [][]string{
	{"telltale"},
	{"telltale/internal/cli"},
	{"telltale/internal/erase"},
	{"telltale/internal/report", "telltale/internal/evidence"},
	{"telltale/internal/trial"},
	{"telltale/match"},
	{"telltale/internal/export", "telltale/internal/survey"},
	{"telltale/match/link", "telltale/match/message", "telltale/match/chain", "telltale/canary/recognise"},
	{"telltale/canary", "telltale/canary/alias", "telltale/fingerprint"},
	{"telltale/fingerprint/code", "telltale/internal/identity", "telltale/internal/table"},
	{"telltale/internal/key", "telltale/internal/stat", "telltale/internal/tsp", "telltale/internal/tsp/tsptest", "telltale/internal/synthetic", "telltale/internal/attack", "telltale/internal/material", "telltale/internal/budget", "telltale/internal/screen"},
}

// aside are packages that no layer holds: the registry is a contract that only
// some know, and its backends are known to the command line alone.
var aside = map[string][]string{ // package -> who may import it
	"telltale/store":           {"telltale/internal/cli", "telltale/internal/erase", "telltale/internal/evidence", "telltale/match", "telltale/internal/trial", "telltale/store/sqlite", "telltale/store/storetest"},
	"telltale/store/sqlite":    {"telltale/internal/cli"},
	"telltale/store/storetest": {},
}

var leaves = []string{"telltale/internal/key", "telltale/internal/tsp", "telltale/internal/tsp/tsptest", "telltale/internal/stat", "telltale/store", "telltale/internal/attack", "telltale/internal/material", "telltale/internal/budget", "telltale/internal/screen", "telltale/internal/synthetic"}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func layerOf(path string) int {
	for i, layer := range layers {
		for _, p := range layer {
			if p == path {
				return i
			}
		}
	}
	return -1
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// TestArrowsPointDown holds the house together: see docs/design.md.
func TestArrowsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		if strings.HasPrefix(p.ImportPath, "telltale/examples") {
			continue
		}
		from := layerOf(p.ImportPath)
		if _, ok := aside[p.ImportPath]; from < 0 && !ok {
			t.Errorf("%s stands in no layer: give it one", p.ImportPath)
		}
		for _, to := range p.Imports {
			if !strings.HasPrefix(to, "telltale/") {
				continue
			}
			if contains(leaves, p.ImportPath) {
				t.Errorf("%s is a leaf and imports %s", p.ImportPath, to)
			}
			if who, ok := aside[to]; ok {
				if !contains(who, p.ImportPath) {
					t.Errorf("%s must not import %s", p.ImportPath, to)
				}
			} else if from >= 0 && layerOf(to) <= from {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, to)
			}
		}
	}
}

// TestAdversaryHasNoKey keeps simulated attacks honest.
func TestAdversaryHasNoKey(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "telltale/internal/attack").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "telltale/internal/key\n") {
		t.Error("internal/attack reaches internal/key")
	}
}
