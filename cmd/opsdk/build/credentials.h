/* Who we are at a registry: what docker login and podman login have written, and tokens that are asked for with it. */
#ifndef BUILD_CREDENTIALS_H
#define BUILD_CREDENTIALS_H

/* base64 of "user:password", as it stands in the first file that knows the registry: $REGISTRY_AUTH_FILE,
 * $XDG_RUNTIME_DIR/containers/auth.json, $DOCKER_CONFIG/config.json, ~/.docker/config.json; or what the program that one of them names (docker-credential-...) says.  The caller's; NULL when none does. */
char *credentials_find(const char *registry);
/* Where a challenge, behind "Bearer ", says that a token for writing to the repository is.  The caller's; NULL when it does not say. */
char *credentials_token_url(const char *challenge, const char *repository);
/* The token in that service's answer; the caller's. */
char *credentials_token(const char *body);

#endif
