package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a completion script for your shell", ArgsUsage: "bash|zsh|fish",
		Description: "   bash: source <(telltale completion bash)\n   zsh:  source <(telltale completion zsh)\n   fish: telltale completion fish | source",
		Action:      p.runCompletion,
	}
}

func (p *program) runCompletion(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "bash, zsh or fish")
	if err != nil {
		return err
	}
	tree := completionTree(p.app())
	switch args[0] {
	case "bash":
		return writeBash(p.Out, tree)
	case "zsh":
		fmt.Fprintln(p.Out, "autoload -U +X bashcompinit && bashcompinit")
		return writeBash(p.Out, tree)
	case "fish":
		return writeFish(p.Out, tree)
	}
	return usageError("shells are bash, zsh and fish", "unknown shell %q", args[0])
}

// node is one command with the words that may follow it.
type node struct {
	path  string // words so far, separated by blanks
	words []string
	flags []string
}

func completionTree(app *cli.App) []node {
	root := node{words: commandNames(app.Commands), flags: longFlags(app.Flags)}
	return append([]node{root}, nodesOf(app.Commands, "", longFlags(app.Flags))...)
}

func nodesOf(commands []*cli.Command, path string, global []string) []node {
	var nodes []node
	for _, c := range commands {
		here := strings.TrimSpace(path + " " + c.Name)
		nodes = append(nodes, node{here, commandNames(c.Subcommands), append(longFlags(c.Flags), global...)})
		nodes = append(nodes, nodesOf(c.Subcommands, here, global)...)
	}
	return nodes
}

func longFlags(flags []cli.Flag) []string {
	var out []string
	for _, name := range flagNames(flags) {
		out = append(out, "--"+name)
	}
	return append(out, "--help")
}

func writeBash(w io.Writer, tree []node) error {
	fmt.Fprint(w, `_telltale() {
  local cur=${COMP_WORDS[COMP_CWORD]} path="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
`)
	for _, n := range tree[1:] {
		parent, name := split(n.path)
		fmt.Fprintf(w, "      %q) path=%q ;;\n", parent+" "+name, n.path)
	}
	fmt.Fprint(w, "    esac\n  done\n  local words=\"\" flags=\"\"\n  case \"$path\" in\n")
	for _, n := range tree {
		fmt.Fprintf(w, "    %q) words=%q; flags=%q ;;\n", n.path, strings.Join(n.words, " "), strings.Join(n.flags, " "))
	}
	_, err := fmt.Fprint(w, `  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _telltale telltale
`)
	return err
}

func writeFish(w io.Writer, tree []node) error {
	for _, n := range tree {
		condition := "__fish_use_subcommand"
		if n.path != "" {
			condition = "__fish_seen_subcommand_from " + strings.Join(strings.Fields(n.path), "; and __fish_seen_subcommand_from ")
		}
		for _, word := range n.words {
			fmt.Fprintf(w, "complete -c telltale -n '%s' -f -a %s\n", condition, word)
		}
		for _, flag := range n.flags {
			fmt.Fprintf(w, "complete -c telltale -n '%s' -l %s\n", condition, strings.TrimPrefix(flag, "--"))
		}
	}
	return nil
}

// split cuts the last word off a path.
func split(path string) (parent, name string) {
	if i := strings.LastIndexByte(path, ' '); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}
