//! A call behind its handle: a draft, then a call, then its result.

use airudder_core::{Call, Error, ErrorCode, Output, Request, Step};

use crate::{
    ffi::{fields::Outgoing, memory, terminated::Terminated},
    objects::{document::Document, draft::Draft, handles::Table},
    types::{
        call::{airudder_request, airudder_step, airudder_step_kind},
        text::airudder_text,
    },
};

/// A call, from its parameters to its result.
pub(crate) struct CallState {
    stage: Stage,
    /// The size of its parameters, in bytes.
    size: usize,
    /// The step that was polled last.
    request: Option<Outgoing>,
    /// The text that was asked to be shown.
    prepared: Option<Outgoing>,
    curl: Option<Terminated>,
    /// For the campaign that it belongs to: the campaign, and its number there.
    pub(crate) campaign: Option<(u64, u64)>,
}

enum Stage {
    /// Parameters and options are still being set.
    Draft(Box<Draft>),
    /// It is under way, or over and nobody asked yet.
    Call(Box<Call>),
    /// It is over.
    Over(Box<Result<Finished, Error>>),
    /// Only while it changes from one stage to the next.
    Changing,
}

struct Finished {
    output: Output,
    /// Made when it is asked for.
    document: Option<Document>,
    content_type: Option<Terminated>,
}

pub(crate) static CALLS: Table<CallState> = Table::new(2, "airudder_call");

impl CallState {
    /// A call whose parameters are complete, and so many bytes.
    pub(crate) fn new(call: Call, size: usize, campaign: Option<(u64, u64)>) -> Self {
        Self { stage: Stage::Call(Box::new(call)), size, request: None, prepared: None, curl: None, campaign }
    }

    /// A call whose parameters are still to be set.
    pub(crate) fn of_draft(draft: Draft) -> Self {
        Self {
            stage: Stage::Draft(Box::new(draft)),
            size: 0,
            request: None,
            prepared: None,
            curl: None,
            campaign: None,
        }
    }

    /// The call, before its first request.
    pub(crate) fn draft(&mut self) -> Result<&mut Draft, Error> {
        match &mut self.stage {
            Stage::Draft(draft) => Ok(draft),
            _ => Err(misuse(
                "the call has all its parameters: they are set after airudder_call_begin and before the first poll",
            )),
        }
    }

    /// The call itself, once its parameters are complete; `None` where it is over.
    fn call(&mut self) -> Option<&mut Call> {
        if let Stage::Draft(_) = self.stage
            && let Stage::Draft(draft) = std::mem::replace(&mut self.stage, Stage::Changing)
        {
            self.stage = match draft.finish() {
                Ok((call, size)) => {
                    self.size = size;
                    Stage::Call(Box::new(call))
                }
                Err(error) => Stage::Over(Box::new(Err(error))),
            };
        }
        match &mut self.stage {
            Stage::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Says in `step` what to do next.
    pub(crate) fn poll(&mut self, now_ms: u64, step: &mut airudder_step) -> Result<(), Error> {
        self.call();
        memory::to_work_on(self.size)?;
        let Some(call) = self.call() else { return Ok(()) };
        match call.poll(now_ms)? {
            Step::Send(request) => {
                let request = self.request.insert(Outgoing::new(request)?);
                step.kind = airudder_step_kind::AIRUDDER_STEP_SEND;
                step.request = request.view();
            }
            Step::Wait { until_ms, .. } => {
                step.kind = airudder_step_kind::AIRUDDER_STEP_WAIT;
                step.wait_until_ms = until_ms;
            }
            Step::Done => {}
        }
        Ok(())
    }

    /// The call whose request is under way.
    pub(crate) fn sent(&mut self) -> Result<&mut Call, Error> {
        match &mut self.stage {
            Stage::Call(call) => Ok(call),
            _ => Err(misuse("no request of this call is under way")),
        }
    }

    fn prepare(&mut self) -> Result<Request, Error> {
        self.call();
        memory::to_work_on(self.size)?;
        match self.call() {
            Some(call) => call.prepare(),
            None => Err(self.finished().err().unwrap_or_else(|| misuse("the call is over"))),
        }
    }

    /// The request, for C to look at.
    pub(crate) fn show(&mut self) -> Result<*const airudder_request, Error> {
        let request = self.prepare()?;
        Ok(self.prepared.insert(Outgoing::new(request)?).view())
    }

    /// The request as a command line, for C.
    pub(crate) fn show_curl(&mut self) -> Result<airudder_text, Error> {
        let line = self.prepare()?.to_curl();
        Ok(self.curl.insert(Terminated::new(line)?).view())
    }

    /// The content type of a result that is a file.
    pub(crate) fn content_type(&mut self) -> Result<airudder_text, Error> {
        let Finished { output, content_type, .. } = self.finished()?;
        let file = output.file.as_ref().ok_or_else(|| Error::new(ErrorCode::NoValue, "the result is no file"))?;
        if let Some(known) = content_type {
            return Ok(known.view());
        }
        Ok(content_type.insert(Terminated::copy(&file.content_type)?).view())
    }

    /// The end of the call. An error is the call's own, or that it has not ended.
    fn finished(&mut self) -> Result<&mut Finished, Error> {
        if let Stage::Call(call) = &mut self.stage {
            let result = match call.take_result() {
                Err(error) if error.code() == ErrorCode::Misuse => return Err(error),
                result => result,
            };
            self.stage = Stage::Over(Box::new(result.map(Finished::new)));
        }
        match &mut self.stage {
            Stage::Over(result) => result.as_mut().as_mut().map_err(|error| error.clone()),
            _ => Err(misuse("the call has not begun: poll it until it is done")),
        }
    }

    /// Fails as the call did, or since it has not ended.
    pub(crate) fn outcome(&mut self) -> Result<(), Error> {
        self.finished().map(|_| ())
    }

    /// The result, to read from.
    pub(crate) fn document(&mut self) -> Result<&mut Document, Error> {
        let Finished { output, document, .. } = self.finished()?;
        let known = match document.take() {
            Some(known) => known,
            None => Document::new(Terminated::copy(output.data.as_str())?),
        };
        Ok(document.insert(known))
    }

    /// The end of the call, for its campaign.
    pub(crate) fn output(&mut self) -> Result<Result<Output, Error>, Error> {
        match self.finished() {
            Ok(finished) => {
                memory::to_work_on(finished.output.data.as_str().len())?;
                Ok(Ok(finished.output.clone()))
            }
            Err(error) if error.code() == ErrorCode::Misuse => Err(error),
            Err(error) => Ok(Err(error)),
        }
    }
}

impl Finished {
    fn new(output: Output) -> Self {
        Self { output, document: None, content_type: None }
    }
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorCode::Misuse, message)
}
