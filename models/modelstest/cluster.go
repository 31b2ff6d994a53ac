package modelstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a Postgres server of this process, in a temporary folder. Both go
// when the process ends, however that ends.
type cluster struct {
	dir    string
	port   int
	log    bytes.Buffer
	exited chan struct{}  // closed when the server has ended
	alive  io.WriteCloser // while this is open, watcher lets the server be
	watch  *exec.Cmd
}

// watcher is a shell script that waits until its input ends, which it does when
// this process closes it or dies; then it stops the server with process id $1,
// and deletes its folder $2.
const watcher = `read -r _; kill -INT "$1"; while kill -0 "$1"; do sleep 0.05; done; rm -rf "$2"`

// superuser is the name of the database's only role.
const superuser = "taskpilot"

// programs finds the folder of initdb and postgres.
func programs() (string, error) {
	for _, name := range []string{"initdb", "postgres"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if real, err := filepath.EvalSymlinks(path); err == nil && both(filepath.Dir(real)) {
			return filepath.Dir(real), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	found = slices.DeleteFunc(found, func(dir string) bool { return !both(dir) })
	if len(found) == 0 {
		return "", errors.New("neither TEST_POSTGRES_URL is set nor is there a server to start; " +
			"install one (on Debian: apt-get install postgresql) or set TEST_POSTGRES_URL")
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return found[len(found)-1], nil
}

func both(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

func version(bin string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	if err != nil {
		return 0
	}
	return n
}

func startCluster() (*cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	// Directly under the system's folder: a socket's path must be short, and the
	// server's user must be able to get there.
	dir, err := os.MkdirTemp("", "tp-pg-")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, exited: make(chan struct{})}
	if err := c.start(bin); err != nil {
		c.stop()
		return nil, fmt.Errorf("start the Postgres server in %s: %w\n%s", bin, err, c.log.Bytes())
	}
	return c, nil
}

func (c *cluster) start(bin string) error {
	data := filepath.Join(c.dir, "data")
	as, err := serverUser(c.dir)
	if err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", superuser, "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr, initdb.Stdout, initdb.Stderr = c.dir, as, &c.log, &c.log
	if err := initdb.Run(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if c.port, err = freePort(); err != nil {
		return err
	}
	// Tests outlive no power cut: nothing is synced.
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(c.port), "-k", c.dir,
		"-h", "127.0.0.1", "-F", "-c", "full_page_writes=off", "-c", "max_connections=400",
		"-c", "synchronous_commit=off", "-c", "shared_buffers=64MB")
	server.Dir, server.SysProcAttr, server.Stdout, server.Stderr = c.dir, as, &c.log, &c.log
	if err := server.Start(); err != nil {
		return err
	}
	go func() {
		_ = server.Wait() // how it ended is in its log
		close(c.exited)
	}()
	c.watch = exec.Command("sh", "-c", watcher, "watcher", strconv.Itoa(server.Process.Pid), c.dir)
	c.watch.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is not for it
	if c.alive, err = c.watch.StdinPipe(); err == nil {
		err = c.watch.Start()
	}
	if err != nil {
		return errors.Join(err, server.Process.Kill())
	}
	return c.ready()
}

// serverUser returns as whom to run the server: Postgres refuses to be root, so
// root hands it to an ordinary user, who gets dir.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		var id [2]uint64
		for i, s := range []string{u.Uid, u.Gid} {
			if id[i], err = strconv.ParseUint(s, 10, 32); err != nil {
				return nil, err
			}
		}
		as := &syscall.Credential{Uid: uint32(id[0]), Gid: uint32(id[1])}
		return &syscall.SysProcAttr{Credential: as}, os.Chown(dir, int(id[0]), int(id[1]))
	}
	return nil, errors.New("root cannot run Postgres, and there is no user postgres or nobody to do it")
}

// ready waits until the server answers.
func (c *cluster) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for again := time.NewTicker(20 * time.Millisecond); ; {
		conn, err := pgx.Connect(ctx, c.url().String())
		if err == nil {
			again.Stop()
			return conn.Close(ctx)
		}
		select {
		case <-again.C:
		case <-c.exited:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return err
		}
	}
}

// stop ends the server and deletes its files.
func (c *cluster) stop() {
	if c.watch == nil || c.watch.Process == nil {
		_ = os.RemoveAll(c.dir) // it never came to a server
		return
	}
	_ = c.alive.Close()
	_ = c.watch.Wait() // its last word is rm, which leaves what it cannot delete
}

func (c *cluster) url() *url.URL {
	return &url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/postgres", RawQuery: "sslmode=disable",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port))}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
