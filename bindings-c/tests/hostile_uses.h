/* Every function of the library, with any arguments. A test reads the header and makes sure that none is missing. */
#ifndef HOSTILE_USES_H
#define HOSTILE_USES_H

#include "hostile.h"

static const char event_json[] =
    "{\"event\":\"call.finished\",\"details\":[{\"callee\":\"+6200012345678\",\"n\":1.5,\"x\":null}]}";
static char huge[8 << 20];

static void use_calls(const struct arguments *a) {
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_raw_request raw = AIRUDDER_RAW_REQUEST_INIT;
  airudder_call made = 0;
  airudder_step step = {AIRUDDER_STEP_DONE, 0, NULL};
  airudder_text text = {NULL, 0};
  airudder_type type;
  const airudder_request *request;
  int flag;
  int64_t integer;
  double real;
  size_t count;

  note(airudder_call_start(a->handle, a->number, a->bytes, a->len, OUT(made), a->error));
  keep_or_free(&made, airudder_call_free);
  note(airudder_call_begin(a->handle, a->number, OUT(made), a->error));
  keep_or_free(&made, airudder_call_free);
  raw.method = raw.path = raw.query = raw.body = a->text;
  raw.auth = raw.file = a->number;
  note(airudder_call_raw(a->handle, &raw, OUT(made), a->error));
  keep_or_free(&made, airudder_call_free);
  note(airudder_call_raw(a->handle, NULL, OUT(made), a->error));
  options.base_url = a->text;
  options.headers = a->headers;
  options.header_count = a->header_count;
  options.max_retries = options.lenient = a->number;
  options.timeout_ms = options.deadline_ms = options.seed = a->time;
  note(airudder_call_set_options(a->handle, a->outputs ? &options : NULL));
  note(airudder_call_set_str(a->handle, a->text, a->text));
  note(airudder_call_set_strn(a->handle, a->text, a->bytes, a->len));
  note(airudder_call_set_int(a->handle, a->text, a->number));
  note(airudder_call_set_double(a->handle, a->text, a->number ? 1e300 * 1e300 : 0.5));
  note(airudder_call_set_bool(a->handle, a->text, a->number));
  note(airudder_call_set_null(a->handle, a->text));
  note(airudder_call_set_json(a->handle, a->text, a->bytes, a->len));
  note(airudder_call_curl(a->handle, OUT(text), a->error));
  see(&text);
  note(airudder_call_prepare(a->handle, OUT(request), a->error));
  note(airudder_call_poll(a->handle, a->time, OUT(step)));
  see_step(&step);
  note(airudder_call_is_file(a->handle, a->number, a->headers, a->header_count, OUT(flag)));
  note(airudder_call_on_response(a->handle, a->time, a->number, a->headers, a->header_count, a->bytes, a->len));
  note(airudder_call_on_failure(a->handle, a->time, a->number, a->text));
  note(airudder_call_result(a->handle, a->error));
  note(airudder_call_result_json(a->handle, OUT(text)));
  see_lasting(a, &text);
  note(airudder_call_result_file(a->handle, OUT(text)));
  see_lasting(a, &text);
  note(airudder_call_get_str(a->handle, a->text, OUT(text)));
  see_lasting(a, &text);
  note(airudder_call_get_int(a->handle, a->text, OUT(integer)));
  note(airudder_call_get_double(a->handle, a->text, OUT(real)));
  note(airudder_call_get_bool(a->handle, a->text, OUT(flag)));
  note(airudder_call_get_count(a->handle, a->text, OUT(count)));
  note(airudder_call_get_name(a->handle, a->text, a->len, OUT(text)));
  see_lasting(a, &text);
  note(airudder_call_get_type(a->handle, a->text, OUT(type)));
  note(airudder_call_get_json(a->handle, a->text, OUT(text)));
  see_lasting(a, &text);
}

