//! Readers of Brotli and Zstandard, whose decoders hold what came out last, up to megabytes: a few bytes of input can claim
//! as much. So the memory of the decoder counts as the body's too.

use std::{
    cell::Cell,
    io::{self, Read},
};

use brotli_decompressor::{
    Allocator, BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, SliceWrapper,
    SliceWrapperMut, StandardAlloc, reader::DecompressorCustomAlloc,
};
use memmap2::MmapMut;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use crate::http::{Request, budget::Full};

/// How many bytes of input the Brotli decoder takes at a time.
const INPUT: usize = 4 << 10;

/// The largest window of a Zstandard frame, which is what HTTP allows (RFC 9659). Levels up to 19 of its library need no more.
const MAX_WINDOW: u64 = 8 << 20;

/// The most that a Zstandard block may hold.
const MAX_BLOCK: u32 = 128 << 10;

/// What the Zstandard decoder takes beside the window: tables, and two blocks.
const ZSTD_MEMORY: usize = 512 << 10;

/// Charges to a request the memory of its decoder.
pub struct Meter<'r> {
    request: &'r Request,
    held: Cell<usize>,
    charged: Cell<usize>,
    fault: Cell<Option<Full>>,
}

impl<'r> Meter<'r> {
    /// Nothing is allocated yet.
    pub fn new(request: &'r Request) -> Meter<'r> {
        Meter {
            request,
            held: Cell::new(0),
            charged: Cell::new(0),
            fault: Cell::new(None),
        }
    }

    /// Errors: why there was no memory.
    pub fn outcome(&self) -> Result<(), Full> {
        self.fault.get().map_or(Ok(()), Err)
    }

    /// Zeroed bytes; `None` if the system maps no more memory.
    fn mapped(&self, length: usize) -> Option<MmapMut> {
        let mapping = MmapMut::map_anon(length).ok();
        if mapping.is_none() {
            self.fault.set(Some(Full::Busy));
        }
        mapping
    }

    fn shrink(&self, bytes: usize) {
        self.held.set(self.held.get().saturating_sub(bytes));
    }

    /// Returns whether there is memory; once there was none, there is none for the rest of the request.
    fn grow(&self, bytes: usize) -> bool {
        let held = self.held.get() + bytes;
        let more = held.saturating_sub(self.charged.get());
        if more > 0 && self.fault.get().is_none() {
            self.fault.set(self.request.charge(more).err());
        }
        let is_charged = self.fault.get().is_none();
        if is_charged {
            self.held.set(held);
            self.charged.set(held.max(self.charged.get()));
        }
        is_charged
    }
}

/// Allocates tables, and asks a [`Meter`] before. The decoder takes an empty cell for an allocation that failed, and stops.
struct Tables<'m>(&'m Meter<'m>);

impl<T: Clone + Default> Allocator<T> for Tables<'_> {
    type AllocatedMemory = <StandardAlloc as Allocator<T>>::AllocatedMemory;

    fn alloc_cell(&mut self, length: usize) -> Self::AllocatedMemory {
        match self.0.grow(length * size_of::<T>()) {
            true => StandardAlloc::default().alloc_cell(length),
            false => Self::AllocatedMemory::default(),
        }
    }

    fn free_cell(&mut self, memory: Self::AllocatedMemory) {
        self.0.shrink(size_of_val(memory.slice()));
    }
}

/// Allocates the window, which may have 16 MiB, as [`Buffer`](crate::http::buffer::Buffer) does: apart from the heap.
struct Windows<'m>(&'m Meter<'m>);

/// Bytes of an anonymous mapping.
#[derive(Default)]
struct Mapping(Option<MmapMut>);

impl SliceWrapper<u8> for Mapping {
    fn slice(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl SliceWrapperMut<u8> for Mapping {
    fn slice_mut(&mut self) -> &mut [u8] {
        self.0.as_deref_mut().unwrap_or_default()
    }
}

impl Allocator<u8> for Windows<'_> {
    type AllocatedMemory = Mapping;

    fn alloc_cell(&mut self, length: usize) -> Mapping {
        Mapping(match length > 0 && self.0.grow(length) {
            true => self.0.mapped(length),
            false => None,
        })
    }

    fn free_cell(&mut self, memory: Mapping) {
        self.0.shrink(memory.slice().len());
    }
}

type Inner<'m> = DecompressorCustomAlloc<&'m [u8], Mapping, Windows<'m>, Tables<'m>, Tables<'m>>;

/// Decompresses Brotli.
pub struct Brotli<'m>(Inner<'m>);

