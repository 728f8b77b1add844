// Programs that others wrote, held against what a node publishes. `fsck` is Tessera's, which reads every tile and entry
// bundle of a log over HTTP; `cosigned` is the transparency-dev reading of C2SP tlog-cosignature.
package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	sumdbnote "golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(args []string) error {
	if len(args) == 3 && args[0] == "fsck" {
		return check(args[1], args[2])
	}
	if len(args) == 3 && args[0] == "cosigned" {
		return cosigned(args[1], args[2])
	}
	return fmt.Errorf("usage: fsck URL VKEY | cosigned LOG-VKEY WITNESS-VKEY < checkpoint")
}

// check reads the whole log below a URL, as anybody may who has nothing but its key.
func check(base, vkey string) error {
	verifier, err := sumdbnote.NewVerifier(vkey)
	if err != nil {
		return err
	}
	root, err := url.Parse(base)
	if err != nil {
		return err
	}
	source, err := client.NewHTTPFetcher(root, nil)
	if err != nil {
		return err
	}
	return fsck.New(verifier.Name(), verifier, source, leafHashes, fsck.Opts{N: 2}).Check(context.Background())
}

func leafHashes(bundle []byte) ([][]byte, error) {
	entries := api.EntryBundle{}
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(entries.Entries))
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// cosigned reads a checkpoint and asks that both the log and the witness signed it.
func cosigned(logKey, witnessKey string) error {
	log, err := sumdbnote.NewVerifier(logKey)
	if err != nil {
		return err
	}
	witness, err := note.NewVerifierForCosignatureV1(witnessKey)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	opened, err := sumdbnote.Open(text, sumdbnote.VerifierList(log, witness))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 {
		return fmt.Errorf("%d of 2 signatures", len(opened.Sigs))
	}
	return nil
}
