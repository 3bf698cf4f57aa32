/* airudder.hpp: airudder.h for C++17, header only. What you hold is freed by itself, and can be moved but not copied.
   Unofficial: not made, endorsed or supported by AI Rudder.

   Functions that can fail return a result<T>. With exceptions, ask for its value():

     airudder::client client = airudder::client::make(config).value();

   Without (-fno-exceptions), or where failing is not exceptional, look first:

     auto made = airudder::client::make(config);
     if (!made) { log(made.error().message); return; }
     airudder::client client = std::move(*made);

   A text is a std::string_view into the thing that it was asked of, as airudder.h says of the function behind it. */
#ifndef AIRUDDER_HPP
#define AIRUDDER_HPP

#include <airudder.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#if defined(__cpp_exceptions)
#define AIRUDDER_THROW(what) throw what
#else
#define AIRUDDER_THROW(what) std::abort()
#endif

namespace airudder {

/* What result<T>::value() throws. */
class exception : public std::runtime_error {
 public:
  explicit exception(const airudder_error &error) : std::runtime_error(error.message), error_(error) {}
  int code() const noexcept { return error_.code; }
  const airudder_error &error() const noexcept { return error_; }

 private:
  airudder_error error_;
};

/* A value, or the error in its place. */
template <typename T>
class [[nodiscard]] result {
 public:
  result(T value) : content_(std::move(value)) {}
  result(const airudder_error &error) : content_(error) {}
  explicit operator bool() const noexcept { return content_.index() == 0; }
  T &operator*() noexcept { return *std::get_if<0>(&content_); }
  const T &operator*() const noexcept { return *std::get_if<0>(&content_); }
  T *operator->() noexcept { return std::get_if<0>(&content_); }
  const T *operator->() const noexcept { return std::get_if<0>(&content_); }
  const airudder_error &error() const noexcept { return *std::get_if<1>(&content_); }
  T value() && {
    if (!*this) AIRUDDER_THROW(exception(error()));
    return std::move(**this);
  }
  T &value() & {
    if (!*this) AIRUDDER_THROW(exception(error()));
    return **this;
  }
  const T &value() const & {
    if (!*this) AIRUDDER_THROW(exception(error()));
    return **this;
  }

 private:
  std::variant<T, airudder_error> content_;
};

/* The result of what gives nothing. */
struct done {};

namespace detail {

/* Of the functions that tell an error as a number alone. */
inline airudder_error error_of(int code) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  error.code = code;
  error.retry_after_ms = -1;
  std::string_view text = airudder_strerror(code);
  text.copy(error.message, sizeof error.message - 1);
  return error;
}

inline result<done> checked(int code) {
  if (code != AIRUDDER_OK) return error_of(code);
  return done{};
}

/* Calls a C function with an output and an airudder_error behind its arguments. */
template <typename Output, typename Made = Output, typename Function, typename... Arguments>
result<Made> made(Function function, Arguments... arguments) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  Output output{};
  if (function(arguments..., &output, &error) != AIRUDDER_OK) return error;
  return Made(output);
}

/* Calls a C function with an output behind its arguments. */
template <typename Output, typename Function, typename... Arguments>
result<Output> read(Function function, Arguments... arguments) {
  Output output{};
  int code = function(arguments..., &output);
  if (code != AIRUDDER_OK) return error_of(code);
  return output;
}

template <typename Function, typename... Arguments>
result<std::string_view> text(Function function, Arguments... arguments) {
  auto read = detail::read<airudder_text>(function, arguments...);
  if (!read) return read.error();
  return std::string_view(read->data, read->len);
}

/* A handle that is freed with its owner. */
template <int (*Free)(std::uint64_t)>
class owner {
 public:
  explicit owner(std::uint64_t handle = 0) noexcept : handle_(handle) {}
  owner(owner &&other) noexcept : handle_(std::exchange(other.handle_, 0)) {}
  owner &operator=(owner &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  owner(const owner &) = delete;
  owner &operator=(const owner &) = delete;
  ~owner() {
    if (handle_ != 0) Free(handle_);
  }
  /* For the functions of airudder.h that have no method here. */
  std::uint64_t get() const noexcept { return handle_; }

 private:
  std::uint64_t handle_;
};

}  // namespace detail

/* A response, as a transport gives it. */
struct response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/* What came of a request: send() of your transport returns it. */
using answer = std::variant<response, airudder_failure>;

namespace detail {

inline std::vector<airudder_header> fields(const std::vector<std::pair<std::string, std::string>> &headers) {
  std::vector<airudder_header> fields;
  for (const auto &[name, value] : headers) fields.push_back({name.c_str(), value.c_str()});
  return fields;
}

}  // namespace detail

