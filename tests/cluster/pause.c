/* The first process of every pod: holds the namespaces that its containers share, and does nothing else. */
#include <signal.h>
#include <unistd.h>

static void end(int sig)
{
    (void)sig;
    _exit(0);
}

int main(void)
{
    const struct sigaction leave = {.sa_handler = end};
    const struct sigaction no_zombies = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};

    sigaction(SIGTERM, &leave, NULL);
    sigaction(SIGINT, &leave, NULL);
    sigaction(SIGCHLD, &no_zombies, NULL);
    for (;;)
        pause();
}
