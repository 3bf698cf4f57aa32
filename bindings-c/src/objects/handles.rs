//! Handles: numbers that stand for what the library keeps. A number is given out once and never again, so one that was
//! freed, made up, or belongs to something else is found out, whatever it is.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, RwLock, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use airudder_core::{Error, ErrorCode};

/// The kind of thing is in the topmost byte of its handle.
const KIND_SHIFT: u32 = 56;

/// All things of one kind that have a handle.
pub(crate) struct Table<T> {
    kind: &'static str,
    tag: u64,
    entries: RwLock<Entries<T>>,
}

struct Entries<T> {
    last: u64,
    by_handle: BTreeMap<u64, Arc<Entry<T>>>,
}

struct Entry<T> {
    value: Mutex<T>,
    /// A panic interrupted a function that used the value: nobody knows what state it is in.
    damaged: AtomicBool,
}

impl<T> Table<T> {
    /// An empty table. `kind` is the type's name in C.
    pub(crate) const fn new(tag: u8, kind: &'static str) -> Self {
        let entries = RwLock::new(Entries { last: 0, by_handle: BTreeMap::new() });
        Self { kind, tag: (tag as u64) << KIND_SHIFT, entries }
    }

    /// Keeps the value, and gives its handle.
    pub(crate) fn insert(&self, value: T) -> u64 {
        let entry = Arc::new(Entry { value: Mutex::new(value), damaged: AtomicBool::new(false) });
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.last += 1;
        let handle = self.tag | entries.last;
        entries.by_handle.insert(handle, entry);
        handle
    }

    /// Forgets the value. A function that uses it in another thread at this moment still comes to its end.
    pub(crate) fn free(&self, handle: u64) -> Result<(), Error> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let removed = entries.by_handle.remove(&handle).ok_or_else(|| self.invalid(handle))?;
        if entries.by_handle.is_empty() {
            // An empty map may keep memory, which a leak checker would show to the caller.
            entries.by_handle = BTreeMap::new();
        }
        drop(entries);
        drop(removed);
        Ok(())
    }

    /// Runs with the value, which no other thread may be using.
    pub(crate) fn with<R>(&self, handle: u64, run: impl FnOnce(&mut T) -> Result<R, Error>) -> Result<R, Error> {
        let entry = self.entry(handle)?;
        let mut value = match entry.value.try_lock() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let why = format!("another thread is using this {}: one at a time may", self.kind);
                return Err(Error::new(ErrorCode::Busy, why));
            }
        };
        entry.guard(|| run(&mut value))
    }

    /// Runs with a value that many threads may use at once.
    pub(crate) fn share<R>(&self, handle: u64, run: impl FnOnce(&T) -> Result<R, Error>) -> Result<R, Error>
    where
        T: Clone,
    {
        let entry = self.entry(handle)?;
        let value = entry.value.lock().unwrap_or_else(PoisonError::into_inner).clone();
        entry.guard(|| run(&value))
    }

    fn entry(&self, handle: u64) -> Result<Arc<Entry<T>>, Error> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.by_handle.get(&handle).cloned().ok_or_else(|| self.invalid(handle))
    }

    fn invalid(&self, handle: u64) -> Error {
        let kind = self.kind;
        let why = if handle == 0 {
            format!("the {kind} is 0: it was never made, or making it failed")
        } else if handle & !(u64::MAX >> (u64::BITS - KIND_SHIFT)) != self.tag {
            format!("this is the handle of something else than an {kind}")
        } else {
            format!("the {kind} was freed, or is not one of this library's")
        };
        Error::new(ErrorCode::InvalidHandle, why)
    }
}

impl<T> Entry<T> {
    /// Runs what uses the value. Whoever uses it alone has locked it before, so no panic can come in between.
    fn guard<R>(&self, run: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        if self.damaged.load(Ordering::Relaxed) {
            return Err(damaged());
        }
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
            self.damaged.store(true, Ordering::Relaxed);
            drop(panic);
            Err(damaged())
        })
    }
}

fn damaged() -> Error {
    let why = "a bug in this library interrupted a function that used this handle: free it, and please report the bug";
    Error::new(ErrorCode::Internal, why)
}
