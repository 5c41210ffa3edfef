/* Prometheus JMX exporter operator: loads the exporter's agent into JVMs that already run.
 * +opsdk:operator:name=prometheus-jmx-exporter-operator */
#include "handlers.h"

int main(int argc, char **argv)
{
    return opsdk_main(argc, argv, OPSDK_HANDLERS(&pod_handler, &exporter_handler));
}
