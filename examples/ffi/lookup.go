// Asks in which workflows a contact is, through the C library and Go's own HTTP.
//
//	go run lookup.go http://127.0.0.1:8460 c-1
//
// The arguments are the base URL and the contact's case id. It takes AIRUDDER_APP_KEY and AIRUDDER_APP_SECRET from the
// environment, and AIRUDDER_ENCRYPTION_KEY, if requests are to be encrypted. pkg-config must find the library.
package main

/*
#cgo pkg-config: airudder
#include <airudder.h>
#include <stdlib.h>

static airudder_config config_init(void) { airudder_config c = AIRUDDER_CONFIG_INIT; return c; }
static airudder_error error_init(void) { airudder_error e = AIRUDDER_ERROR_INIT; return e; }
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
	"unsafe"
)

// send sends a request once, as it is. Go repeats a request on a connection that it uses again where it holds it to be
// idempotent; without keep-alive it never does.
func send(request *C.airudder_request) (*http.Response, []byte, error) {
	client := http.Client{
		Timeout:       time.Duration(request.timeout_ms) * time.Millisecond,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	body := C.GoBytes(unsafe.Pointer(request.body), C.int(request.body_len))
	r, err := http.NewRequest(C.GoString(request.method), C.GoString(request.url), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for _, field := range unsafe.Slice(request.headers, request.header_count) {
		r.Header.Set(C.GoString(field.name), C.GoString(field.value))
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response, content, err
}

// headers copies header fields into memory of C's: Go's own must not be pointed to from there.
func headers(from http.Header) (*C.airudder_header, C.size_t) {
	memory := (*C.airudder_header)(C.calloc(C.size_t(len(from)+1), C.size_t(unsafe.Sizeof(C.airudder_header{}))))
	fields := unsafe.Slice(memory, len(from))
	next := 0
	for name := range from {
		fields[next].name, fields[next].value = C.CString(name), C.CString(from.Get(name))
		next++
	}
	return memory, C.size_t(len(from))
}

func freeHeaders(memory *C.airudder_header, count C.size_t) {
	for _, field := range unsafe.Slice(memory, count) {
		C.free(unsafe.Pointer(field.name))
		C.free(unsafe.Pointer(field.value))
	}
	C.free(unsafe.Pointer(memory))
}

// run runs a call to its end. The time is the real one at its start, and what Go's monotonic clock counted since.
func run(call C.airudder_call) {
	start := time.Now()
	now := func() C.uint64_t { return C.uint64_t(start.UnixMilli() + time.Since(start).Milliseconds()) }
	var step C.airudder_step
	for C.airudder_call_poll(call, now(), &step) == 0 && step.kind != C.AIRUDDER_STEP_DONE {
		if step.kind == C.AIRUDDER_STEP_WAIT {
			time.Sleep(time.Duration(int64(step.wait_until_ms)-int64(now())) * time.Millisecond)
			continue
		}
		response, body, err := send(step.request)
		if err != nil {
			C.airudder_call_on_failure(call, now(), C.AIRUDDER_FAILURE_OTHER, nil)
			continue
		}
		fields, count := headers(response.Header)
		content := C.CBytes(body)
		C.airudder_call_on_response(call, now(), C.int(response.StatusCode), fields, count, content, C.size_t(len(body)))
		C.free(content)
		freeHeaders(fields, count)
	}
}

func main() {
	config, failure := C.config_init(), C.error_init()
	config.app_key = C.CString(os.Getenv("AIRUDDER_APP_KEY"))
	config.app_secret = C.CString(os.Getenv("AIRUDDER_APP_SECRET"))
	if key, found := os.LookupEnv("AIRUDDER_ENCRYPTION_KEY"); found {
		config.encryption_key = C.CString(key)
	}
	config.base_url = C.CString(os.Args[1])
	var client C.airudder_client
	if C.airudder_client_new(&config, &client, &failure) != 0 {
		log.Fatal(C.GoString(&failure.message[0]))
	}
	defer C.airudder_client_free(client)

	var call C.airudder_call
	params, _ := json.Marshal(map[string]string{
		"case_id":    os.Args[2],
		"start_time": "2020-01-01 00:00:00+08:00",
		"end_time":   "2099-12-31 00:00:00+08:00",
	})
	operation := C.int(C.AIRUDDER_OP_WORKFLOW_DETAIL_INSTANCES)
	if C.airudder_call_start(client, operation, unsafe.Pointer(&params[0]), C.size_t(len(params)), &call, &failure) != 0 {
		log.Fatal(C.GoString(&failure.message[0]))
	}
	defer C.airudder_call_free(call)
	run(call)
	if C.airudder_call_result(call, &failure) != 0 {
		log.Fatal(C.GoString(&failure.message[0]))
	}
	var text C.airudder_text
	C.airudder_call_result_json(call, &text)
	fmt.Println(C.GoStringN(text.data, C.int(text.len)))
}
