//! Bytes that grow without moving.
//!
//! A vector that grows to 20 MiB holds both the old and the new place while it moves, and the allocator keeps what it left
//! behind for some time. A large buffer here is an anonymous mapping of the largest size that it may reach: pages that
//! were not written take no memory, nothing moves, and the system gets everything back when it is dropped.

use std::{io, ops::Deref};

use memmap2::MmapMut;

/// Up to this length bytes are on the heap; also the step by which memory is charged beyond, in bytes.
const STEP: usize = 64 << 10;

/// Bytes that grow up to a fixed length.
#[derive(Debug)]
pub struct Buffer {
    storage: Storage,
    length: usize,
    /// For how many bytes the caller has found memory.
    charged: usize,
    most: usize,
}

#[derive(Debug)]
enum Storage {
    Heap(Vec<u8>),
    Mapping(MmapMut),
}

impl Buffer {
    /// An empty buffer for at most `most` bytes.
    pub fn new(most: usize) -> Buffer {
        Buffer {
            storage: Storage::Heap(Vec::new()),
            length: 0,
            charged: 0,
            most,
        }
    }

    /// How much memory has to be found before `more` bytes can be pushed.
    pub fn charge(&mut self, more: usize) -> usize {
        let needed = self.length + more;
        let charged = match needed {
            _ if needed <= self.charged => self.charged,
            ..=STEP => needed.max((2 * self.charged).min(STEP)),
            _ => needed.next_multiple_of(STEP),
        };
        charged - std::mem::replace(&mut self.charged, charged)
    }

    /// Adds `bytes`, which were charged. Errors: when the system maps no more memory.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.length + bytes.len();
        if let Storage::Heap(heap) = &mut self.storage
            && end > STEP
        {
            let mut mapping = MmapMut::map_anon(self.most.max(end))?;
            mapping[..heap.len()].copy_from_slice(heap);
            self.storage = Storage::Mapping(mapping);
        }
        match &mut self.storage {
            Storage::Heap(heap) => {
                heap.reserve_exact(self.charged - self.length);
                heap.extend_from_slice(bytes);
            }
            Storage::Mapping(mapping) => mapping[self.length..end].copy_from_slice(bytes),
        }
        self.length = end;
        Ok(())
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.storage {
            Storage::Heap(heap) => heap,
            Storage::Mapping(mapping) => &mapping[..self.length],
        }
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}
