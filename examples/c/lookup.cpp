// A contact in a new workflow, and the workflows that it is in, with the C++ wrapper and libcurl.
//
//   ./lookup http://127.0.0.1:8460 7 TEMP1
//
// The arguments are the base URL, the workflow's template, and the platform. It takes AIRUDDER_APP_KEY and
// AIRUDDER_APP_SECRET from the environment, and AIRUDDER_ENCRYPTION_KEY, if requests are to be encrypted.
#include <curl/curl.h>
#include <airudder.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>

namespace {

// HTTP and time: all that the library leaves to the program.
class Transport {
 public:
  airudder::answer send(const airudder_request &request) {
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
    airudder::response response;
    curl_slist *fields = curl_slist_append(nullptr, "Expect:");
    for (std::size_t i = 0; i < request.header_count; i++) {
      const std::string line = std::string(request.headers[i].name) + ": " + request.headers[i].value;
      fields = curl_slist_append(fields, line.c_str());
    }
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(fields, curl_slist_free_all);
    curl_easy_setopt(curl.get(), CURLOPT_URL, request.url);
    curl_easy_setopt(curl.get(), CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, request.method);
    if (std::string_view(request.method) != "GET") {
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body_len));
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.body);
    }
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &response);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
    // A connection that is used again may make libcurl send a request twice; see exchange.c. This one is never used
    // again.
    switch (curl_easy_perform(curl.get())) {
      case CURLE_OK: {
        long status = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
        response.status = static_cast<int>(status);
        return response;
      }
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_CONNECT:
        return AIRUDDER_FAILURE_CONNECT;
      case CURLE_OPERATION_TIMEDOUT:
        return AIRUDDER_FAILURE_TIMEOUT;
      default:
        return AIRUDDER_FAILURE_OTHER;
    }
  }

  // The real time at the start, and what a clock counted since that nobody sets.
  std::uint64_t now_ms() const {
    const auto now = start_.time_since_epoch() + (Steady::now() - steady_start_);
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  }

  void sleep_until(std::uint64_t ms) const {
    const auto then = std::chrono::milliseconds(ms) - start_.time_since_epoch();
    std::this_thread::sleep_until(steady_start_ + std::chrono::duration_cast<Steady::duration>(then));
  }

 private:
  // More than any answer of the API has; what is longer is not read into memory.
  static constexpr std::size_t max_body = std::size_t{128} << 20;

  using Steady = std::chrono::steady_clock;
  const std::chrono::system_clock::time_point start_ = std::chrono::system_clock::now();
  const Steady::time_point steady_start_ = Steady::now();

  static std::size_t on_header(char *line, std::size_t, std::size_t len, void *context) {
    const std::string_view text(line, len);
    const auto colon = text.find(':');
    if (colon != text.npos) {
      const auto value = text.substr(colon + 1);
      const auto first = value.find_first_not_of(" \t"), last = value.find_last_not_of("\r\n");
      auto &headers = static_cast<airudder::response *>(context)->headers;
      headers.emplace_back(text.substr(0, colon), first < last ? value.substr(first, last + 1 - first) : "");
    }
    return len;
  }

  static std::size_t on_body(char *data, std::size_t, std::size_t len, void *context) {
    auto &body = static_cast<airudder::response *>(context)->body;
    if (len > max_body - body.size()) return 0;
    body.append(data, len);
    return len;
  }
};

void run(char **argv) {
  Transport transport;
  airudder_config config = AIRUDDER_CONFIG_INIT;
  config.base_url = argv[1];
  config.app_key = std::getenv("AIRUDDER_APP_KEY");
  config.app_secret = std::getenv("AIRUDDER_APP_SECRET");
  config.encryption_key = std::getenv("AIRUDDER_ENCRYPTION_KEY");
  config.seed = transport.now_ms();
  const auto client = airudder::client::make(config).value();

  auto create = client.begin(AIRUDDER_OP_WORKFLOW_CREATE_INSTANCE).value();
  create.set_int("/workflow_template_id", std::atoi(argv[2]));
  create.set("/name", "from C++").set("/end_time", "2099-12-01 18:00:00+08:00");
  create.run(transport).value();

  auto upload = client.begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS).value();
  upload.set("/workflow_id", create.text("/workflow_id").value());
  upload.set("/details/0/callee", "+6200012345678").set("/details/0/platform", argv[3]);
  upload.set("/details/0/caseid", "cpp-1").set("/details/0/variables/customer_name", "Ana");
  upload.run(transport).value();

  auto look_up = client.begin(AIRUDDER_OP_WORKFLOW_DETAIL_INSTANCES).value();
  look_up.set("/case_id", "cpp-1");
  look_up.set("/start_time", "2020-01-01 00:00:00+08:00").set("/end_time", "2099-12-31 00:00:00+08:00");
  look_up.run(transport).value();
  std::cout << look_up.count("/rows").value() << " workflow: " << look_up.text("/rows/0/workflow_name").value() << "\n";
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    std::cerr << "usage: " << argv[0] << " BASE_URL TEMPLATE_ID PLATFORM\n";
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  int status = 0;
  try {
    run(argv);
  } catch (const airudder::exception &error) {
    std::cerr << error.what() << "\n";
    status = 1;
  }
  curl_global_cleanup();
  return status;
}
