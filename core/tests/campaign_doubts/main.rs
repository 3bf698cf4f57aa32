//! Campaigns whose clock, network, journal or API does what it should not: nobody is sent twice, and the report tells the
//! truth.

mod clocks;
mod journals;
mod lookups;
mod outages;
mod schedule;
mod screening;
mod support;
