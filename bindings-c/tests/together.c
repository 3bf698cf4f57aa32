/* Two Rust static libraries in one program: each catches its own panics. `airudder_test_panic` is in libraries that are
   built with the feature test-panic alone. */
#include <airudder.h>
#include <assert.h>
#include <string.h>

unsigned second_digits(unsigned end);
int airudder_test_panic(airudder_call call);

int main(void) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_client client;
  airudder_call call, other;
  airudder_step step;

  assert(second_digits(11) == 12);
  assert(second_digits(101) == 0);

  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  assert(airudder_client_new(&config, &client, NULL) == AIRUDDER_OK);
  assert(airudder_call_begin(client, AIRUDDER_OP_ROBOTS_LIST, &call, NULL) == AIRUDDER_OK);
  assert(airudder_call_begin(client, AIRUDDER_OP_ROBOTS_LIST, &other, NULL) == AIRUDDER_OK);

  assert(airudder_test_panic(call) == AIRUDDER_E9001_INTERNAL);
  assert(airudder_call_poll(call, 0, &step) == AIRUDDER_E9001_INTERNAL);
  assert(airudder_call_result(call, &error) == AIRUDDER_E9001_INTERNAL);
  assert(strstr(error.message, "free it") != NULL);
  assert(airudder_call_poll(other, 0, &step) == AIRUDDER_OK); /* only that one is damaged */
  assert(airudder_call_free(call) == AIRUDDER_OK);
  assert(airudder_call_free(call) == AIRUDDER_E1014_INVALID_HANDLE);
  assert(airudder_call_free(other) == AIRUDDER_OK);
  assert(airudder_client_free(client) == AIRUDDER_OK);
  return 0;
}
