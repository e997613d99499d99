// Command telltale gives every outgoing copy of a dataset its own watermark
// and its own canaries, and traces what leaked back to the copy it came from.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"telltale/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.System(), os.Args[1:])
	stop()
	os.Exit(code)
}
