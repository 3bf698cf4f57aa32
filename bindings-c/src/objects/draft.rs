//! A call that is still being made: its parameters are set one by one, or given whole.

use std::sync::Arc;

use airudder_core::{Call, CallOptions, Error, ErrorCode, OperationInfo, RawRequest, catalog};

use crate::{
    ffi::memory,
    objects::{
        client::Client,
        node::{Node, Pointer, in_whole},
    },
};

/// A call before its first request.
pub(crate) struct Draft {
    client: Arc<Client>,
    what: What,
    options: CallOptions,
    /// The first setter that failed: the call ends with its error, rather than without the parameter.
    failed: Option<Error>,
}

enum What {
    Operation(&'static OperationInfo, Node),
    /// An operation of the client's own catalog, whose parameters are checked as a whole.
    Own(String, Node),
    Raw(RawRequest),
}

impl Draft {
    /// A call whose parameters are to be set.
    pub(crate) fn of_operation(client: Arc<Client>, operation: &'static OperationInfo) -> Self {
        let options = client.call_options();
        Self { client, what: What::Operation(operation, Node::Object(Vec::new())), options, failed: None }
    }

    /// The same, of an operation by its name, which may be one of the client's own catalog.
    pub(crate) fn of_name(client: Arc<Client>, name: &str) -> Result<Self, Error> {
        if let Some(info) = catalog::operation(name) {
            return Ok(Self::of_operation(client, info));
        }
        client.session.check_operation(name)?;
        let options = client.call_options();
        Ok(Self { client, what: What::Own(memory::text(name)?, Node::Object(Vec::new())), options, failed: None })
    }

    /// A call that the library does not type.
    pub(crate) fn of_raw(client: Arc<Client>, request: RawRequest) -> Self {
        let options = client.call_options();
        Self { client, what: What::Raw(request), options, failed: None }
    }

    /// Other settings for this call. A seed of 0 leaves the one that the client chose.
    pub(crate) fn set_options(&mut self, options: Result<CallOptions, Error>) -> Result<(), Error> {
        let options = self.remember(options)?;
        let seed = if options.seed == 0 { self.options.seed } else { options.seed };
        self.options = CallOptions { seed, ..options };
        Ok(())
    }

    /// Sets the parameter at a pointer, if the operation has it and takes the value.
    pub(crate) fn set(&mut self, given: Result<(&str, Node), Error>) -> Result<(), Error> {
        let done = given.and_then(|(pointer, value)| self.try_set(pointer, value));
        self.remember(done)
    }

    /// Keeps the first error.
    fn remember<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.failed.get_or_insert_with(|| error.clone());
        }
        result
    }

    fn try_set(&mut self, pointer: &str, value: Node) -> Result<(), Error> {
        let (info, params) = match &mut self.what {
            What::Operation(info, params) => (info, params),
            What::Own(_, params) => return params.set(&Pointer::parse(pointer)?, value),
            What::Raw(_) => {
                let why = "a raw request has no parameters to set: they were in its body";
                return Err(Error::new(ErrorCode::Misuse, why));
            }
        };
        let pointer = Pointer::parse(pointer)?;
        let is_strict = self.options.strict.unwrap_or(self.client.strict);
        if is_strict && !params.takes_text(&pointer, &value, info.rule) {
            let (alone, place) = params.alone(&pointer, &value)?;
            memory::room(alone.len())?;
            match (info.check)(&alone) {
                // What is missing yet is looked at when the whole is checked.
                Err(error) if error.code() != ErrorCode::MissingField => {
                    let whole = in_whole(error.details().pointer.as_deref().unwrap_or_default(), &place);
                    return Err(error.at(whole));
                }
                _ => {}
            }
        }
        params.set(&pointer, value)
    }

    /// The call itself, its parameters checked as a whole, and how many bytes they are.
    pub(crate) fn finish(self) -> Result<(Call, usize), Error> {
        let (name, params) = match &self.what {
            What::Operation(info, params) => (info.name, params),
            What::Own(name, params) => (name.as_str(), params),
            What::Raw(request) => {
                self.failed.map_or(Ok(()), Err)?;
                let size = request.query.len().max(request.body.len());
                memory::to_work_on(size)?;
                return Ok((Call::raw(&self.client.session, request.clone(), &self.options)?, size));
            }
        };
        self.failed.map_or(Ok(()), |error| Err(error.in_operation(name)))?;
        let params = params.json()?;
        let size = params.len();
        memory::to_work_on(size)?;
        Ok((Call::new(&self.client.session, name, params, &self.options)?, size))
    }
}
