<?php
// Puts a contact into a new workflow, through the C library and PHP's own FFI and HTTP.
//
//   php upload.php /usr/local http://127.0.0.1:8460 7 TEMP1
//
// The arguments are where the library is installed, the base URL, the workflow's template, and the platform. It takes
// AIRUDDER_APP_KEY and AIRUDDER_APP_SECRET from the environment, and AIRUDDER_ENCRYPTION_KEY, if requests are to be
// encrypted.
declare(strict_types=1);

[, $prefix, $base_url, $template, $platform] = $argv;

// FFI reads C declarations, but knows no preprocessor.
$header = file_get_contents("$prefix/include/airudder.h");
$header = preg_replace(['/^#(.*\\\\\n)*.*$/m', '/^extern "C" \{$/m', '/^\}$/m'], '', $header);
$airudder = FFI::cdef($header, "$prefix/lib/libairudder.so.0");

/** A text that C may point to, for as long as the result is kept. */
function text(string $value): FFI\CData
{
    $memory = FFI::new('char[' . strlen($value) + 1 . ']');
    FFI::memcpy($memory, $value, strlen($value));
    return $memory;
}

/** Unix time in milliseconds that does not jump: the real time at the start, and what a clock counted that nobody sets. */
function now_ms(): int
{
    static $start = null;
    $start ??= (int) (microtime(true) * 1000) - intdiv(hrtime(true), 1_000_000);
    return $start + intdiv(hrtime(true), 1_000_000);
}

/** Sends a request: status, header fields and body; null where there is no answer. */
function send_over_http(FFI\CData $request): ?array
{
    $fields = [];
    for ($i = 0; $i < $request->header_count; $i++) {
        $fields[] = FFI::string($request->headers[$i]->name) . ': ' . FFI::string($request->headers[$i]->value);
    }
    $options = [
        'method' => FFI::string($request->method),
        'header' => $fields,
        'content' => FFI::string($request->body, $request->body_len),
        'timeout' => $request->timeout_ms / 1000,
        'follow_location' => 0,
        'ignore_errors' => true,
    ];
    $context = stream_context_create(['http' => $options]);
    $body = @file_get_contents(FFI::string($request->url), false, $context);
    return $body === false ? null : [(int) explode(' ', $http_response_header[0])[1], $http_response_header, $body];
}

/** Runs a call to its end. */
function run(FFI $airudder, int $call): void
{
    $step = $airudder->new('airudder_step');
    while ($airudder->airudder_call_poll($call, now_ms(), FFI::addr($step)) === 0) {
        if ($step->kind === $airudder->AIRUDDER_STEP_DONE) {
            return;
        }
        if ($step->kind === $airudder->AIRUDDER_STEP_WAIT) {
            usleep(1000 * max(0, $step->wait_until_ms - now_ms()));
            continue;
        }
        $answer = send_over_http($step->request);
        if ($answer === null) {
            $airudder->airudder_call_on_failure($call, now_ms(), $airudder->AIRUDDER_FAILURE_OTHER, null);
            continue;
        }
        [$status, $lines, $body] = $answer;
        $fields = array_filter(array_map(fn ($line) => explode(': ', $line, 2), $lines), fn ($field) => count($field) === 2);
        $headers = $airudder->new('airudder_header[' . max(1, count($fields)) . ']');
        $kept = [];
        foreach (array_values($fields) as $i => [$name, $value]) {
            array_push($kept, $memory = text($name), $other = text($value));
            $headers[$i]->name = FFI::addr($memory[0]);
            $headers[$i]->value = FFI::addr($other[0]);
        }
        $airudder->airudder_call_on_response($call, now_ms(), $status, $headers, count($fields), $body, strlen($body));
    }
}

/** Ends the program where a function failed. */
function check(int $code, FFI\CData $error): void
{
    if ($code !== 0) {
        fwrite(STDERR, FFI::string($error->message) . "\n");
        exit(1);
    }
}

$error = $airudder->new('airudder_error');
$error->size = FFI::sizeof($error);
$config = $airudder->new('airudder_config');
$config->size = FFI::sizeof($config);
$kept = [];
$settings = [
    'base_url' => $base_url,
    'app_key' => getenv('AIRUDDER_APP_KEY'),
    'app_secret' => getenv('AIRUDDER_APP_SECRET'),
    'encryption_key' => getenv('AIRUDDER_ENCRYPTION_KEY'),
];
foreach (array_filter($settings, 'is_string') as $name => $value) {
    $kept[] = $memory = text($value);
    $config->$name = FFI::addr($memory[0]);
}
$config->seed = random_int(1, PHP_INT_MAX);

$client = $airudder->new('airudder_client');
check($airudder->airudder_client_new(FFI::addr($config), FFI::addr($client), FFI::addr($error)), $error);

$create = $airudder->new('airudder_call');
$operation = $airudder->AIRUDDER_OP_WORKFLOW_CREATE_INSTANCE;
check($airudder->airudder_call_begin($client->cdata, $operation, FFI::addr($create), FFI::addr($error)), $error);
$airudder->airudder_call_set_int($create->cdata, '/workflow_template_id', (int) $template);
$airudder->airudder_call_set_str($create->cdata, '/name', 'from PHP');
$airudder->airudder_call_set_str($create->cdata, '/end_time', '2099-12-01 18:00:00+08:00');
run($airudder, $create->cdata);
check($airudder->airudder_call_result($create->cdata, FFI::addr($error)), $error);
$id = $airudder->new('airudder_text');
$airudder->airudder_call_get_str($create->cdata, '/workflow_id', FFI::addr($id));

$upload = $airudder->new('airudder_call');
$operation = $airudder->AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS;
check($airudder->airudder_call_begin($client->cdata, $operation, FFI::addr($upload), FFI::addr($error)), $error);
$airudder->airudder_call_set_str($upload->cdata, '/workflow_id', FFI::string($id->data, $id->len));
$contact = json_encode([['callee' => '+6200012345678', 'platform' => $platform, 'variables' => ['customer_name' => 'Ana']]]);
$airudder->airudder_call_set_json($upload->cdata, '/details', $contact, strlen($contact));
run($airudder, $upload->cdata);
check($airudder->airudder_call_result($upload->cdata, FFI::addr($error)), $error);
echo "1 contact is in workflow ", FFI::string($id->data, $id->len), "\n";

foreach ([$create, $upload] as $call) {
    $airudder->airudder_call_free($call->cdata);
}
$airudder->airudder_client_free($client->cdata);
