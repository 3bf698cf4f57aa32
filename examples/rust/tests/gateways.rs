//! Calls and campaigns behind gateways that do what they should not, in each cell of `tools/gateway/matrix.json`.

mod support;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use airudder_core::{Call, CallOptions, CampaignConfig, ClientConfig, Error, Secret, Session};
use airudder_example::{Host, Stopped};
use serde_json::{Value, json};
use support::Api;
use tempfile::TempDir;
use ureq::tls::{Certificate, RootCerts};

const MATRIX: &str = include_str!("../../../tools/gateway/matrix.json");
const KEY: &str = "fake-key-16bytes";
const CALLEE: &str = "+6200012345678";
const END: &str = "2099-12-01 18:00:00+08:00";
/// The contacts of a campaign.
const CONTACTS: usize = 4;
/// Nothing may take longer, with its time limits, repetitions and waits, on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);
/// Within this time something surely happened to an idle connection, on a busy machine, too.
const IDLE: Duration = Duration::from_millis(200);

/// What may be said where this behavior strikes this operation; nothing: there is no such cell.
fn allowed(matrix: &Value, behavior: &str, operation: &str) -> Vec<String> {
    let row = &matrix["behaviors"][behavior];
    let group = &matrix["groups"][row["group"].as_str().expect("a group")];
    let own = matrix["hosts"]["ureq"][behavior].get(operation);
    match own.or_else(|| row.get(operation)).unwrap_or(&group[operation]) {
        Value::String(said) => vec![said.clone()],
        Value::Array(said) => said.iter().filter_map(Value::as_str).map(String::from).collect(),
        _ => Vec::new(),
    }
}

/// A behavior that strikes an operation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    behavior: String,
    operation: String,
}

/// What came of a cell.
struct Found {
    /// The outcome and the error's number, as the matrix writes them.
    said: String,
    took: Duration,
    struck: u64,
}

impl Cell {
    /// The case ids of the contacts that it sends, and nobody else.
    fn case_ids(&self) -> Vec<String> {
        let count = match self.operation.as_str() {
            "upload" => 1,
            "campaign" => CONTACTS,
            _ => 0,
        };
        (0..count).map(|n| format!("{}/{}/{n}", self.behavior, self.operation)).collect()
    }

    fn contacts(&self) -> Vec<Value> {
        static NUMBERS: AtomicU32 = AtomicU32::new(10_000_000);
        let contact = |caseid: String| {
            let callee = format!("+62000{}", NUMBERS.fetch_add(1, Ordering::Relaxed));
            json!({"callee": callee, "platform": "TEMP1", "caseid": caseid, "variables": {"customer_name": "Ana"}})
        };
        self.case_ids().into_iter().map(contact).collect()
    }

    /// What is wrong with it, given how often the API got each contact.
    fn problems(&self, matrix: &Value, found: &Found, uploaded: &HashMap<String, usize>) -> Vec<String> {
        let allowed = allowed(matrix, &self.behavior, &self.operation);
        let trusted = matrix["behaviors"][&self.behavior]["trusted"].as_array();
        let is_trusted = trusted.is_some_and(|operations| operations.contains(&json!(self.operation)));
        let counts: Vec<usize> =
            self.case_ids().iter().map(|case_id| uploaded.get(case_id).copied().unwrap_or(0)).collect();
        let said = &found.said;
        let is_denied = !["accepted", "unknown", "altered"].iter().any(|word| said.starts_with(word));
        let problems = [
            (!allowed.contains(said), format!("it says {said:?}, and may say {allowed:?}")),
            (!is_trusted && counts.iter().any(|count| *count > 1), format!("it was sent twice: {counts:?}")),
            (said == "accepted" && counts.contains(&0), format!("it was lost: {counts:?}")),
            (
                !is_trusted && is_denied && counts.iter().any(|count| *count > 0),
                format!("the API has it, and it says {said:?}"),
            ),
            (found.struck == 0, "the gateway did nothing".to_owned()),
            (found.took > LONGEST, format!("it took {:?}", found.took)),
        ];
        problems.into_iter().filter(|(is_there, _)| *is_there).map(|(_, problem)| problem).collect()
    }
}

/// The program that makes gateways, which ends when its standard input does.
struct Gateways {
    process: Child,
    url: String,
}

impl Gateways {
    fn start(upstream: &str, certificate: &Path) -> Self {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools");
        let mut process = Command::new("python3")
            .args(["-m", "gateway", "--exit-with-stdin", "--upstream", upstream, "--certificate"])
            .arg(certificate)
            .current_dir(tools)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("its address");
        Self { process, url: line.trim_start_matches("listening on ").trim().to_owned() }
    }
}

impl Drop for Gateways {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().expect("it ends");
    }
}

/// Tells a gateway something.
fn control(url: &str, name: &str, body: &Value) -> Value {
    let answer = ureq::post(format!("{url}/_gateway/{name}")).send(body.to_string()).expect("an answer");
    serde_json::from_str(&answer.into_body().read_to_string().expect("a text")).expect("JSON")
}

