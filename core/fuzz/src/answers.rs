//! The answer to a request of any operation: nothing panics, what may have been carried out is not said to be refused, and a
//! result as a struct says what came.

use airudder_core::{
    Auth, Call, CallOptions, ErrorCode, Operation, Outcome, Output, Replay, Response, Step, catalog, operations,
};
use operations::{auth, chat, process, robots, sms, tasks, workflow};
use serde::Serialize;
use serde_json::{Value, json};

use super::{BEGIN_MS, SECRETS, host, input::Input, same::same, session};

/// The name of an operation, and what reads its results.
type Reader = (&'static str, fn(&Output));

/// Reads a result as a struct, and writes it again.
fn read<T: Operation>(output: &Output)
where
    T::Output: Serialize,
{
    match output.parse::<T::Output>() {
        Ok(read) => {
            let given: Value = serde_json::from_str(&output.data).expect("a result is JSON");
            let written = serde_json::to_value(&read).expect("it can be written");
            assert!(same(&written, &given), "{written} of {given}");
        }
        Err(error) => assert_eq!(error.code(), ErrorCode::UnreadableResponse),
    }
}

fn reader<T: Operation>() -> Reader
where
    T::Output: Serialize,
{
    (T::INFO.name, read::<T>)
}

fn readers() -> [Reader; 18] {
    [
        reader::<auth::FetchToken<'_>>(),
        reader::<chat::SessionMessages<'_>>(),
        reader::<chat::HuaweiMessages<'_>>(),
        reader::<process::QueryTaskQian<'_>>(),
        reader::<robots::ListRobots>(),
        reader::<sms::SendSms<'_>>(),
        reader::<tasks::CreateTask<'_>>(),
        reader::<tasks::ListTasks<'_>>(),
        reader::<tasks::StopTask<'_>>(),
        reader::<tasks::CancelCall<'_>>(),
        reader::<tasks::TaskDetails<'_>>(),
        reader::<tasks::Recording<'_>>(),
        reader::<tasks::Recordings<'_>>(),
        reader::<workflow::CreateInstance<'_>>(),
        reader::<workflow::UploadDetails<'_>>(),
        reader::<workflow::DetailInstances<'_>>(),
        reader::<workflow::VerifyApiNodePush<'_>>(),
        reader::<workflow::WorkflowTaskDetail>(),
    ]
}

/// Lines: the operation's place, 1 where the client has an encryption key, the status; header fields; the body.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let rows: Vec<_> = catalog::operations().collect();
    let row = rows[input.choice(rows.len())];
    let session = session((input.number() == 1).then_some("airudderredduria"));
    let status = u16::try_from(input.number() % 600).expect("a small number");
    let response = Response { status, headers: input.headers(), body: input.rest().to_vec() };
    let options = CallOptions { strict: Some(false), max_retries: Some(1), ..CallOptions::default() };
    let mut call = Call::new(&session, row.name, "{}", &options).expect("it is not checked");
    let mut step = call.poll(BEGIN_MS).expect("a step");
    if matches!(&step, Step::Send(request) if !request.url.contains(row.path)) {
        call.on_response(BEGIN_MS, &host::success(&json!({"token": "fake-token"}))).expect("it was sent");
        step = call.poll(BEGIN_MS).expect("a step");
    }
    // Without parameters, there is no path or query to some.
    let Step::Send(_) = step else { return };
    let is_file = call.is_file(status, &response.headers);
    call.on_response(BEGIN_MS, &response).expect("it was sent");
    let in_doubt = row.replay == Replay::Never
        && response.headers.get("Is-Encrypted").is_none()
        && host::leaves_in_doubt(status, &response.body);
    if call.poll(BEGIN_MS).expect("a step") != Step::Done {
        assert!(!in_doubt, "what may phone people is repeated");
        return;
    }
    match call.take_result() {
        Ok(output) => {
            assert_eq!(output.file.is_some(), is_file);
            assert!(status < 300, "{status} was taken for success");
            let (_, read) =
                readers().into_iter().find(|(name, _)| *name == row.name).expect("a reader of each operation");
            read(&output);
        }
        Err(error) => {
            assert_ne!(error.code(), ErrorCode::Internal, "{error}");
            let outcome = error.details().outcome;
            assert!(!in_doubt || outcome == Some(Outcome::Unknown), "{outcome:?}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{shown}");
            assert!(row.auth != Auth::Token || !shown.contains("fake-token"), "{shown}");
        }
    }
}
