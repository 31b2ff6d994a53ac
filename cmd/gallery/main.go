// Command gallery serves a page with every component in every state. It needs
// no database and no model: it is for looking at.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/taskpilot/taskpilot/handlers"
)

func main() {
	addr := flag.String("addr", "localhost:8001", "where to listen")
	flag.Parse()
	fmt.Printf("The gallery is on http://%s\n", *addr)
	server := &http.Server{Addr: *addr, Handler: handlers.Gallery(), ReadHeaderTimeout: 5 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}
