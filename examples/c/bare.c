/* Makes a workflow and puts two contacts into it, over bare sockets; the loop is http_run() in socket_http.c.

     ./bare http://127.0.0.1:8460 7 TEMP1

   The arguments are the base URL, the workflow's template, and the platform. It takes AIRUDDER_APP_KEY and
   AIRUDDER_APP_SECRET from the environment, and AIRUDDER_ENCRYPTION_KEY, if requests are to be encrypted. */
#include <airudder.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "socket_http.h"

int main(int argc, char **argv) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_client client;
  airudder_call create, upload;
  airudder_text id;
  int failed = 1;

  if (argc != 4) {
    fprintf(stderr, "usage: %s BASE_URL TEMPLATE_ID PLATFORM\n", argv[0]);
    return 2;
  }
  config.base_url = argv[1];
  config.app_key = getenv("AIRUDDER_APP_KEY");
  config.app_secret = getenv("AIRUDDER_APP_SECRET");
  config.encryption_key = getenv("AIRUDDER_ENCRYPTION_KEY");
  config.seed = now_ms();
  if (airudder_client_new(&config, &client, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }

  airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_CREATE_INSTANCE, &create, NULL);
  airudder_call_set_int(create, "/workflow_template_id", atoi(argv[2]));
  airudder_call_set_str(create, "/name", "from C");
  airudder_call_set_str(create, "/end_time", "2099-12-01 18:00:00+08:00");
  http_run(create);

  if (airudder_call_result(create, &error) == AIRUDDER_OK &&
      airudder_call_get_str(create, "/workflow_id", &id) == AIRUDDER_OK) {
    airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &upload, NULL);
    airudder_call_set_str(upload, "/workflow_id", id.data);
    airudder_call_set_str(upload, "/details/0/callee", "+6200012345678");
    airudder_call_set_str(upload, "/details/0/platform", argv[3]);
    airudder_call_set_str(upload, "/details/0/variables/customer_name", "Ana");
    airudder_call_set_str(upload, "/details/1/callee", "+6200012345679");
    airudder_call_set_str(upload, "/details/1/platform", argv[3]);
    airudder_call_set_str(upload, "/details/1/variables/customer_name", "Budi");
    http_run(upload);
    failed = airudder_call_result(upload, &error);
    if (!failed) printf("2 contacts are in workflow %s\n", id.data);
    airudder_call_free(upload);
  }
  if (failed) fprintf(stderr, "%s\n", error.message);
  airudder_call_free(create);
  airudder_client_free(client);
  return failed ? 1 : 0;
}
