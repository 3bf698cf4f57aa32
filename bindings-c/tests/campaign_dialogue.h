/* Dialogues between a host and whole campaigns. vectors.c includes it behind dialogue.h. */
#ifndef CAMPAIGN_DIALOGUE_H
#define CAMPAIGN_DIALOGUE_H

#define MOST_CAMPAIGN_CALLS 64

/* A host that does what its case says. */
typedef struct host {
  const char *base_url;
  airudder_campaign campaign;
  airudder_call calls[MOST_CAMPAIGN_CALLS];
  int begun;
  const cJSON *contacts;
  int fed;
  /* The time by the clock that nobody sets. */
  uint64_t monotonic;
  /* The bytes that the journal has. */
  uint64_t length;
} host;

static int count_of(const cJSON *object, const char *name) {
  const cJSON *number = part(object, name);
  return number ? number->valueint : 0;
}

static uint64_t big(const cJSON *number) { return (uint64_t)number->valuedouble; }

/* In C, 0 is the default. */
static int64_t or_never(const cJSON *number) {
  if (!number) return 0;
  return number->valuedouble == 0 ? AIRUDDER_NEVER : (int64_t)number->valuedouble;
}

static airudder_campaign begin_campaign(airudder_client client, const cJSON *given) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  const cJSON *partition = part(given, "partition"), *share = part(given, "max_rejected_share"), *times;
  airudder_campaign campaign;
  config.workflow_template_id = count_of(given, "workflow_template_id");
  config.name = text(given, "name");
  config.end_time = text(given, "end_time");
  config.seed = big(part(given, "seed"));
  config.batch_size = (size_t)count_of(given, "batch_size");
  config.in_flight = (size_t)count_of(given, "in_flight");
  config.lookups_in_flight = (size_t)count_of(given, "lookups_in_flight");
  config.settle_ms = is_true(given, "never_settle") ? AIRUDDER_NEVER : or_never(part(given, "settle_ms"));
  config.allow_duplicates = is_true(given, "allow_duplicates");
  config.retry_rejected = is_true(given, "retry_rejected");
  config.journal_key = text(given, "journal_key");
  config.same_account = is_true(given, "same_account");
  config.require_journal = is_true(given, "require_journal");
  config.recover = text(given, "recover");
  config.partition_index = partition ? (uint32_t)cJSON_GetArrayItem(partition, 0)->valueint : 0;
  config.partition_count = partition ? (uint32_t)cJSON_GetArrayItem(partition, 1)->valueint : 0;
  config.max_outage_ms = or_never(part(given, "max_outage_ms"));
  config.max_doubtful_batches = (uint32_t)count_of(given, "max_doubtful_batches");
  config.max_rejected = or_never(part(given, "max_rejected"));
  if (share) config.max_rejected_share = share->valuedouble;
  config.screen = is_true(given, "screen");
  config.check_only = is_true(given, "check_only");
  config.rate = part(given, "rate") ? part(given, "rate")->valuedouble : 0;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  cJSON_ArrayForEach(times, part(given, "closed")) {
    uint64_t from = big(cJSON_GetArrayItem(times, 0)), to = big(cJSON_GetArrayItem(times, 1));
    assert_int_equal(airudder_campaign_close_between(campaign, from, to), 0);
  }
  return campaign;
}

static void suppress(airudder_campaign campaign, const cJSON *given) {
  const cJSON *one;
  cJSON_ArrayForEach(one, part(given, "numbers")) {
    assert_int_equal(airudder_campaign_suppress(campaign, one->valuestring, NULL), 0);
  }
  cJSON_ArrayForEach(one, part(given, "case_ids")) {
    assert_int_equal(airudder_campaign_suppress_case_id(campaign, one->valuestring, NULL), 0);
  }
}

/* Takes up what earlier runs left. */
static void resume(host *self, const cJSON *head, const cJSON *journal) {
  const char *before = text(head, "text");
  if (before) {
    int code = airudder_campaign_resume_head(self->campaign, before, strlen(before), NULL);
    assert_int_equal(code, expected_error(head));
  }
  before = text(journal, "text");
  if (before) {
    size_t good = 0;
    int code = airudder_campaign_resume(self->campaign, before, strlen(before), &good, NULL);
    assert_int_equal(code, expected_error(journal));
    /* Nothing of a journal that is refused may be cut off. */
    assert_int_equal(good, code ? strlen(before) : (size_t)count_of(journal, "kept"));
    self->length = good;
  }
}

static airudder_campaign_step next(host *self, uint64_t at, airudder_campaign_step_kind kind) {
  airudder_campaign_step step;
  assert_int_equal(airudder_campaign_poll_at(self->campaign, at, self->monotonic, &step, NULL), 0);
  assert_int_equal(step.kind, kind);
  return step;
}

