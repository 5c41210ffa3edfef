/* The subresource scale: get, update and patch of an autoscaling/v1 Scale that stands for three paths of the object. */
#ifndef APISERVER_SCALE_H
#define APISERVER_SCALE_H

#include "apiserver/resource.h"

int scale_handle(call *c, failure *why);

#endif
