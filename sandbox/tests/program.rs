//! The program itself: its ready line, its refusals, its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};

fn sandbox(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airudder-sandbox"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a program says that must end by itself. One that starts to serve says so on its output, and is killed then.
fn refused(arguments: &[&str]) -> Output {
    let mut child = sandbox(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    if !line.is_empty() {
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert!(line.is_empty() && !output.status.success(), "{arguments:?}: {line}");
    output
}

/// Kills the program when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_says_where_it_listens_and_stops_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let mut running = Running(sandbox(&["--listen", "127.0.0.1:0"]).spawn().unwrap());
        let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").unwrap().trim_end();
        // A connection that is kept open must not hold up the end.
        let idle = std::net::TcpStream::connect(address).unwrap();
        let id = running.0.id().to_string();
        // The shell's own: not every machine has it as a program.
        assert!(Command::new("sh").args(["-c", &format!("kill {signal} {id}")]).status().unwrap().success());
        assert!(running.0.wait().unwrap().success(), "{signal}");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one line and no more");
        drop(idle);
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_the_remedy() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = String::from_utf8(refused(&["--listen", &address]).stderr).unwrap();
    assert!(said.contains(&address) && said.contains("take another port"), "{said}");
}

#[test]
fn it_refuses_to_leave_this_machine() {
    for arguments in [
        ["--listen", "0.0.0.0:0"],
        ["--listen", "192.0.2.1:0"],
        ["--webhook-url", "http://192.0.2.1/events"],
        ["--webhook-url", "https://example.com/events"],
    ] {
        let output = refused(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("this machine"), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn settings_that_do_not_fit_together_are_refused() {
    let webhook = "http://127.0.0.1:9/";
    for arguments in [
        &["--listen", "127.0.0.1:0", "--speed", "0"][..],
        &["--listen", "127.0.0.1:0", "--encrypt-events"],
        &["--listen", "127.0.0.1:0", "--require-encryption"],
        &["--listen", "127.0.0.1:0", "--app-key", "k"],
        &["--listen", "127.0.0.1:0", "--encryption-key", "too-short"],
        &["--listen", "127.0.0.1:0", "--webhook-url", webhook, "--sign-secret", "s", "--sign-scheme", "rot13:hex:body"],
    ] {
        refused(arguments);
    }
}

#[test]
fn a_scheme_by_which_no_event_could_be_signed_is_refused_at_the_start() {
    for (scheme, named) in [("hmac-sha256:hex:key+body", "sign_key"), ("hmac-sha256:hex:header(X-Time)+body", "X-Time")]
    {
        let common =
            ["--listen", "127.0.0.1:0", "--webhook-url", "http://127.0.0.1:9/", "--sign-secret", "fake-secret"];
        let output = refused(&[&common[..], &["--sign-scheme", scheme]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("sign_scheme") && said.contains(named), "{said}");
        assert!(!said.contains("fake-secret") && output.stdout.is_empty(), "{said}");
    }
}

#[test]
fn secrets_may_come_by_the_environment_which_no_other_user_reads() {
    let mut command = sandbox(&["--listen", "127.0.0.1:0"]);
    command.env("AIRUDDER_SANDBOX_APP_KEY", "fake-key").env("AIRUDDER_SANDBOX_APP_SECRET", "fake-secret");
    let mut running = Running(command.spawn().unwrap());
    let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening on http://").unwrap().trim_end();
    for (secret, code) in [("fake-secret", "200"), ("other", "401")] {
        let body = format!(r#"{{"APPKey":"fake-key","APPSecret":"{secret}"}}"#);
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = format!("POST /service/cloud/auth HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(&format!("\"code\":{code}")), "{answer}");
    }
    // A help text is copied into reports.
    let help = sandbox(&["--help"]).env("AIRUDDER_SANDBOX_SIGN_SECRET", "fake-secret").output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for name in ["APP_KEY", "APP_SECRET", "SIGN_KEY", "SIGN_SECRET", "ENCRYPTION_KEY"] {
        assert!(help.contains(&format!("AIRUDDER_SANDBOX_{name}")), "{help}");
    }
    assert!(!help.contains("fake-secret"), "{help}");
}

#[test]
fn it_ends_with_the_program_that_started_it() {
    let mut command = sandbox(&["--listen", "127.0.0.1:0", "--exit-with-stdin"]);
    let mut running = Running(command.stdin(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on "), "{line}");
    assert!(running.0.try_wait().unwrap().is_none());
    drop(running.0.stdin.take());
    assert!(running.0.wait().unwrap().success());
}