/* Of a line that is given by its members, the message and the checksum may be any. */
static void assert_line(const char *line, size_t len, const cJSON *expected) {
  cJSON *record;
  if (cJSON_IsString(expected)) {
    assert_int_equal(len, strlen(expected->valuestring));
    assert_memory_equal(line, expected->valuestring, len);
    return;
  }
  record = cJSON_ParseWithLength(line, len);
  assert_non_null(record);
  assert_int_equal(strlen(text(record, "sum")), 16);
  cJSON_DeleteItemFromObjectCaseSensitive(record, "sum");
  if (!part(expected, "message")) cJSON_DeleteItemFromObjectCaseSensitive(record, "message");
  assert_true(cJSON_Compare(record, expected, 1));
  cJSON_Delete(record);
}

static void writes(host *self, uint64_t at, const cJSON *expected) {
  airudder_campaign_step step = next(self, at, AIRUDDER_CAMPAIGN_JOURNAL);
  const char *line = step.journal.data, *end = line + step.journal.len;
  const cJSON *one;
  assert_int_equal(step.journal_at, self->length);
  self->length += step.journal.len;
  cJSON_ArrayForEach(one, expected) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    assert_non_null(stop);
    assert_line(line, (size_t)(stop + 1 - line), one);
    line = stop + 1;
  }
  assert_ptr_equal(line, end);
  assert_int_equal(airudder_campaign_journal_written(self->campaign), 0);
}

static void reads(host *self, uint64_t at, const cJSON *expected) {
  int feed = count_of(expected, "feed"), code;
  assert_int_equal(next(self, at, AIRUDDER_CAMPAIGN_CONTACTS).want, count_of(expected, "want"));
  if (feed == 0) {
    code = airudder_campaign_end_of_contacts(self->campaign, NULL);
  } else {
    cJSON *chunk = cJSON_CreateArray();
    char *json;
    for (; feed > 0; feed--)
      cJSON_AddItemToArray(chunk, cJSON_Duplicate(cJSON_GetArrayItem(self->contacts, self->fed++), 1));
    json = cJSON_PrintUnformatted(chunk);
    code = airudder_campaign_add_json(self->campaign, json, strlen(json), NULL);
    free(json);
    cJSON_Delete(chunk);
  }
  assert_int_equal(code, expected_error(expected));
}

static void screens(host *self, uint64_t at, const cJSON *expected) {
  airudder_text asked;
  cJSON *contacts;
  const cJSON *position;
  int index = 0;
  next(self, at, AIRUDDER_CAMPAIGN_SCREEN);
  assert_int_equal(airudder_campaign_to_screen(self->campaign, &asked), 0);
  contacts = cJSON_ParseWithLength(asked.data, asked.len);
  assert_int_equal(cJSON_GetArraySize(contacts), cJSON_GetArraySize(part(expected, "contacts")));
  cJSON_ArrayForEach(position, part(expected, "contacts")) {
    const cJSON *known = cJSON_GetArrayItem(self->contacts, position->valueint);
    assert_true(cJSON_Compare(cJSON_GetArrayItem(contacts, index++), known, 1));
  }
  cJSON_Delete(contacts);
  suppress(self->campaign, expected);
  assert_int_equal(airudder_campaign_screened(self->campaign, NULL), 0);
}

static const char *field(const airudder_request *request, const char *name) {
  size_t i;
  for (i = 0; i < request->header_count; i++) {
    if (strcmp(request->headers[i].name, name) == 0) return request->headers[i].value;
  }
  return NULL;
}

