#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hoglet_fuzz::events(input));
