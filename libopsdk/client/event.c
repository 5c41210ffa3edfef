#include "client/client.h"

void recorder_free(struct recorder *r)
{
    (void)r;
}