/// The sandbox, gateways before it, and what it has before the tests: a contact, and a recording.
struct World {
    matrix: Value,
    folder: TempDir,
    api: Api,
    gateways: Gateways,
    authorities: RootCerts,
    is_secured: bool,
    workflow: String,
    recorded: Value,
    recording: Vec<u8>,
}

impl World {
    fn start(is_secured: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let (file, pem) = (folder.path().join("server.pem"), own.cert.pem());
        fs::write(&file, own.signing_key.serialize_pem() + &pem).expect("a file");
        let authorities =
            RootCerts::new_with_certs(&[Certificate::from_pem(pem.as_bytes()).expect("a certificate in PEM")]);
        let api = Api::start(Some(KEY));
        let gateways = Gateways::start(&api.url, &file);
        let matrix = serde_json::from_str(MATRIX).expect("JSON");
        let (workflow, recorded) = (String::new(), Value::Null);
        let mut world =
            Self { matrix, folder, api, gateways, authorities, is_secured, workflow, recorded, recording: Vec::new() };
        world.fill();
        world
    }

    fn fill(&mut self) {
        let client = self.client(&self.api.url, false, 30_000);
        let created = client
            .call("workflow.create_instance", &json!({"workflow_template_id": 7, "name": "july", "end_time": END}));
        self.workflow = text_of(&created.expect("a workflow"), "workflow_id");
        let marker = json!({"callee": CALLEE, "platform": "TEMP1", "caseid": "marker", "variables": {}});
        client
            .call("workflow.upload_details", &json!({"workflow_id": self.workflow, "details": [marker]}))
            .expect("a contact");
        let task = json!({
            "TaskName": "marker", "ScheduleStartTime": "2020-01-01 08:00:00", "ScheduleEndTime": "2099-01-01 20:00:00",
            "Details": [{"Mobile": CALLEE, "Platform": "TEMP1"}],
        });
        let task = text_of(&client.call("tasks.create", &task).expect("a task"), "TaskID");
        self.recorded = json!({"TaskID": task, "Callee": CALLEE});
        while self.api.control("stats")["contacts"]["waiting"] != 0 {
            thread::sleep(Duration::from_millis(50));
        }
        self.recording = client.file(&self.recorded).expect("a recording").expect("a file");
    }

    fn client(&self, url: &str, is_sealed: bool, timeout_ms: u64) -> Client {
        let config = ClientConfig {
            app_key: Some(Secret::new("fake-app-key".to_owned())),
            app_secret: Some(Secret::new("fake-app-secret".to_owned())),
            base_url: Some(url.to_owned()),
            encryption_key: is_sealed.then(|| Secret::new(KEY.to_owned())),
            timeout_ms,
            ..ClientConfig::default()
        };
        Client { session: Session::new(config).expect("settings"), host: Host::trusting(self.authorities.clone()) }
    }

    /// Lets the behavior strike, and notes what is said, how long it takes, and whether the next call is right.
    fn run(&self, cell: &Cell) -> Found {
        let gateway = control(&self.gateways.url, "open", &json!({}))["url"].as_str().expect("a URL").to_owned();
        let row = &self.matrix["behaviors"][&cell.behavior];
        let timeout_ms = if row["slow"] == true { 600 } else { 30_000 };
        let url = if self.is_secured { gateway.replace("http:", "https:") } else { gateway.clone() };
        let client = self.client(&url, row["sealed"] == true, timeout_ms);
        if cell.operation != "token" {
            let options = CallOptions { timeout_ms: Some(30_000), ..CallOptions::default() };
            assert_eq!(self.look(&client, &options), "accepted");
        }
        let path = &self.matrix["operations"][&cell.operation];
        control(&gateway, "arm", &json!({"behavior": cell.behavior, "path": path}));
        if cell.behavior.starts_with("idle-") {
            thread::sleep(IDLE);
        }
        let begin = Instant::now();
        let mut said = self.act(cell, &client);
        let took = begin.elapsed();
        let struck = control(&gateway, "stats", &json!({}))["struck"].as_u64().expect("a number");
        if cell.operation != "token" || said == "accepted" {
            let after = self.look(&client, &CallOptions::default());
            if after != "accepted" {
                said = format!("{said}, and then: {after}");
            }
        }
        Found { said, took, struck }
    }

    fn act(&self, cell: &Cell, client: &Client) -> String {
        match cell.operation.as_str() {
            "read" | "token" => self.look(client, &CallOptions::default()),
            "read_once" => self.look(client, &CallOptions { max_retries: Some(0), ..CallOptions::default() }),
            "upload" => {
                let sent = json!({"workflow_id": self.workflow, "details": cell.contacts()});
                saying(
                    client
                        .call("workflow.upload_details", &sent)
                        .map(|result| result["workflow_id"] == self.workflow.as_str()),
                )
            }
            "download" => saying(client.file(&self.recorded).map(|file| file.as_ref() == Some(&self.recording))),
            "campaign" => self.campaign(cell, client),
            other => panic!("the matrix has an operation {other:?}, which is not here"),
        }
    }

