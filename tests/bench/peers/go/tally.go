package main

import (
	"strconv"
	"sync"
	"sync/atomic"
)

// Which changes that reached the cache have reached the handler; as tests/bench/informer/tally.h says.
type tally struct {
	lock     sync.Mutex
	objects  map[string]*slot
	counting bool
	count    atomic.Int64
}

type slot struct {
	top, seen, outstanding uint64
}

func (t *tally) slot(key string) *slot {
	s := t.objects[key]
	if s == nil {
		s = &slot{}
		t.objects[key] = s
	}
	return s
}

func number(version string) uint64 {
	n, _ := strconv.ParseUint(version, 10, 64)
	return n
}

func (t *tally) start() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.counting = true
	t.count.Store(0)
}

func (t *tally) arrived(key, version string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	s, n := t.slot(key), number(version)
	if n <= s.top {
		return
	}
	s.top = n
	if t.counting && s.seen >= n {
		t.count.Add(1)
	} else if t.counting {
		s.outstanding++
	}
}

func (t *tally) handled(key, version string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	s, n := t.slot(key), number(version)
	s.seen = max(s.seen, n)
	if n >= s.top {
		t.count.Add(int64(s.outstanding))
		s.outstanding = 0
	}
}
