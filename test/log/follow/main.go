// Follows a log with golang.org/x/mod/sumdb alone: verifies its checkpoint, that a leaf is in it, and that it continues
// an earlier checkpoint. Usage: follow URL VKEY INDEX LEAF-FILE [OLD-CHECKPOINT-FILE], the credential in $CREDENTIAL.
package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type tiles struct{ url string }

func (t tiles) get(path string) ([]byte, error) {
	request, _ := http.NewRequest("GET", t.url+"/"+path, nil)
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CREDENTIAL"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range wanted {
		// The package has the height in its paths; C2SP tlog-tiles has not.
		data, err := t.get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func tree(text []byte, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}
}

func main() {
	reader := tiles{os.Args[1]}
	text, err := reader.get("checkpoint")
	check(err)
	now := tree(text, os.Args[2])
	hashes := tlog.TileHashReader(now, reader)
	index, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	leaf, err := os.ReadFile(os.Args[4])
	check(err)
	proof, err := tlog.ProveRecord(now.N, index, hashes)
	check(err)
	check(tlog.CheckRecord(proof, now.N, now.Hash, index, tlog.RecordHash(leaf)))
	fmt.Printf("leaf %d is in the log of %d leaves\n", index, now.N)
	if len(os.Args) > 5 {
		text, err := os.ReadFile(os.Args[5])
		check(err)
		old := tree(text, os.Args[2])
		proof, err := tlog.ProveTree(now.N, old.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, now.N, now.Hash, old.N, old.Hash))
		fmt.Printf("it continues the log of %d leaves\n", old.N)
	}
}