impl<'m> Brotli<'m> {
    /// Reads `packed`. The extension for windows of more than 16 MiB is not accepted, as in HTTP.
    pub fn new(packed: &'m [u8], meter: &'m Meter<'m>) -> Brotli<'m> {
        let mut windows = Windows(meter);
        let input = windows.alloc_cell(INPUT);
        let mut inner = Inner::new(packed, input, windows, Tables(meter), Tables(meter));
        inner.set_parameter(BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
        Brotli(inner)
    }
}

impl Read for Brotli<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

/// Decompresses Zstandard: any number of frames, one after the other.
pub struct Zstd<'m> {
    rest: &'m [u8],
    decoder: FrameDecoder,
    /// What the decoder of the frame may take.
    held: usize,
    meter: &'m Meter<'m>,
}

impl<'m> Zstd<'m> {
    /// Reads `packed`.
    pub fn new(packed: &'m [u8], meter: &'m Meter<'m>) -> Zstd<'m> {
        Zstd {
            rest: packed,
            decoder: FrameDecoder::new(),
            held: 0,
            meter,
        }
    }

    /// Begins the next frame, or skips one that is not meant for decoders.
    fn begin(&mut self) -> io::Result<()> {
        self.meter.shrink(self.held);
        self.held = match window(self.rest) {
            Some(window) if window > MAX_WINDOW => return Err(io::ErrorKind::InvalidData.into()),
            Some(window) => window.next_power_of_two() as usize + ZSTD_MEMORY,
            None => 0,
        };
        if !self.meter.grow(self.held) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        // A new decoder takes memory as the frame grows; one that is used again takes the window at once.
        self.decoder = FrameDecoder::new();
        match self.decoder.init(&mut self.rest) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let rest = self.rest.get(length as usize..);
                self.rest = rest.ok_or(io::ErrorKind::UnexpectedEof)?;
                Ok(())
            }
            begun => begun.map_err(io::Error::other),
        }
    }

    fn check_sum(&self) -> io::Result<()> {
        let sent = self.decoder.get_checksum_from_data();
        match sent.is_none() || sent == self.decoder.get_calculated_checksum() {
            true => Ok(()),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Read for Zstd<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 {
            if !self.decoder.is_finished() {
                if repeated(self.rest).is_some_and(|count| count > MAX_BLOCK) {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.rest, one);
                decoded.map_err(io::Error::other)?;
                continue;
            }
            self.check_sum()?;
            if self.rest.is_empty() {
                return Ok(0);
            }
            self.begin()?;
        }
        self.decoder.read(out)
    }
}

/// The size of the window that a Zstandard frame declares: RFC 8878, 3.1.1.1. `None` if `frame` does not begin with one.
fn window(frame: &[u8]) -> Option<u64> {
    let header = frame.strip_prefix(&[0x28, 0xb5, 0x2f, 0xfd])?;
    let descriptor = usize::from(*header.first()?);
    if descriptor & 0x20 == 0 {
        let (exponent, mantissa) = (header.get(1)? >> 3, header.get(1)? & 7);
        let base = 1_u64 << (10 + exponent);
        return Some(base + base / 8 * u64::from(mantissa));
    }
    // The window is the whole content.
    let start = 1 + [0, 1, 2, 4][descriptor & 3];
    let length = [1, 2, 4, 8][descriptor >> 6];
    let mut bytes = [0; 8];
    bytes[..length].copy_from_slice(header.get(start..start + length)?);
    let size = u64::from_le_bytes(bytes);
    Some(if length == 2 { size + 256 } else { size })
}

/// How many times a Zstandard block repeats the one literal that it has: RFC 8878, 3.1.1.3.1.1. `None` if `block` is another,
/// or its count has less than 20 bits. The decoder does not check the count, so four bytes would become a megabyte.
fn repeated(block: &[u8]) -> Option<u32> {
    let [kind, _, _, low, middle, high] = *block.first_chunk()?;
    let is_compressed = kind >> 1 & 3 == 2;
    let count = u32::from_le_bytes([low, middle, high, 0]) >> 4;
    (is_compressed && low & 0x0f == 0x0d).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_found_in_the_head_of_a_frame() {
        let window = |header: &[u8]| window(&[&[0x28, 0xb5, 0x2f, 0xfd], header].concat());
        for (header, expected) in [
            (&[0x00, 0x00][..], 1 << 10),
            (&[0x00, 13 << 3], 8 << 20),
            (&[0x04, 0x58], 2 << 20),
            (&[0x00, 0xff], (1 << 41) + 7 * (1 << 38)),
            (&[0x20, 5], 5),                                  // a size of one byte,
            (&[0x60, 0x00, 0x01], 256 + 256),                 // of two,
            (&[0xa0, 1, 2, 3, 0], 0x0003_0201),               // of four,
            (&[0xe0, 1, 0, 0, 0, 0, 0, 0, 1], (1 << 56) + 1), // of eight,
            (&[0x23, 9, 9, 9, 9, 5], 5), // and after the number of a dictionary.
        ] {
            assert_eq!(window(header), Some(expected), "{header:x?}");
        }
        for cut in [&[][..], &[0x00], &[0x20], &[0xe0, 1, 2], &[0x23, 9, 9]] {
            assert_eq!(window(cut), None, "{cut:x?}");
        }
        assert_eq!(super::window(&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]), None);
    }
}
