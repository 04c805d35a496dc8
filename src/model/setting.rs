//! Choices made once, when the server starts.

/// When a change counts as kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// On disk: it outlives a power cut.
    Full,
    /// With the operating system: it outlives a crash of hoglet, and perhaps not a power cut.
    Relaxed,
}

/// Which of the two to be where the published reference page and the hosted service differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// What the page promises.
    Documented,
    /// What the service does.
    Live,
}
