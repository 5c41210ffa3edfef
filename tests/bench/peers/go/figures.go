package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"
)

func clock(id int32) int64 {
	var ts unix.Timespec
	check("clock", unix.ClockGettime(id, &ts))
	return ts.Nano()
}

func nowNs() int64 { return clock(unix.CLOCK_MONOTONIC) }

func cpuNs() int64 { return clock(unix.CLOCK_PROCESS_CPUTIME_ID) }

// Live bytes.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func procNumber(file, name string) int {
	in, err := os.Open("/proc/self/" + file)
	check(file, err)
	defer in.Close()
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), name); found {
			var n int
			fmt.Sscan(rest, &n)
			return n
		}
	}
	return -1
}

func pssKb() int { return procNumber("smaps_rollup", "Pss:") }

func rssKb() int { return procNumber("status", "VmRSS:") }

func privateKb() int { return procNumber("smaps_rollup", "Private_Dirty:") }

func peakKb() int { return procNumber("status", "VmHWM:") }

func peakReset() { check("peak", os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)) }

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "k8s.io/client-go" {
			return module.Version
		}
	}
	return "?"
}
