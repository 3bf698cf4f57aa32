//! Forking while other threads are at work. A child has the locks as they were at that moment, also those held by
//! threads that it does not have: so a fork waits until no thread is inside a session, which takes milliseconds.

use std::{
    cell::RefCell,
    sync::{PoisonError, RwLock, RwLockWriteGuard},
};

use pyo3::prelude::*;

static GATE: RwLock<()> = RwLock::new(());

thread_local! {
    static CLOSED: RefCell<Option<RwLockWriteGuard<'static, ()>>> = const { RefCell::new(None) };
}

/// Runs with the interpreter released, while no other thread forks. It must not be nested: behind a thread that waits
/// to fork, a second entry would wait for the first one's end.
pub(crate) fn detach<T: Send>(py: Python<'_>, run: impl FnOnce() -> T + Send) -> T {
    py.detach(|| {
        let _inside = GATE.read().unwrap_or_else(PoisonError::into_inner);
        run()
    })
}

/// For `os.register_at_fork`. The interpreter may be kept meanwhile: nobody inside waits for it. A second call, of a
/// package that was imported anew, changes nothing.
#[pyfunction]
pub(crate) fn before_fork() {
    CLOSED.with_borrow_mut(|closed| {
        closed.get_or_insert_with(|| GATE.write().unwrap_or_else(PoisonError::into_inner));
    });
}

/// For `os.register_at_fork`, in the parent and in the child.
#[pyfunction]
pub(crate) fn after_fork() {
    CLOSED.take();
}
