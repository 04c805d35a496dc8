//! Passwords as the database keeps them: argon2id, in PHC text form.
//!
//! Hashing takes tens of milliseconds and 19 MiB on purpose: never do it on the writer thread.

use std::{
    sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::model::{PasswordHash, Secret};

/// How many more passwords may be hashed at this moment: at most one a core, so that a crowd can use up
/// neither the memory nor the threads that everybody else waits for.
static FREE: LazyLock<Mutex<usize>> =
    LazyLock::new(|| Mutex::new(available_parallelism().map_or(1, Into::into)));

/// Tells one who waits that a place came free.
static FREED: Condvar = Condvar::new();

/// The hash of `password`, with a salt of its own. Waits for its turn, so call it from the blocking pool.
pub fn hash(password: &Secret) -> PasswordHash {
    let _place = Place::take();
    let hash = Argon2::default().hash_password(password.expose().as_bytes());
    PasswordHash(
        hash.expect("argon2 takes any text shorter than 4 GiB, with its default parameters")
            .to_string(),
    )
}

/// Whether `password` is the one behind `hash`. Waits for its turn as well.
pub fn verify(password: &Secret, hash: &PasswordHash) -> bool {
    let _place = Place::take();
    Argon2::default()
        .verify_password(password.expose().as_bytes(), &*hash.0)
        .is_ok()
}

/// The right to hash, given back when dropped.
struct Place;

impl Place {
    fn take() -> Place {
        let mut free = count();
        while *free == 0 {
            free = FREED.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *count() += 1;
        FREED.notify_one();
    }
}

fn count() -> MutexGuard<'static, usize> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner) // a number cannot be left half changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_alone_and_never_comes_twice() {
        let (one, other) = (
            hash(&Secret::new("correct horse")),
            hash(&Secret::new("correct horse")),
        );
        assert!(
            one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            one.0
        );
        assert_ne!(one.0, other.0);
        let fits = |text: &str| verify(&Secret::new(text), &one);
        assert!(fits("correct horse") && !fits("correct horse ") && !fits(""));
    }

    #[test]
    fn all_who_wait_for_a_place_get_one() {
        let threads = (0..3 * available_parallelism().unwrap().get())
            .map(|_| std::thread::spawn(|| hash(&Secret::new("x"))));
        for thread in threads.collect::<Vec<_>>() {
            thread.join().unwrap(); // for ever, if a place were lost
        }
    }
}
