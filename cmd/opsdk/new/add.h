/* The two sub-commands of opsdk add; each reads its own arguments. */
#ifndef NEW_ADD_H
#define NEW_ADD_H

#include "../cmd.h"

extern const cmd add_kind, add_watch;

#endif