    fn look(&self, client: &Client, options: &CallOptions) -> String {
        let marker = json!({"case_id": "marker", "start_time": "2020-01-01 00:00:00+08:00", "end_time": END});
        let found = client.call_with("workflow.detail_instances", &marker, options);
        saying(found.map(|result| {
            result["rows"].as_array().is_some_and(|rows| rows.len() == 1)
                && result["rows"][0]["workflow_id"] == self.workflow.as_str()
        }))
    }

    /// Runs a campaign, again where it stops before its end, as its user would.
    fn campaign(&self, cell: &Cell, client: &Client) -> String {
        let journal = self.folder.path().join(&cell.behavior);
        let contacts: Vec<String> = cell.contacts().iter().map(Value::to_string).collect();
        let mut said = String::new();
        for _ in 0..3 {
            let mut config = CampaignConfig::new(7, &cell.behavior, END);
            (config.batch_size, config.settle_ms) = (2, Some(50));
            match airudder_example::run(&client.host, &client.session, config, contacts.clone().into_iter(), &journal) {
                Ok(report) if report.accepted == CONTACTS as u64 => return "accepted".to_owned(),
                Ok(report) => said = format!("{report:?}"),
                Err(Stopped::Api(error)) => said = saying(Err(error)),
                Err(error) => said = format!("bare {error}"),
            }
        }
        said
    }
}

/// A session and what carries it out.
struct Client {
    session: Session,
    host: Host,
}

impl Client {
    fn call(&self, operation: &str, params: &Value) -> Result<Value, Error> {
        self.call_with(operation, params, &CallOptions::default())
    }

    fn call_with(&self, operation: &str, params: &Value, options: &CallOptions) -> Result<Value, Error> {
        self.host.run(&mut Call::new(&self.session, operation, params.to_string(), options)?)?.parse()
    }

    /// A recording; none where the result is no file.
    fn file(&self, params: &Value) -> Result<Option<Vec<u8>>, Error> {
        let mut call = Call::new(&self.session, "tasks.recording", params.to_string(), &CallOptions::default())?;
        let (output, bytes) = self.host.download(&mut call)?;
        Ok(output.file.map(|_| bytes))
    }
}

fn text_of(value: &Value, field: &str) -> String {
    value[field].as_str().expect("a text").to_owned()
}

/// What is said of a result, which is as it should be or not: the outcome, and the error's number.
fn saying(result: Result<bool, Error>) -> String {
    match result {
        Ok(true) => "accepted".to_owned(),
        Ok(false) => "altered".to_owned(),
        Err(error) => {
            let outcome = error.details().outcome.map_or("no outcome", |outcome| match outcome.as_str() {
                "not_sent" => "not sent",
                "rejected" => "refused",
                as_it_is => as_it_is,
            });
            format!("{outcome} {}", error.code())
        }
    }
}

/// How often the sandbox got each contact, by case id.
fn uploaded(api: &Api) -> HashMap<String, usize> {
    let listed = api.control("contacts?limit=10000");
    assert!(listed["total"].as_u64().expect("a number") <= 10_000, "no more are in a list");
    let mut counts = HashMap::new();
    for contact in listed["contacts"].as_array().expect("a list") {
        if let Some(case_id) = contact["caseid"].as_str() {
            *counts.entry(case_id.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Runs the cells, eight at once, and those alone that would meddle with others.
fn nobody_is_sent_twice_and_what_was_sent_is_not_denied(is_secured: bool) {
    let world = World::start(is_secured);
    let keys = |name: &str| world.matrix[name].as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let operations = keys("operations");
    let cells = keys("behaviors").into_iter().flat_map(|behavior| {
        operations.iter().map(move |operation| Cell { behavior: behavior.clone(), operation: operation.clone() })
    });
    let cells = cells.filter(|cell| !allowed(&world.matrix, &cell.behavior, &cell.operation).is_empty());
    let (alone, together): (Vec<_>, Vec<_>) =
        cells.partition(|cell| world.matrix["behaviors"][&cell.behavior]["alone"] == true);
    let (queue, found) = (Mutex::new(together.into_iter()), Mutex::new(BTreeMap::new()));
    let next = || queue.lock().expect("a lock").next();
    let run = |cell: Cell| {
        let what = world.run(&cell);
        found.lock().expect("a lock").insert(cell, what);
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(cell) = next() {
                    run(cell);
                }
            });
        }
    });
    alone.into_iter().for_each(run);
    let uploaded = uploaded(&world.api);
    let mut wrong = Vec::new();
    for (cell, what) in found.into_inner().expect("a lock") {
        for problem in cell.problems(&world.matrix, &what, &uploaded) {
            wrong.push(format!("{} at {}: {problem}", cell.behavior, cell.operation));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_is_sent_twice_behind_gateways() {
    nobody_is_sent_twice_and_what_was_sent_is_not_denied(false);
}

#[test]
fn nobody_is_sent_twice_behind_gateways_with_tls() {
    nobody_is_sent_twice_and_what_was_sent_is_not_denied(true);
}
