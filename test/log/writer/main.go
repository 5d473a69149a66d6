// Writes a log with golang.org/x/mod/sumdb alone, and prints what it would ask a witness: two checkpoints of which the
// second continues the first, and one of a fork.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type hashes map[int64]tlog.Hash

func (stored hashes) ReadHashes(indexes []int64) (found []tlog.Hash, err error) {
	for _, index := range indexes {
		found = append(found, stored[index])
	}
	return found, nil
}

func (stored hashes) append(index int64, leaf string) {
	added, err := tlog.StoredHashes(index, []byte(leaf), stored)
	check(err)
	for at, hash := range added {
		stored[tlog.StoredHashIndex(0, index)+int64(at)] = hash
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func request(signer note.Signer, stored hashes, old, size int64) string {
	root, err := tlog.TreeHash(size, stored)
	check(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	check(err)
	body := fmt.Sprintf("old %d\n", old)
	if old > 0 {
		proof, err := tlog.ProveTree(size, old, stored)
		check(err)
		for _, hash := range proof {
			body += base64.StdEncoding.EncodeToString(hash[:]) + "\n"
		}
	}
	return body + "\n" + string(signed)
}

func main() {
	secret, vkey, err := note.GenerateKey(rand.Reader, "go.example/log")
	check(err)
	signer, err := note.NewSigner(secret)
	check(err)
	log, fork := hashes{}, hashes{}
	for index := int64(0); index < 40; index++ {
		log.append(index, fmt.Sprintf("leaf %d", index))
		fork.append(index, fmt.Sprintf("leaf %d of a fork", index))
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"vkey":     vkey,
		"requests": []string{request(signer, log, 0, 13), request(signer, log, 13, 30)},
		"fork":     request(signer, fork, 30, 40),
	})
}
