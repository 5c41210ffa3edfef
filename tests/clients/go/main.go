// An ordinary Go program: client-go's typed client, an informer, a dynamic one, leader election, and a controller of controller-runtime.  It
// knows nothing of the server that it talks to, and prints one line for each thing that worked.
package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

const (
	namespace = "default"
	objects   = 50
	patience  = 60 * time.Second
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check("kubeconfig", err)
	config.QPS, config.Burst = 1000, 1000
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()

	typed(ctx, config)
	informer(ctx, config)
	unstructuredObjects(ctx, config)
	election(ctx, config)
	controller(ctx, config)
}

func check(what string, err error) {
	if err != nil {
		fmt.Printf("FAIL %s: %v\n", what, err)
		os.Exit(1)
	}
}

func demand(what string, holds bool) {
	if !holds {
		check(what, fmt.Errorf("it does not hold"))
	}
}

func eventually(ctx context.Context, what string, holds func() bool) {
	check(what, wait.PollUntilContextTimeout(ctx, 10*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		return holds(), nil
	}))
}

// Whatever encoding the client chooses by itself.
func typed(ctx context.Context, config *rest.Config) {
	clients, err := kubernetes.NewForConfig(config)
	check("typed client", err)
	maps := clients.CoreV1().ConfigMaps(namespace)

	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "typed"}, Data: map[string]string{"a": "b"}}, metav1.CreateOptions{})
	check("create", err)
	demand("uid and version are set", made.UID != "" && made.ResourceVersion != "")
	_, err = maps.Create(ctx, made, metav1.CreateOptions{})
	demand("a resourceVersion may not be set on create", err != nil)
	made.ResourceVersion = ""
	_, err = maps.Create(ctx, made, metav1.CreateOptions{})
	demand("twice the same name is AlreadyExists", apierrors.IsAlreadyExists(err))

	got, err := maps.Get(ctx, "typed", metav1.GetOptions{})
	check("get", err)
	stale := got.DeepCopy()
	got.Data["a"] = "c"
	_, err = maps.Update(ctx, got, metav1.UpdateOptions{})
	check("update", err)
	_, err = maps.Update(ctx, stale, metav1.UpdateOptions{})
	demand("an old version is a Conflict", apierrors.IsConflict(err))
	_, err = maps.Patch(ctx, "typed", types.StrategicMergePatchType, []byte(`{"data":{"d":"e"}}`), metav1.PatchOptions{})
	check("strategic merge patch", err)
	applied, err := maps.Apply(ctx, applycore.ConfigMap("typed", namespace).WithData(map[string]string{"f": "g"}), metav1.ApplyOptions{FieldManager: "go"})
	check("server-side apply", err)
	demand("patch and apply are merged", applied.Data["a"] == "c" && applied.Data["d"] == "e" && applied.Data["f"] == "g")

	page, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=typed"})
	check("list", err)
	demand("the list has it", len(page.Items) == 1)
	check("delete", maps.Delete(ctx, "typed", metav1.DeleteOptions{}))
	_, err = maps.Get(ctx, "typed", metav1.GetOptions{})
	demand("it is NotFound then", apierrors.IsNotFound(err))
	fmt.Println("ok typed client")
}

func informer(ctx context.Context, config *rest.Config) {
	clients, err := kubernetes.NewForConfig(config)
	check("typed client", err)
	factory := informers.NewSharedInformerFactoryWithOptions(clients, 0, informers.WithNamespace(namespace))
	shared := factory.Core().V1().Secrets().Informer()
	var added, updated, deleted atomic.Int64
	_, err = shared.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { added.Add(1) },
		UpdateFunc: func(any, any) { updated.Add(1) },
		DeleteFunc: func(any) { deleted.Add(1) },
	})
	check("event handler", err)
	stop := make(chan struct{})
	factory.Start(stop)
	demand("the informer is synced", cache.WaitForCacheSync(ctx.Done(), shared.HasSynced))

	secrets := clients.CoreV1().Secrets(namespace)
	for i := range objects {
		name := fmt.Sprintf("informed-%d", i)
		_, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: map[string]string{"k": "v"}}, metav1.CreateOptions{})
		check("create", err)
	}
	eventually(ctx, "all are added", func() bool { return added.Load() == objects })
	for i := range objects {
		_, err := secrets.Patch(ctx, fmt.Sprintf("informed-%d", i), types.MergePatchType, []byte(`{"metadata":{"labels":{"x":"y"}}}`), metav1.PatchOptions{})
		check("merge patch", err)
	}
	eventually(ctx, "all are updated", func() bool { return updated.Load() >= objects })
	check("delete collection", secrets.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "x=y"}))
	eventually(ctx, "all are deleted", func() bool { return deleted.Load() == objects && len(shared.GetStore().List()) == 0 })
	close(stop)
	factory.Shutdown()
	fmt.Println("ok informer")
}

func unstructuredObjects(ctx context.Context, config *rest.Config) {
	clients, err := dynamic.NewForConfig(config)
	check("dynamic client", err)
	leases := clients.Resource(schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}).Namespace(namespace)
	_, err = leases.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": map[string]any{"generateName": "dynamic-"},
		"spec": map[string]any{"leaseDurationSeconds": int64(5)},
	}}, metav1.CreateOptions{})
	check("create", err)
	list, err := leases.List(ctx, metav1.ListOptions{})
	check("list", err)
	demand("the list has it", len(list.Items) == 1)
	fmt.Println("ok dynamic client")
}

// Two candidates: the first leads, gives up, and the second takes over.
func election(ctx context.Context, config *rest.Config) {
	clients, err := kubernetes.NewForConfig(config)
	check("typed client", err)
	var leader atomic.Value
	leader.Store("")
	candidate := func(name string) context.CancelFunc {
		own, cancel := context.WithCancel(ctx)
		lock := &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "election", Namespace: namespace},
			Client:     clients.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		}
		go leaderelection.RunOrDie(own, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { leader.Store(name) }, OnStoppedLeading: func() {}},
		})
		return cancel
	}

	stop := candidate("first")
	eventually(ctx, "the first leads", func() bool { return leader.Load() == "first" })
	end := candidate("second")
	time.Sleep(time.Second)
	demand("it still leads", leader.Load() == "first")
	stop()
	eventually(ctx, "the second takes over", func() bool { return leader.Load() == "second" })
	end()
	fmt.Println("ok leader election")
}