static void use_campaigns(const struct arguments *a) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign made = 0;
  airudder_campaign_step step;
  airudder_progress progress;
  airudder_text text = {NULL, 0};
  int64_t integer;
  size_t count;
  uint32_t partition;
  airudder_phase phase;
  uint64_t until_ms;

  config.name = config.end_time = a->text;
  config.workflow_template_id = config.settle_ms = a->number;
  config.batch_size = config.in_flight = config.lookups_in_flight = a->len;
  config.seed = a->time;
  config.allow_duplicates = config.retry_rejected = config.same_account = a->number;
  config.journal_key = a->text;
  config.partition_index = config.partition_count = config.max_doubtful_batches = (uint32_t)a->len;
  config.max_outage_ms = config.screen = a->number;
  config.rate = (double)a->number / 3;
  note(airudder_campaign_new(a->handle, &config, OUT(made), a->error));
  keep_or_free(&made, airudder_campaign_free);
  note(airudder_campaign_new(a->handle, NULL, OUT(made), a->error));
  note(airudder_partition_of(a->bytes, a->len, (uint32_t)a->time, OUT(partition), a->error));
  note(airudder_campaign_head(a->handle, a->time, OUT(text), a->error));
  see(&text);
  note(airudder_campaign_resume_head(a->handle, a->bytes, a->len, a->error));
  note(airudder_campaign_resume(a->handle, a->bytes, a->len, OUT(count), a->error));
  memset(&step, 0, sizeof step);
  note(airudder_campaign_poll(a->handle, a->time, OUT(step), a->error));
  if (step.kind == AIRUDDER_CAMPAIGN_JOURNAL) see(&step.journal);
  keep_or_free(&step.call, airudder_call_free);
  note(airudder_campaign_poll_at(a->handle, a->time, a->time, OUT(step), a->error));
  if (step.kind == AIRUDDER_CAMPAIGN_JOURNAL) see(&step.journal);
  keep_or_free(&step.call, airudder_call_free);
  note(airudder_campaign_journal_written(a->handle));
  note(airudder_campaign_set_str(a->handle, a->text, a->text));
  note(airudder_campaign_set_strn(a->handle, a->text, a->bytes, a->len));
  note(airudder_campaign_set_json(a->handle, a->text, a->bytes, a->len));
  note(airudder_campaign_suppress(a->handle, a->text, a->error));
  note(airudder_campaign_suppress_case_id(a->handle, a->text, a->error));
  note(airudder_campaign_to_screen(a->handle, OUT(text)));
  see(&text);
  note(airudder_campaign_screened(a->handle, a->error));
  note(airudder_campaign_close_between(a->handle, a->time, a->time + 1));
  note(airudder_campaign_add(a->handle, a->error));
  note(airudder_campaign_add_json(a->handle, a->bytes, a->len, a->error));
  note(airudder_campaign_on_result(a->handle, a->time, a->other, a->error));
  note(airudder_campaign_on_result_at(a->handle, a->time, a->time, a->other, a->error));
  note(airudder_campaign_progress(a->handle, OUT(progress)));
  note(airudder_campaign_phase(a->handle, OUT(phase), OUT(until_ms)));
  note(airudder_campaign_result(a->handle, a->error));
  note(airudder_campaign_report_json(a->handle, OUT(text)));
  see(&text);
  note(airudder_campaign_get_str(a->handle, a->text, OUT(text)));
  see(&text);
  note(airudder_campaign_get_int(a->handle, a->text, OUT(integer)));
  note(airudder_campaign_get_count(a->handle, a->text, OUT(count)));
  note(airudder_campaign_end_of_contacts(a->handle, a->error));
  note(airudder_campaign_give_up(a->handle));
}

static void use_catalogs(const struct arguments *a) {
  airudder_catalog made = 0;
  airudder_buffer buffer = 0;
  airudder_call call = 0;

  note(airudder_catalog_extend(a->bytes, a->len, OUT(made), a->error));
  keep_or_free(&made, airudder_catalog_free);
  note(airudder_catalog_list(a->handle, OUT(buffer), a->error));
  keep_or_free(&buffer, airudder_buffer_free);
  note(airudder_call_start_named(a->handle, a->text, a->bytes, a->len, OUT(call), a->error));
  keep_or_free(&call, airudder_call_free);
  note(airudder_call_begin_named(a->handle, a->text, OUT(call), a->error));
  keep_or_free(&call, airudder_call_free);
}