/* airudder_call */
class call : public detail::owner<airudder_call_free> {
 public:
  using owner::owner;

  /* Parameters by JSON pointer. The call remembers the first that fails, and ends with its error. */
  call &set(const char *pointer, std::string_view value) noexcept {
    airudder_call_set_strn(get(), pointer, value.data(), value.size());
    return *this;
  }
  call &set_int(const char *pointer, std::int64_t value) noexcept {
    airudder_call_set_int(get(), pointer, value);
    return *this;
  }
  call &set_json(const char *pointer, std::string_view json) noexcept {
    airudder_call_set_json(get(), pointer, json.data(), json.size());
    return *this;
  }
  result<done> set_options(const airudder_call_options &options) {
    return detail::checked(airudder_call_set_options(get(), &options));
  }

  /* Runs the call to its end. A transport has `answer send(const airudder_request &)`, `std::uint64_t now_ms()` and
     `void sleep_until(std::uint64_t ms)`. What it throws comes out here; the request then counts as failed, so that
     run() can go on, and outcome() can tell, where nothing may be sent again. */
  template <typename Transport>
  result<done> run(Transport &&transport) {
    airudder_step step;
    int code;
    std::uint64_t now_ms;
    while ((code = airudder_call_poll(get(), now_ms = transport.now_ms(), &step)) == AIRUDDER_OK) {
      if (step.kind == AIRUDDER_STEP_DONE) break;
      if (step.kind == AIRUDDER_STEP_WAIT) {
        transport.sleep_until(step.wait_until_ms);
      } else {
        unreported request{get(), now_ms};
        report(transport.send(*step.request), transport.now_ms());
      }
    }
    return code == AIRUDDER_OK ? outcome() : detail::error_of(code);
  }

  /* Tells what came of a request that was polled. */
  void report(const answer &given, std::uint64_t now_ms) {
    const auto *came = std::get_if<response>(&given);
    const auto fields = came ? detail::fields(came->headers) : std::vector<airudder_header>();
    if (came == nullptr) {
      airudder_call_on_failure(get(), now_ms, *std::get_if<airudder_failure>(&given), nullptr);
    } else if (airudder_call_on_response(get(), now_ms, came->status, fields.data(), fields.size(), came->body.data(),
                                         came->body.size()) != AIRUDDER_OK) {
      airudder_call_on_failure(get(), now_ms, AIRUDDER_FAILURE_OTHER, "the response could not be passed on");
    }
  }

  /* How the call ended. */
  result<done> outcome() const {
    airudder_error error = AIRUDDER_ERROR_INIT;
    if (airudder_call_result(get(), &error) != AIRUDDER_OK) return error;
    return done{};
  }
  result<std::string_view> json() const { return detail::text(airudder_call_result_json, get()); }
  result<std::string_view> text(const char *pointer) const {
    return detail::text(airudder_call_get_str, get(), pointer);
  }
  result<std::int64_t> integer(const char *pointer) const {
    return detail::read<std::int64_t>(airudder_call_get_int, get(), pointer);
  }
  result<std::size_t> count(const char *pointer) const {
    return detail::read<std::size_t>(airudder_call_get_count, get(), pointer);
  }

 private:
  /* A request that is under way; failed if nothing else was reported until the end of its scope. */
  struct unreported {
    airudder_call call;
    std::uint64_t now_ms;
    ~unreported() { airudder_call_on_failure(call, now_ms, AIRUDDER_FAILURE_OTHER, "the transport threw"); }
  };
};

/* airudder_campaign */
class campaign : public detail::owner<airudder_campaign_free> {
 public:
  using owner::owner;

