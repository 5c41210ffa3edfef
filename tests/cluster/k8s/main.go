// Command k8s holds a whole Kubernetes in one program, so that one build and one download of modules yield all of it.  The
// first argument names the part to be; the rest are that part's own flags.
package main

import (
	"context"
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var parts = map[string]func() int{
	"etcd":               func() int { etcdmain.Main(os.Args); return 0 },
	"apiserver":          func() int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"controller-manager": func() int { return cli.Run(controllers.NewControllerManagerCommand()) },
	"scheduler":          func() int { return cli.Run(scheduler.NewSchedulerCommand()) },
	"kubelet":            func() int { return cli.Run(kubelet.NewKubeletCommand(context.Background())) },
	"kubectl":            runKubectl,
}

func runKubectl() int {
	err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func main() {
	if len(os.Args) > 1 {
		if run, known := parts[os.Args[1]]; known {
			os.Args = os.Args[1:]
			os.Exit(run())
		}
	}
	fmt.Fprintln(os.Stderr, "usage: k8s etcd|apiserver|controller-manager|scheduler|kubelet|kubectl [FLAG...]")
	os.Exit(2)
}
