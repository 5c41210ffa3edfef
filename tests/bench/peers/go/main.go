// What build/bench/informer does, written with client-go: an informer, a work queue, a handler that does nothing.
//
//	peer --client protobuf|json|dynamic --server URL|--kubeconfig FILE --kind pods|benchmarks --objects N --events N
//	     [--watchlist on|off] [--rate EPS --rate-seconds S] [--relist N]
//	peer --encode FILE --server URL --objects N    writes the replay server's pods as protobuf, for its --protobuf
//
// Takes the same options, prints the same lines of JSON.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

const (
	giveUp  = 60 * time.Second // without any change for so long the rest counts as lost
	syncMax = 600 * time.Second
	look    = 200 * time.Microsecond
	sentNs  = "bench/sent-ns"
)

type bench struct {
	client, server, kubeconfig, kind, watchlist, encode string
	objects, events, rate, rateSeconds, relist          int

	informer cache.SharedIndexInformer
	queue    workqueue.TypedRateLimitingInterface[string]
	tally    tally
	arrivals atomic.Int64
	synced   atomic.Int64
	syncCPU  atomic.Int64
	newest   atomic.Int64
	calls    atomic.Int64
	timing   atomic.Bool
	lock     sync.Mutex // of delays
	delays   []int64
}

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "peer: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func (b *bench) arrived(obj any) {
	key, err := cache.MetaNamespaceKeyFunc(obj)
	check("key", err)
	b.tally.arrived(key, obj.(metav1.Object).GetResourceVersion())
	if b.arrivals.Add(1) == int64(b.objects) {
		b.syncCPU.Store(cpuNs())
		b.synced.Store(nowNs())
	}
	b.queue.Add(key)
}

func (b *bench) work() {
	for {
		key, shutdown := b.queue.Get()
		if shutdown {
			return
		}
		obj, exists, err := b.informer.GetIndexer().GetByKey(key)
		check("cache", err)
		if exists {
			b.reconcile(key, obj.(metav1.Object))
		}
		b.queue.Forget(key)
		b.queue.Done(key)
	}
}

func (b *bench) reconcile(key string, obj metav1.Object) {
	now := nowNs()
	if b.timing.Load() {
		if sent, _ := strconv.ParseInt(obj.GetAnnotations()[sentNs], 10, 64); sent > 0 {
			b.lock.Lock()
			b.delays = append(b.delays, now-sent)
			b.lock.Unlock()
		}
	}
	b.tally.handled(key, obj.GetResourceVersion())
	b.calls.Add(1)
	b.newest.Store(now)
}

func ms(ns int64) float64 { return float64(ns) / 1e6 }

func (b *bench) syncStage(start int64) {
	for b.synced.Load() == 0 {
		if nowNs()-start > int64(syncMax) {
			check("sync", fmt.Errorf("%d of %d objects came", b.arrivals.Load(), b.objects))
		}
		time.Sleep(look)
	}
	rss := pssKb()
	fmt.Printf("{\"stage\":\"synced\",\"client\":\"client-go %s\",\"version\":%q,\"objects\":%d,\"sync_ms\":%.3f,\"sync_cpu_ms\":%.3f,"+
		"\"heap_per_object_b\":%d,\"rss_synced_kb\":%d}\n",
		b.client, version(), b.objects, ms(b.synced.Load()-start), ms(b.syncCPU.Load()), heap()/uint64(max(b.objects, 1)), rss)
	for b.calls.Load() < int64(b.objects) { // the stages that follow begin with an empty queue
		time.Sleep(look)
	}
}

func (b *bench) ask(target string) {
	answer, err := http.Post(b.server+target, "", nil)
	check(target, err)
	answer.Body.Close()
}

func (b *bench) waitDelivered(want int, busy time.Duration) int {
	start := nowNs()
	for {
		n, now := int(b.tally.count.Load()), nowNs()
		if n >= want || (now-start > int64(busy+giveUp) && now-b.newest.Load() > int64(giveUp)) {
			return n
		}
		time.Sleep(look)
	}
}

func (b *bench) burstStage() {
	b.tally.start()
	start, cpu := nowNs(), cpuNs()
	b.ask(fmt.Sprintf("/_ctl/burst?n=%d", b.events))
	n := b.waitDelivered(b.events, 0)
	took := ms(b.newest.Load() - start)
	fmt.Printf("{\"stage\":\"burst\",\"burst_events\":%d,\"burst_ms\":%.3f,\"events_per_s\":%.0f,\"burst_cpu_ms\":%.3f,\"lost\":%d}\n",
		n, took, float64(n)/took*1e3, ms(cpuNs()-cpu), b.events-n)
}