  /* How many bytes of the journal are good: cut it to this length. Where this fails, leave it as it is. */
  result<std::size_t> resume(std::string_view journal) {
    return detail::made<std::size_t>(airudder_campaign_resume, get(), journal.data(), journal.size());
  }
  /* By one clock, which must not jump, and without `journal_at`; or better by both: see airudder_campaign_poll_at(). */
  result<airudder_campaign_step> poll(std::uint64_t now_ms) {
    return detail::made<airudder_campaign_step>(airudder_campaign_poll, get(), now_ms);
  }
  result<airudder_campaign_step> poll(std::uint64_t unix_ms, std::uint64_t monotonic_ms) {
    return detail::made<airudder_campaign_step>(airudder_campaign_poll_at, get(), unix_ms, monotonic_ms);
  }
  result<done> journal_written() { return detail::checked(airudder_campaign_journal_written(get())); }
  campaign &set(const char *pointer, std::string_view value) noexcept {
    airudder_campaign_set_strn(get(), pointer, value.data(), value.size());
    return *this;
  }
  campaign &set_json(const char *pointer, std::string_view json) noexcept {
    airudder_campaign_set_json(get(), pointer, json.data(), json.size());
    return *this;
  }
  result<done> add() { return told(airudder_campaign_add); }
  result<done> end_of_contacts() { return told(airudder_campaign_end_of_contacts); }
  result<done> on_result(std::uint64_t now_ms, const call &ended) {
    airudder_error error = AIRUDDER_ERROR_INIT;
    if (airudder_campaign_on_result(get(), now_ms, ended.get(), &error) != AIRUDDER_OK) return error;
    return done{};
  }
  result<done> on_result(std::uint64_t unix_ms, std::uint64_t monotonic_ms, const call &ended) {
    airudder_error error = AIRUDDER_ERROR_INIT;
    if (airudder_campaign_on_result_at(get(), unix_ms, monotonic_ms, ended.get(), &error) != AIRUDDER_OK) return error;
    return done{};
  }
  result<done> give_up() { return detail::checked(airudder_campaign_give_up(get())); }
  result<airudder_progress> progress() const {
    return detail::read<airudder_progress>(airudder_campaign_progress, get());
  }
  result<std::string_view> report() const { return detail::text(airudder_campaign_report_json, get()); }
  /* Why it had to stop. */
  result<done> outcome() const { return told(airudder_campaign_result); }

 private:
  result<done> told(int (*function)(airudder_campaign, airudder_error *)) const {
    airudder_error error = AIRUDDER_ERROR_INIT;
    if (function(get(), &error) != AIRUDDER_OK) return error;
    return done{};
  }
};

/* airudder_client; many threads may use it at once. */
class client : public detail::owner<airudder_client_free> {
 public:
  using owner::owner;

  static result<client> make(const airudder_config &config) {
    return detail::made<airudder_client, client>(airudder_client_new, &config);
  }
  result<call> begin(int operation) const {
    return detail::made<airudder_call, call>(airudder_call_begin, get(), operation);
  }
  result<call> start(int operation, std::string_view params) const {
    return detail::made<airudder_call, call>(airudder_call_start, get(), operation, params.data(), params.size());
  }
  result<call> raw(const airudder_raw_request &request) const {
    return detail::made<airudder_call, call>(airudder_call_raw, get(), &request);
  }
  result<airudder::campaign> campaign(const airudder_campaign_config &config) const {
    return detail::made<airudder_campaign, airudder::campaign>(airudder_campaign_new, get(), &config);
  }
};

/* airudder_event */
class event : public detail::owner<airudder_event_free> {
 public:
  using owner::owner;

  result<std::string_view> type() const { return detail::text(airudder_event_type, get()); }
  result<std::string_view> dedupe_key() const { return detail::text(airudder_event_dedupe_key, get()); }
  result<std::string_view> json() const { return detail::text(airudder_event_json, get()); }
  result<int> known() const { return detail::read<int>(airudder_event_known, get()); }
  result<int> verified() const { return detail::read<int>(airudder_event_verified, get()); }
  /* The call that asks the API whether a push of a custom API node is genuine. */
  result<call> begin_verify_push(const client &asking) const {
    return detail::made<airudder_call, call>(airudder_call_begin_verify_push, asking.get(), get());
  }
  result<std::string_view> text(const char *pointer) const {
    return detail::text(airudder_event_get_str, get(), pointer);
  }
  result<std::int64_t> integer(const char *pointer) const {
    return detail::read<std::int64_t>(airudder_event_get_int, get(), pointer);
  }
  result<std::size_t> count(const char *pointer) const {
    return detail::read<std::size_t>(airudder_event_get_count, get(), pointer);
  }
};

/* airudder_webhooks; many threads may use it at once. */
class webhooks : public detail::owner<airudder_webhooks_free> {
 public:
  using owner::owner;

  static result<webhooks> make(const airudder_webhooks_config &config) {
    return detail::made<airudder_webhooks, webhooks>(airudder_webhooks_new, &config);
  }
  result<event> unwrap(const std::vector<std::pair<std::string, std::string>> &headers, std::string_view body,
                       const char *kind = nullptr) const {
    const auto fields = detail::fields(headers);
    return detail::made<airudder_event, event>(airudder_webhooks_unwrap, get(), fields.data(), fields.size(),
                                               body.data(), body.size(), kind);
  }
};

}  // namespace airudder

#undef AIRUDDER_THROW

#endif
