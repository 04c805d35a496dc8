//! Limits on guessing the password of a share (`sharing.md` 6.4).
//!
//! The reference allows 60 submissions and 10 wrong ones a minute for each share. If they were counted for all visitors
//! together, anyone who has the link could lock out all others, so both are counted for each client at each share.
//!
//! A guess costs one hash for each active password of the share, so hashes are limited as well, for all clients together:
//! [`HASHES`] a minute for each share. 60 submissions at a share with 5 passwords reach that limit, as do 6 at a share with
//! 50 passwords. While a share is over it, each client has one guess a minute there: clients that guessed in the last minute
//! get 429, and one that comes with the right password still gets in at once.

use std::net::IpAddr;

use crate::{
    domain::{
        limiter::{Limiter, Window},
        passwords::Rank,
    },
    model::{SharingConfigurationNumber, clock},
};

/// The most submissions of one client at one share in a minute, right or wrong.
const SUBMISSIONS: usize = 60;

/// The most wrong submissions of one client at one share in a minute.
const WRONG: usize = 10;

/// The hashes that guesses at one share may cost in a minute before each client is limited to one guess.
const HASHES: usize = 300;

/// Counts the guesses at every share.
pub struct Guesses {
    submissions: Limiter<(SharingConfigurationNumber, IpAddr)>,
    wrong: Limiter<(SharingConfigurationNumber, IpAddr)>,
    hashes: Limiter<SharingConfigurationNumber>,
}

impl Default for Guesses {
    fn default() -> Guesses {
        Guesses {
            submissions: Limiter::new([Window::minute(SUBMISSIONS)]),
            wrong: Limiter::new([Window::minute(WRONG)]),
            hashes: Limiter::new([Window::minute(HASHES)]),
        }
    }
}

impl Guesses {
    /// Counts a submission of `client` for `share`; false if there were too many.
    pub fn submit(&self, share: SharingConfigurationNumber, client: IpAddr) -> bool {
        let (key, now) = ((share, client), clock::elapsed());
        let is_over = self.hashes.wait(share, now).is_some();
        if is_over && self.submissions.count(key, now) > 0 {
            return false;
        }
        self.submissions.try_count(key, now).is_ok()
    }

    pub fn clear(&self) {
        self.submissions.clear();
        self.wrong.clear();
        self.hashes.clear();
    }

    /// Counts the hashes that a submission of `client` will cost. Returns its rank among the callers that wait to hash.
    pub(super) fn charge(
        &self,
        share: SharingConfigurationNumber,
        client: IpAddr,
        hashes: usize,
    ) -> Rank {
        let now = clock::elapsed();
        let rank = Rank {
            client: self.submissions.count((share, client), now),
            subject: self.hashes.count(share, now),
        };
        self.hashes.add(share, hashes, now);
        rank
    }

    /// Counts a wrong submission; false if there were too many.
    pub(super) fn miss(&self, share: SharingConfigurationNumber, client: IpAddr) -> bool {
        self.wrong
            .try_count((share, client), clock::elapsed())
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: SharingConfigurationNumber = SharingConfigurationNumber(1);
    const OTHER: SharingConfigurationNumber = SharingConfigurationNumber(2);

    fn client(number: u8) -> IpAddr {
        [192, 0, 2, number].into()
    }

    #[test]
    fn each_client_has_its_own_limits() {
        let guesses = Guesses::default();
        for _ in 0..SUBMISSIONS {
            assert!(guesses.submit(SHARE, client(1)));
        }
        assert!(!guesses.submit(SHARE, client(1)));
        assert!(guesses.submit(OTHER, client(1)) && guesses.submit(SHARE, client(2)));
        for _ in 0..WRONG {
            assert!(guesses.miss(SHARE, client(1)));
        }
        assert!(!guesses.miss(SHARE, client(1)));
        assert!(guesses.miss(OTHER, client(1)) && guesses.miss(SHARE, client(2)));
    }

    #[test]
    fn over_the_limit_on_hashes_each_client_has_one_guess() {
        let guesses = Guesses::default();
        for _ in 0..6 {
            assert!(guesses.submit(SHARE, client(1)));
            guesses.charge(SHARE, client(1), 50);
        }
        assert!(!guesses.submit(SHARE, client(1)));
        assert!(guesses.submit(SHARE, client(2)) && !guesses.submit(SHARE, client(2)));
        assert!(guesses.submit(OTHER, client(1)));
    }

    #[test]
    fn the_client_with_the_fewest_guesses_is_served_first() {
        let guesses = Guesses::default();
        let guess = |share, from| {
            assert!(guesses.submit(share, client(from)));
            guesses.charge(share, client(from), 1)
        };
        let (first, second) = (guess(SHARE, 1), guess(SHARE, 1));
        let newcomer = guess(SHARE, 2);
        let elsewhere = guess(OTHER, 1);
        assert!(elsewhere <= first && first < newcomer && newcomer < second);
    }
}
