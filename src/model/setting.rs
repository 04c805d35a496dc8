//! Settings that are chosen when the server starts.

/// What an acknowledged change survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power failure: the change is on disk.
    Full,
    /// A crash of hoglet, but not always a power failure: the operating system has the change.
    Relaxed,
}

/// Which behaviour to implement where the published documentation and the hosted service differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    Documented,
    Live,
}

/// What happens to a request that sends something which is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The response has a warning.
    Warn,
    /// It is refused.
    Refuse,
}
