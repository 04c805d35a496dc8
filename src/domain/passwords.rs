//! Password hashing with argon2id, in PHC text form: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
//!
//! A hash takes tens of milliseconds and 19 MiB by design, so anyone who may send a guess could exhaust processors and
//! memory. Two bounds prevent that under any load:
//!
//! - **Permits.** A hash needs one of [`permits`] permits, and each owns 19 MiB. The memory is allocated when a
//!   permit is first used, passed from hash to hash while callers wait, and freed when none does: a server that gets no
//!   passwords does without it, and a flood does not make the system clear 19 MiB for each guess.
//! - **A queue.** At most 32 callers wait for a permit, and each for at most two seconds in all. A caller that finds
//!   the queue full, or waits longer, gets [`Busy`]. Waiting blocks the thread, but no more threads than that.
//!
//! The queue is ordered by [`Rank`]: the caller that hashed least lately is next, and a full queue drops its last entry for
//! a caller that ranks before it. So a flood of guesses delays itself and not the visitor who types a password once.

mod queue;

pub use queue::{Busy, Rank, Turn};

use std::{sync::LazyLock, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash as Phc, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};

use crate::model::{PasswordHash, Secret, random_bytes};
use queue::{Permit, Permits};

/// The most permits on any number of processors: 76 MiB.
const MOST_PERMITS: usize = 4;

/// The most passes over the memory that a hash from a file may take; our own take two.
const MOST_PASSES: u32 = 10;

/// The length of a salt in bytes.
const SALT: usize = 16;

static PERMITS: LazyLock<Permits> = LazyLock::new(|| Permits::new(permits()));

/// The number of passwords hashed at the same time: one for each processor, at most [`MOST_PERMITS`].
fn permits() -> usize {
    available_parallelism().map_or(1, |cores| cores.get().min(MOST_PERMITS))
}

/// How many passwords are being hashed, and how many callers wait to.
#[derive(Clone, Copy, Debug)]
pub struct HashingLoad {
    pub running: usize,
    pub waiting: usize,
}

/// How much password hashing there is at this moment.
pub fn load() -> HashingLoad {
    let (waiting, free) = PERMITS.waiting_and_free();
    HashingLoad {
        running: permits().saturating_sub(free),
        waiting,
    }
}

impl Turn {
    /// Whether `hash` is a hash of `password`. Blocks, so it must not run on the writer thread.
    pub fn verify(&mut self, password: &Secret, hash: &PasswordHash) -> Result<bool, Busy> {
        let mut permit = PERMITS.acquire(self)?;
        let verified = permit.verify(password, hash);
        Ok(verified.unwrap_or_else(|error| {
            tracing::error!("a stored password hash cannot be used: {error}");
            false
        }))
    }
}

/// The hash of `password` with a new salt. Blocks, so it must not run on the writer thread.
///
/// It ranks before all guesses, because only callers that may change a share hash new passwords.
pub fn hash(password: &Secret) -> Result<PasswordHash, Busy> {
    let mut permit = PERMITS.acquire(&mut Turn::new(Rank::default()))?;
    let hash = permit.hash(password);
    Ok(hash.expect("argon2 takes any text shorter than 4 GiB, with its default parameters"))
}

/// The hash that `text` is, if a password can be compared with it.
pub fn usable(text: String) -> Option<PasswordHash> {
    let phc = Phc::new(&text).ok()?;
    let params = Params::try_from(&phc).ok()?;
    let is_usable = phc.algorithm == Algorithm::Argon2id.ident()
        && phc.salt.is_some()
        && phc.hash.is_some()
        && params.block_count() <= Params::default().block_count()
        && params.t_cost() <= MOST_PASSES;
    is_usable.then_some(PasswordHash(text))
}

impl Permit<'_> {
    fn hash(&mut self, password: &Secret) -> argon2::password_hash::Result<PasswordHash> {
        let params = Params::default();
        let salt = Salt::new(&random_bytes(SALT))?;
        let phc = Phc {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params)?,
            hash: Some(self.run(&params, password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
            salt: Some(salt),
        };
        Ok(PasswordHash(phc.to_string()))
    }

    fn verify(
        &mut self,
        password: &Secret,
        hash: &PasswordHash,
    ) -> argon2::password_hash::Result<bool> {
        let phc = Phc::new(&hash.0)?;
        let (Some(salt), Some(expected)) = (&phc.salt, &phc.hash) else {
            return Ok(false);
        };
        let params = Params::try_from(&phc)?;
        let found = self.run(&params, password, salt, expected.len())?;
        Ok(found == *expected) // compares in constant time
    }

    /// Hashes in the memory of this permit. A stored hash that needs more memory than that is an error.
    fn run(
        &mut self,
        params: &Params,
        password: &Secret,
        salt: &Salt,
        length: usize,
    ) -> argon2::password_hash::Result<Output> {
        self.memory
            .resize(Params::default().block_count(), Block::default()); // allocates if the memory is new
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let (mut output, password) = ([0; Output::MAX_LENGTH], password.expose().as_bytes());
        let output = &mut output[..length];
        argon2.hash_password_into_with_memory(password, salt, output, &mut self.memory)?;
        Ok(Output::new(output)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_only_its_password_and_is_salted() {
        let hash = |text: &str| hash(&Secret::new(text)).unwrap();
        let (one, other) = (hash("correct horse"), hash("correct horse"));
        assert!(
            one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            one.0
        );
        assert_ne!(one.0, other.0);
        let mut turn = Turn::new(Rank::default());
        let mut fits = |text: &str| turn.verify(&Secret::new(text), &one).unwrap();
        assert!(fits("correct horse") && !fits("correct horse ") && !fits(""));
    }

    #[test]
    fn hashes_of_the_library_verify_and_unusable_ones_do_not() {
        let library = Argon2::default();
        let made = argon2::PasswordHasher::hash_password(&library, b"password").unwrap();
        let mut turn = Turn::new(Rank::default());
        let hash = PasswordHash(made.to_string());
        assert_eq!(turn.verify(&Secret::new("password"), &hash), Ok(true));
        for unusable in [
            "",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
            "$argon2id$v=19$m=99999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ] {
            let hash = PasswordHash(unusable.into());
            assert_eq!(turn.verify(&Secret::new("password"), &hash), Ok(false));
        }
    }
}
