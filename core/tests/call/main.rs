//! The call machine in the hands of a host: token, retries, replay safety, and the contracts of its dialogue.

mod dialogue;
mod outcome;
mod secrets;
mod sending;
mod support;
mod waiting;
