#include <opsdk.h>
#include <stdio.h>

void example_version(void);
void example_version(void)
{
    printf("built with %s, running %s\n", OPSDK_VERSION, opsdk_version());
}
