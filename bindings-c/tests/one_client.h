/* A test program's client, made before its tests and freed behind them. */
#ifndef ONE_CLIENT_H
#define ONE_CLIENT_H

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <airudder.h>

static airudder_client client;

static int make_client(void **state) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  (void)state;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  config.base_url = "https://api.example.test";
  return airudder_client_new(&config, &client, NULL);
}

static int free_client(void **state) {
  (void)state;
  return airudder_client_free(client);
}

#endif
