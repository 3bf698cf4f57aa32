//! Campaigns against a model of the API with faults, killed at any moment and resumed: nobody is called twice, nothing
//! is lost.

mod before;
mod doubts;
mod partitions;
mod property;
mod recover;
mod sending;
mod support;
