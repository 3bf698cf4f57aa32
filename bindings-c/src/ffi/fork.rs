//! `fork()`: the child has a copy of the library's locks, and none of the threads that held them. So a fork waits until
//! no thread is inside the library.

#[cfg(unix)]
use std::ffi::c_int;
use std::{
    cell::Cell,
    mem::ManuallyDrop,
    sync::{PoisonError, RwLock, RwLockWriteGuard},
};

/// Read by each thread that is inside the library, and written by one that forks.
static INSIDE: RwLock<()> = RwLock::new(());

thread_local! {
    /// True if this thread is inside, and was interrupted by a signal if it forks: it must not wait for itself.
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
    /// From before a fork until behind it. It is never left to the end of the thread, so it need not be dropped there.
    static FORKING: Cell<Option<ManuallyDrop<RwLockWriteGuard<'static, ()>>>> = const { Cell::new(None) };
}

/// Runs what uses locks; it may not be called inside itself.
pub(crate) fn inside<T>(run: impl FnOnce() -> T) -> T {
    register();
    IS_INSIDE.set(true);
    let reading = INSIDE.read().unwrap_or_else(PoisonError::into_inner);
    let result = run();
    drop(reading);
    IS_INSIDE.set(false);
    result
}

#[cfg(unix)]
extern "C" fn before() {
    if !IS_INSIDE.get() {
        let guard = FORKING.take();
        let guard = guard.unwrap_or_else(|| ManuallyDrop::new(INSIDE.write().unwrap_or_else(PoisonError::into_inner)));
        FORKING.set(Some(guard));
    }
}

#[cfg(unix)]
extern "C" fn behind() {
    drop(FORKING.take().map(ManuallyDrop::into_inner));
}

#[cfg(unix)]
unsafe extern "C" {
    /// POSIX. It is linked statically, also into a shared library, so that the handlers go when that is unloaded.
    safe fn pthread_atfork(before: extern "C" fn(), in_parent: extern "C" fn(), in_child: extern "C" fn()) -> c_int;
}

/// Registers the handlers, with the first function that is called: by then the allocator has registered its own, and
/// before a fork the last handlers run first, so ours never wait for a thread that waits for the allocator. No lock is
/// around it, which a fork in its middle would leave locked for ever: threads that come at once register twice, and the
/// second time there is nothing left to do.
#[cfg(unix)]
fn register() {
    use std::{
        hint::black_box,
        sync::atomic::{AtomicBool, Ordering},
    };

    static REGISTERED: AtomicBool = AtomicBool::new(false);
    if !REGISTERED.load(Ordering::Acquire) {
        // The allocator may register with its first use, which this is then.
        drop(black_box(Box::new(0_u8)));
        REGISTERED.store(pthread_atfork(before, behind, behind) == 0, Ordering::Release);
    }
}

#[cfg(not(unix))]
fn register() {}