func (b *bench) percentile(p float64) float64 {
	if len(b.delays) == 0 {
		return 0
	}
	return float64(b.delays[min(int(float64(len(b.delays))*p), len(b.delays)-1)]) / 1e3
}

func (b *bench) rateStage() {
	want := b.rate * b.rateSeconds
	b.timing.Store(true)
	b.tally.start()
	cpu := cpuNs()
	b.ask(fmt.Sprintf("/_ctl/rate?eps=%d&seconds=%d", b.rate, b.rateSeconds))
	n := b.waitDelivered(want, time.Duration(b.rateSeconds)*time.Second)
	b.timing.Store(false)
	b.lock.Lock()
	defer b.lock.Unlock()
	sort.Slice(b.delays, func(i, j int) bool { return b.delays[i] < b.delays[j] })
	fmt.Printf("{\"stage\":\"rate\",\"rate_eps\":%d,\"rate_events\":%d,\"delay_p50_us\":%.1f,\"delay_p99_us\":%.1f,\"delay_p999_us\":%.1f,"+
		"\"rate_cpu_ms\":%.3f,\"rate_lost\":%d}\n",
		b.rate, n, b.percentile(.5), b.percentile(.99), b.percentile(.999), ms(cpuNs()-cpu), want-n)
}

// Returns the peak before it.
func (b *bench) relistStage() int {
	before, calls, cpu := pssKb(), b.calls.Load(), cpuNs()
	peak := peakKb()
	peakReset()
	from := peakKb()
	b.tally.start()
	start := nowNs()
	b.ask(fmt.Sprintf("/_ctl/expire?n=%d", b.relist))
	n := b.waitDelivered(b.relist, 0)
	took := ms(b.newest.Load() - start)
	time.Sleep(time.Second) // for calls too many
	fmt.Printf("{\"stage\":\"relist\",\"relist_changed\":%d,\"relist_ms\":%.3f,\"relist_cpu_ms\":%.3f,\"relist_calls\":%d,"+
		"\"relist_extra_peak_kb\":%d,\"relist_growth_kb\":%d,\"relist_lost\":%d}\n",
		n, took, ms(cpuNs()-cpu), b.calls.Load()-calls, peakKb()-from, pssKb()-before, b.relist-n)
	return peak
}

func (b *bench) run(start int64) {
	stop := make(chan struct{})
	b.queue = workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	b.informer = newInformer(b)
	_, err := b.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: b.arrived,
		// As controllers do: a relist tells of every object again.
		UpdateFunc: func(old, obj any) {
			if old.(metav1.Object).GetResourceVersion() != obj.(metav1.Object).GetResourceVersion() {
				b.arrived(obj)
			}
		},
	})
	check("handler", err)
	go b.work()
	go b.informer.Run(stop)

	peak := 0
	b.syncStage(start)
	if b.events > 0 {
		b.burstStage()
	}
	if b.rate > 0 {
		b.rateStage()
	}
	if b.relist > 0 {
		peak = b.relistStage()
	}
	time.Sleep(time.Second)
	fmt.Printf("{\"stage\":\"end\",\"rss_settled_kb\":%d,\"rss_vm_kb\":%d,\"private_kb\":%d,\"rss_peak_kb\":%d}\n", pssKb(), rssKb(), privateKb(), max(peak, peakKb()))
	runtime.KeepAlive(b)
}

func main() {
	start := nowNs()
	b := &bench{tally: tally{objects: map[string]*slot{}}}
	flag.StringVar(&b.client, "client", "protobuf", "")
	flag.StringVar(&b.server, "server", "", "")
	flag.StringVar(&b.kubeconfig, "kubeconfig", "", "")
	flag.StringVar(&b.kind, "kind", "pods", "")
	flag.StringVar(&b.watchlist, "watchlist", "off", "")
	flag.StringVar(&b.encode, "encode", "", "")
	flag.IntVar(&b.objects, "objects", 0, "")
	flag.IntVar(&b.events, "events", 0, "")
	flag.IntVar(&b.rate, "rate", 0, "")
	flag.IntVar(&b.rateSeconds, "rate-seconds", 10, "")
	flag.IntVar(&b.relist, "relist", 0, "")
	flag.Parse()
	b.server = strings.TrimSuffix(b.server, "/")
	if b.encode != "" {
		encode(b)
		return
	}
	os.Setenv("KUBE_FEATURE_WatchListClient", map[bool]string{true: "true", false: "false"}[b.watchlist == "on"])
	b.run(start)
}