static void sends(host *self, uint64_t at, int number, const cJSON *expected) {
  const char *token = text(expected, "token"), *given;
  airudder_step step;
  char whole[256];
  cJSON *body;
  if (number == self->begun) {
    assert_true(number < MOST_CAMPAIGN_CALLS);
    self->calls[self->begun++] = next(self, at, AIRUDDER_CAMPAIGN_CALL).call;
  }
  assert_int_equal(airudder_call_poll(self->calls[number], at, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  assert_string_equal(step.request->method, text(expected, "method"));
  snprintf(whole, sizeof whole, "%s%s", self->base_url, text(expected, "path"));
  assert_string_equal(step.request->url, whole);
  given = field(step.request, "Authorization");
  snprintf(whole, sizeof whole, "Token %s", token ? token : "");
  assert_string_equal(given ? given : "Token ", whole);
  body = cJSON_ParseWithLength(step.request->body, step.request->body_len);
  assert_true(cJSON_Compare(body, part(expected, "body"), 1));
  cJSON_Delete(body);
}

static void ends(host *self, uint64_t at, int number) {
  airudder_step step;
  assert_int_equal(airudder_call_poll(self->calls[number], at, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_DONE);
  assert_int_equal(airudder_campaign_on_result_at(self->campaign, at, self->monotonic, self->calls[number], NULL), 0);
}

static const char *phase_name(airudder_phase phase) {
  switch (phase) {
    case AIRUDDER_PHASE_UPLOADING:
      return "uploading";
    case AIRUDDER_PHASE_LOOKING_UP:
      return "looking_up";
    case AIRUDDER_PHASE_WAITING_FOR_API:
      return "waiting_for_api";
    case AIRUDDER_PHASE_PAUSED:
      return "paused";
    case AIRUDDER_PHASE_SETTLING:
      return "settling";
    case AIRUDDER_PHASE_ENDED:
      return "ended";
    default:
      return "reading";
  }
}

static void campaign_waits(host *self, uint64_t at, const cJSON *expected) {
  uint64_t given = next(self, at, AIRUDDER_CAMPAIGN_WAIT).wait_until_ms, until;
  airudder_phase phase;
  assert_int_equal(airudder_campaign_phase(self->campaign, &phase, &until), 0);
  assert_string_equal(phase_name(phase), text(expected, "phase"));
  if (cJSON_IsNull(part(expected, "until"))) {
    assert_true(given == UINT64_MAX);
  } else {
    assert_true(given >= big(part(expected, "from")) && given <= big(part(expected, "until")));
  }
}

/* The report as the vectors have it: without messages, whose wording is nobody's business. */
static void assert_report(host *self, uint64_t at, const cJSON *expected) {
  airudder_text json;
  cJSON *report, *one;
  char code[8];
  next(self, at, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(airudder_campaign_report_json(self->campaign, &json), 0);
  report = cJSON_ParseWithLength(json.data, json.len);
  if (!part(report, "clock_offset_ms")) cJSON_AddNullToObject(report, "clock_offset_ms");
  cJSON_ArrayForEach(one, part(report, "rejected")) cJSON_DeleteItemFromObjectCaseSensitive(one, "message");
  snprintf(code, sizeof code, "E%04d", airudder_campaign_result(self->campaign, NULL));
  cJSON_AddItemToObject(report, "error", strcmp(code, "E0000") == 0 ? cJSON_CreateNull() : cJSON_CreateString(code));
  assert_true(cJSON_Compare(report, expected, 1));
  cJSON_Delete(report);
}

static void campaign_step(host *self, const cJSON *one) {
  uint64_t at = big(part(one, "at"));
  int number = count_of(one, "call");
  airudder_campaign_step step;
  self->monotonic = part(one, "monotonic") ? big(part(one, "monotonic")) : at;
  if (part(one, "journal")) {
    writes(self, at, part(one, "journal"));
  } else if (part(one, "contacts")) {
    reads(self, at, part(one, "contacts"));
  } else if (part(one, "screen")) {
    screens(self, at, part(one, "screen"));
  } else if (part(one, "send")) {
    sends(self, at, number, part(one, "send"));
  } else if (part(one, "answer")) {
    is_told(self->calls[number], at, part(one, "answer"));
  } else if (part(one, "fail")) {
    assert_int_equal(airudder_call_on_failure(self->calls[number], at, failure(text(one, "fail")), NULL), 0);
  } else if (part(one, "ends")) {
    ends(self, at, number);
  } else if (part(one, "wait")) {
    campaign_waits(self, at, part(one, "wait"));
  } else if (part(one, "stop")) {
    assert_int_equal(airudder_campaign_give_up(self->campaign), 0);
  } else if (part(one, "refuses")) {
    int code = airudder_campaign_poll_at(self->campaign, at, self->monotonic, &step, NULL);
    assert_int_equal(code, atoi(text(one, "refuses") + 1));
  } else {
    assert_report(self, at, part(one, "done"));
  }
}

static void campaign_case(const cJSON *one) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  const cJSON *client = part(one, "client"), *step;
  airudder_client session;
  host self = {0};
  int i;
  config.app_key = text(client, "app_key") ? text(client, "app_key") : "fake-app-key";
  config.app_secret = text(client, "app_secret") ? text(client, "app_secret") : "fake-app-secret";
  config.base_url = text(client, "base_url") ? text(client, "base_url") : "https://api.example.test";
  assert_int_equal(airudder_client_new(&config, &session, NULL), 0);
  self.base_url = config.base_url;
  self.campaign = begin_campaign(session, part(one, "config"));
  self.contacts = part(one, "contacts");
  suppress(self.campaign, part(one, "suppress"));
  resume(&self, part(one, "head"), part(one, "journal"));
  cJSON_ArrayForEach(step, part(one, "steps")) campaign_step(&self, step);
  for (i = 0; i < self.begun; i++) assert_int_equal(airudder_call_free(self.calls[i]), 0);
  assert_int_equal(airudder_campaign_free(self.campaign), 0);
  assert_int_equal(airudder_client_free(session), 0);
}

#endif
