// Makes the calls of standard input (test/clients/plan.ts) with net/http, as it comes.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

func main() {
	base, err := url.Parse(os.Getenv("BASE"))
	check(err)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		call := strings.Split(lines.Text(), "\t")
		path, query, _ := strings.Cut(call[2], "?")
		address := *base
		address.Path, address.RawQuery = base.Path+path, query
		request, err := http.NewRequest(call[1], address.String(), body(call[3]))
		check(err)
		request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
		if name, value, found := strings.Cut(call[4], ": "); found {
			request.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(request)
		check(err)
		text, err := io.ReadAll(answer.Body)
		check(err)
		answer.Body.Close()
		fmt.Printf("%s\t%d\t%s\n", call[0], answer.StatusCode, text)
	}
}

func body(described string) io.Reader {
	kind, size, _ := strings.Cut(described, " ")
	if kind == "none" {
		return nil
	}
	bytes, err := strconv.Atoi(size)
	check(err)
	whole := strings.NewReader(strings.Repeat("x", bytes))
	if kind == "whole" {
		return whole
	}
	// Its length is not known to net/http.
	return io.MultiReader(whole)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
