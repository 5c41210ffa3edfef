package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var group = schema.GroupVersion{Group: "bench.example.com", Version: "v1"}

// Benchmark is a custom resource with Go types.
type Benchmark struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              corev1.PodSpec   `json:"spec,omitempty"`
	Status            corev1.PodStatus `json:"status,omitempty"`
}

// BenchmarkList is what the server lists.
type BenchmarkList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Benchmark `json:"items"`
}

func (b *Benchmark) DeepCopyObject() runtime.Object {
	c := &Benchmark{TypeMeta: b.TypeMeta, ObjectMeta: *b.ObjectMeta.DeepCopy(), Spec: *b.Spec.DeepCopy(), Status: *b.Status.DeepCopy()}
	return c
}

func (l *BenchmarkList) DeepCopyObject() runtime.Object {
	c := &BenchmarkList{TypeMeta: l.TypeMeta, ListMeta: *l.ListMeta.DeepCopy()}
	for i := range l.Items {
		c.Items = append(c.Items, *l.Items[i].DeepCopyObject().(*Benchmark))
	}
	return c
}

func config(b *bench) *rest.Config {
	c := &rest.Config{Host: b.server}
	if b.kubeconfig != "" {
		var err error
		c, err = clientcmd.BuildConfigFromFlags("", b.kubeconfig)
		check("kubeconfig", err)
	}
	c.QPS, c.Burst = 1000, 1000
	c.ContentType = runtime.ContentTypeJSON // for kinds that it knows the clientset would ask for protobuf
	if b.client == "protobuf" {
		c.ContentType = runtime.ContentTypeProtobuf
		c.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	}
	return c
}

func newInformer(b *bench) cache.SharedIndexInformer {
	resource := corev1.SchemeGroupVersion.WithResource("pods")
	if b.kind == "benchmarks" {
		resource = group.WithResource("benchmarks")
	}
	switch {
	case b.client == "dynamic":
		client, err := dynamic.NewForConfig(config(b))
		check("client", err)
		return dynamicinformer.NewDynamicSharedInformerFactory(client, 0).ForResource(resource).Informer()
	case b.kind == "pods":
		client, err := kubernetes.NewForConfig(config(b))
		check("client", err)
		return informers.NewSharedInformerFactory(client, 0).Core().V1().Pods().Informer()
	}
	return benchmarkInformer(config(b))
}

// What code generators write for a kind.
func benchmarkInformer(c *rest.Config) cache.SharedIndexInformer {
	scheme := runtime.NewScheme()
	scheme.AddKnownTypes(group, &Benchmark{}, &BenchmarkList{})
	metav1.AddToGroupVersion(scheme, group)
	c.GroupVersion, c.APIPath = &group, "/apis"
	c.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	client, err := rest.RESTClientFor(c)
	check("client", err)
	lw := cache.NewListWatchFromClient(client, "benchmarks", metav1.NamespaceAll, fields.Everything())
	return cache.NewSharedIndexInformer(lw, &Benchmark{}, 0, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
}

// Each pod as four bytes of length, the lowest first, and the message.
func encode(b *bench) {
	b.client = "json"
	client, err := kubernetes.NewForConfig(config(b))
	check("client", err)
	file, err := os.Create(b.encode)
	check("file", err)
	out := bufio.NewWriter(file)
	options := metav1.ListOptions{Limit: 500}
	for {
		list, err := client.CoreV1().Pods("").List(context.Background(), options)
		check("list", err)
		for i := range list.Items {
			pod, err := list.Items[i].Marshal()
			check("pod", err)
			check("file", binary.Write(out, binary.LittleEndian, uint32(len(pod))))
			_, err = out.Write(pod)
			check("file", err)
		}
		if list.Continue == "" {
			break
		}
		options.Continue = list.Continue
	}
	check("file", out.Flush())
	check("file", file.Close())
}