static void use_events(const struct arguments *a) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
  airudder_webhooks hooks = 0;
  airudder_detection found;
  airudder_event event = 0;
  airudder_buffer buffer = 0;
  airudder_header header;
  airudder_text text = {NULL, 0};
  airudder_type type;
  airudder_ack ack;
  airudder_call call = 0;
  int flag;
  int64_t integer;
  double real;
  size_t count;

  note(airudder_call_begin_verify_push(a->handle, a->other, OUT(call), a->error));
  keep_or_free(&call, airudder_call_free);
  config.secret = config.other_secret = config.sign_key = config.scheme = config.encryption_key = config.cipher =
      a->text;
  config.max_body_bytes = a->len;
  config.max_depth = config.allow_unsigned = config.require_encryption = config.own_verifier = a->number;
  config.tolerance_ms = (int64_t)a->time;
  config.catalog = a->outputs ? a->other : 0;
  note(airudder_webhooks_new(&config, OUT(hooks), a->error));
  keep_or_free(&hooks, airudder_webhooks_free);
  note(airudder_webhooks_new(NULL, OUT(hooks), a->error));
  note(airudder_webhooks_unwrap(a->handle, a->headers, a->header_count, a->bytes, a->len, a->text, OUT(event),
                                a->error));
  keep_or_free(&event, airudder_event_free);
  note(airudder_webhooks_unwrap_verified(a->handle, a->headers, a->header_count, a->bytes, a->len, a->text, OUT(event),
                                         a->error));
  keep_or_free(&event, airudder_event_free);
  delivery.headers = a->headers, delivery.header_count = a->header_count;
  delivery.body = a->bytes, delivery.body_len = a->len;
  delivery.method = delivery.url = a->text;
  delivery.received_ms = a->time;
  note(airudder_webhooks_unwrap_delivery(a->handle, &delivery, a->text, OUT(event), a->error));
  keep_or_free(&event, airudder_event_free);
  note(airudder_webhooks_unwrap_delivery(a->handle, NULL, a->text, OUT(event), a->error));
  note(airudder_detect_delivery(&delivery, a->text, a->text, a->text, OUT(found), OUT(buffer), a->error));
  keep_or_free(&buffer, airudder_buffer_free);
  note(airudder_detect_delivery(NULL, a->text, a->text, a->text, OUT(found), OUT(buffer), a->error));
  note(airudder_webhooks_weakness(a->handle, OUT(buffer), a->error));
  keep_or_free(&buffer, airudder_buffer_free);
  note(airudder_webhooks_sign(a->handle, a->bytes, a->len, OUT(buffer), a->error));
  keep_or_free(&buffer, airudder_buffer_free);
  note(airudder_webhooks_seal(a->handle, a->bytes, a->len, a->bytes, a->len, OUT(buffer), a->error));
  keep_or_free(&buffer, airudder_buffer_free);
  note(airudder_webhooks_ack(OUT(ack)));
  note(airudder_event_type(a->handle, OUT(text)));
  see_lasting(a, &text);
  note(airudder_event_dedupe_key(a->handle, OUT(text)));
  see_lasting(a, &text);
  note(airudder_event_json(a->handle, OUT(text)));
  see_lasting(a, &text);
  note(airudder_event_known(a->handle, OUT(flag)));
  note(airudder_event_verified(a->handle, OUT(flag)));
  note(airudder_event_get_str(a->handle, a->text, OUT(text)));
  see_lasting(a, &text);
  note(airudder_event_get_int(a->handle, a->text, OUT(integer)));
  note(airudder_event_get_double(a->handle, a->text, OUT(real)));
  note(airudder_event_get_bool(a->handle, a->text, OUT(flag)));
  note(airudder_event_get_count(a->handle, a->text, OUT(count)));
  note(airudder_event_get_name(a->handle, a->text, a->len, OUT(text)));
  see_lasting(a, &text);
  note(airudder_event_get_type(a->handle, a->text, OUT(type)));
  note(airudder_event_get_json(a->handle, a->text, OUT(text)));
  see_lasting(a, &text);
  note(airudder_buffer_data(a->handle, OUT(text)));
  see_lasting(a, &text);
  note(airudder_buffer_header(a->handle, a->len, OUT(header)));
}

static void use_crypto(const struct arguments *a) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_client client = 0;
  airudder_detection found;
  airudder_buffer b = 0;
  const char *t = a->text;

  config.app_key = config.app_secret = config.base_url = config.encryption_key = config.auth_scheme = t;
  config.sign_key = config.sign_secret = config.sign_scheme = t;
  config.max_retries = config.lenient = a->number;
  config.requests_per_second = (double)a->number / 3;
  config.timeout_ms = config.seed = a->time;
  config.catalog = a->outputs ? a->other : 0;
  note(airudder_client_new(&config, OUT(client), a->error));
  keep_or_free(&client, airudder_client_free);
  note(airudder_client_new(NULL, OUT(client), a->error));
  note(airudder_encrypt(a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  note(airudder_decrypt(a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  note(airudder_encrypt_with(t, a->bytes, a->len, a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  note(airudder_decrypt_with(t, a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  note(airudder_encrypt_with_headers(t, a->bytes, a->len, a->headers, a->header_count, a->bytes, a->len, a->bytes,
                                     a->len, OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  note(airudder_decrypt_with_headers(t, a->headers, a->header_count, a->bytes, a->len, a->bytes, a->len, OUT(b),
                                     a->error));
  keep_or_free(&b, airudder_buffer_free);
  if (a->len < sizeof huge) {
    note(airudder_digest(a->bytes, a->len, OUT(b), a->error));
    keep_or_free(&b, airudder_buffer_free);
  }
  note(airudder_sign(t, t, t, a->headers, a->header_count, a->bytes, a->len, OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  note(airudder_verify(t, t, t, t, a->headers, a->header_count, a->bytes, a->len, a->error));
  note(airudder_detect(a->headers, a->header_count, a->bytes, a->len, t, t, OUT(found), OUT(b), a->error));
  keep_or_free(&b, airudder_buffer_free);
  if (!airudder_strerror(a->number) || !airudder_version() || airudder_abi_version() != 0) abort();
  if (airudder_operation(t) < 0) abort();
}

static void use_everything(const struct arguments *a) {
  use_calls(a);
  use_campaigns(a);
  use_catalogs(a);
  use_events(a);
  use_crypto(a);
}

#endif
