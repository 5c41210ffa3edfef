package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "clients.opsdk.test/finalizer"

// copier keeps a Secret beside each ConfigMap that is labelled, and holds the ConfigMap until that is gone.
type copier struct{ client.Client }

func (c *copier) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var from corev1.ConfigMap
	if err := c.Get(ctx, request.NamespacedName, &from); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if from.Labels["copied"] != "yes" {
		return ctrl.Result{}, nil
	}
	to := corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: from.Name, Namespace: from.Namespace}}
	if !from.DeletionTimestamp.IsZero() {
		if err := client.IgnoreNotFound(c.Delete(ctx, &to)); err != nil {
			return ctrl.Result{}, err
		}
		controllerutil.RemoveFinalizer(&from, finalizer)
		return ctrl.Result{}, client.IgnoreNotFound(c.Update(ctx, &from))
	}
	if controllerutil.AddFinalizer(&from, finalizer) {
		if err := c.Update(ctx, &from); err != nil {
			return ctrl.Result{}, err
		}
	}
	_, err := controllerutil.CreateOrUpdate(ctx, c, &to, func() error {
		to.StringData = from.Data
		return controllerutil.SetControllerReference(&from, &to, c.Scheme())
	})
	return ctrl.Result{}, err
}

func controller(ctx context.Context, config *rest.Config) {
	log.SetLogger(zap.New())
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Metrics:        server.Options{BindAddress: "0"},
		LeaderElection: true, LeaderElectionID: "copier", LeaderElectionNamespace: namespace, LeaderElectionReleaseOnCancel: true,
	})
	check("manager", err)
	check("controller", ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Owns(&corev1.Secret{}).Complete(&copier{manager.GetClient()}))
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(running) }()

	direct, err := client.New(config, client.Options{})
	check("client", err)
	key := types.NamespacedName{Namespace: namespace, Name: "copied"}
	from := corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: key.Name, Namespace: namespace, Labels: map[string]string{"copied": "yes"}}, Data: map[string]string{"a": "b"}}
	check("create", direct.Create(ctx, &from))
	var to corev1.Secret
	copied := func(value string) func() bool {
		return func() bool { return direct.Get(ctx, key, &to) == nil && string(to.Data["a"]) == value }
	}
	eventually(ctx, "it is copied", copied("b"))
	check("get", direct.Get(ctx, key, &from))
	demand("the finalizer is there", controllerutil.ContainsFinalizer(&from, finalizer))
	demand("it is owned", metav1.IsControlledBy(&to, &from))
	check("patch", direct.Patch(ctx, &from, client.RawPatch(types.MergePatchType, []byte(`{"data":{"a":"c"}}`))))
	eventually(ctx, "it is copied again", copied("c"))
	check("delete of the copy", direct.Delete(ctx, &to))
	eventually(ctx, "it comes back", copied("c"))
	check("delete", direct.Delete(ctx, &from))
	eventually(ctx, "both are gone", func() bool {
		return apierrors.IsNotFound(direct.Get(ctx, key, &from)) && apierrors.IsNotFound(direct.Get(ctx, key, &to))
	})
	stop()
	select {
	case err := <-ended:
		check("the manager's end", err)
	case <-time.After(patience):
		demand("the manager ends", false)
	}
	fmt.Println("ok controller-runtime")
}
