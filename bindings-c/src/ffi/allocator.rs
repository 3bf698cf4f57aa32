//! The system's allocator, with a little kept for when it has nothing left: what is small then comes from there, so that an
//! error can still be reported. C++ keeps such a pool for its exceptions.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::UnsafeCell,
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

const PIECE: usize = 1024;
const PIECES: usize = 64;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator::new();

/// Returns whether so much of the pool is taken that only errors should take more.
pub(crate) fn is_low() -> bool {
    ALLOCATOR.taken.load(Ordering::Relaxed).count_ones() as usize > PIECES / 4
}

struct Allocator {
    pieces: UnsafeCell<[Piece; PIECES]>,
    /// A bit for each piece.
    taken: AtomicU64,
}

#[repr(align(16))]
#[expect(dead_code, reason = "it is used by its address")]
struct Piece([u8; PIECE]);

// SAFETY: a piece belongs to whoever set its bit.
unsafe impl Sync for Allocator {}

impl Allocator {
    /// A pool of which nothing is taken.
    #[expect(clippy::large_stack_arrays, reason = "it is made for statics alone")]
    const fn new() -> Self {
        Self { pieces: UnsafeCell::new([const { Piece([0; PIECE]) }; PIECES]), taken: AtomicU64::new(0) }
    }

    /// A piece, or NULL where none is left or it would not do.
    fn take(&self, layout: Layout) -> *mut u8 {
        if layout.size() > PIECE || layout.align() > align_of::<Piece>() {
            return ptr::null_mut();
        }
        let mut taken = self.taken.load(Ordering::Relaxed);
        while taken != u64::MAX {
            let index = taken.trailing_ones();
            let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
            match self.taken.compare_exchange_weak(taken, taken | 1 << index, success, failure) {
                Ok(_) => return self.pieces.get().cast::<u8>().wrapping_add(index as usize * PIECE),
                Err(now) => taken = now,
            }
        }
        ptr::null_mut()
    }

    /// Which piece it is; `None` for the system's memory.
    fn index(&self, memory: *mut u8) -> Option<usize> {
        let index = memory.addr().wrapping_sub(self.pieces.get().addr()) / PIECE;
        (index < PIECES).then_some(index)
    }
}

// SAFETY: memory is the system's, or a piece that nobody else has; each goes back to where it came from.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let memory = unsafe { System.alloc(layout) };
        if memory.is_null() { self.take(layout) } else { memory }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        match self.index(memory) {
            Some(index) => {
                self.taken.fetch_and(!(1 << index), Ordering::Release);
            }
            // SAFETY: it came from the system, with this layout.
            None => unsafe { System.dealloc(memory, layout) },
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.index(memory).is_none() {
            // SAFETY: it came from the system, with this layout.
            let moved = unsafe { System.realloc(memory, layout, size) };
            if !moved.is_null() {
                return moved;
            }
        }
        // SAFETY: the caller promises a size that makes a layout.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both have so many bytes, and the new memory is nobody else's.
            unsafe { ptr::copy_nonoverlapping(memory, moved, layout.size().min(size)) };
            // SAFETY: as the caller promises.
            unsafe { self.dealloc(memory, layout) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two threads take, fill and give back: no piece is in two hands.
    #[test]
    fn pieces_are_taken_and_given_back() {
        static POOL: Allocator = Allocator::new();
        let layout = Layout::from_size_align(PIECE, 8).expect("it is one");
        let fill = |byte: u8, count: usize| {
            let taken: Vec<*mut u8> = (0..count).map(|_| POOL.take(layout)).collect();
            for piece in taken.iter().filter(|piece| !piece.is_null()) {
                // SAFETY: it has so many bytes.
                unsafe { piece.write_bytes(byte, PIECE) };
            }
            for piece in taken.into_iter().filter(|piece| !piece.is_null()) {
                // SAFETY: it is what was just filled, and is given back once.
                unsafe {
                    assert_eq!((piece.read(), piece.add(PIECE - 1).read()), (byte, byte));
                    POOL.dealloc(piece, layout);
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| fill(1, 40));
            scope.spawn(|| fill(2, PIECES + 1));
        });
        assert_eq!(POOL.taken.load(Ordering::Relaxed), 0);
        assert!(POOL.take(Layout::from_size_align(PIECE + 1, 1).expect("it is one")).is_null());
    }

    /// What grows out of its piece moves to the system's memory, with its content.
    #[test]
    fn a_piece_that_grows_moves() {
        static POOL: Allocator = Allocator::new();
        let layout = Layout::from_size_align(3, 1).expect("it is one");
        let piece = POOL.take(layout);
        let grown = Layout::from_size_align(2 * PIECE, 1).expect("it is one");
        // SAFETY: the piece has three bytes, and each memory is given back once, with its layout.
        unsafe {
            piece.copy_from_nonoverlapping(b"abc".as_ptr(), 3);
            let moved = POOL.realloc(piece, layout, grown.size());
            assert_eq!(std::slice::from_raw_parts(moved, 3), b"abc");
            assert_eq!(POOL.taken.load(Ordering::Relaxed), 0);
            POOL.dealloc(moved, grown);
        }
    }
}
