//! Which event stands for which expected one.
//!
//! Several events may fit an expectation, and one event several expectations. Taking the first that fits would fail falsely:
//! with `[any "a", "a" of plan pro]` and one event of each kind, the first expectation must leave the event of plan pro to the
//! second.

use super::matcher::Effort;

/// For each expected event, which fits it; `fitting` lists the events that fit each, in their order, of `count` events. As many
/// as possible are assigned: any, or with `ordered` such that they came in the order of the expectations.
pub fn assign(
    fitting: &[Vec<usize>],
    count: usize,
    ordered: bool,
    effort: &Effort,
) -> Vec<Option<usize>> {
    if !effort.take(fitting.len() * count) {
        return vec![None; fitting.len()];
    }
    match ordered {
        true => in_order(fitting, count),
        false => in_any_order(fitting, count),
    }
}

/// A maximum matching, by augmenting paths: an expectation whose events are all taken asks those that have them to take another
/// one.
fn in_any_order(fitting: &[Vec<usize>], count: usize) -> Vec<Option<usize>> {
    let mut owners = vec![None; count];
    for expected in 0..fitting.len() {
        let mut asked = vec![false; count];
        place(expected, fitting, &mut owners, &mut asked);
    }
    let mut assigned = vec![None; fitting.len()];
    for (event, owner) in owners.into_iter().enumerate() {
        if let Some(owner) = owner {
            assigned[owner] = Some(event);
        }
    }
    assigned
}

fn place(
    expected: usize,
    fitting: &[Vec<usize>],
    owners: &mut [Option<usize>],
    asked: &mut [bool],
) -> bool {
    for &event in &fitting[expected] {
        if std::mem::replace(&mut asked[event], true) {
            continue;
        }
        let is_free = match owners[event] {
            None => true,
            Some(owner) => place(owner, fitting, owners, asked),
        };
        if is_free {
            owners[event] = Some(expected);
            return true;
        }
    }
    false
}

/// The longest common subsequence of expectations and events: `best[e][n]` is the most that can be assigned of the
/// expectations from `e` on to the events from `n` on.
fn in_order(fitting: &[Vec<usize>], count: usize) -> Vec<Option<usize>> {
    let mut best = vec![vec![0_u8; count + 1]; fitting.len() + 1];
    for (expected, events) in fitting.iter().enumerate().rev() {
        for event in (0..count).rev() {
            let skipped = best[expected][event + 1].max(best[expected + 1][event]);
            let taken = match events.binary_search(&event) {
                Ok(_) => best[expected + 1][event + 1] + 1,
                Err(_) => 0,
            };
            best[expected][event] = skipped.max(taken);
        }
    }
    let (mut event, mut assigned) = (0, Vec::new());
    for expected in 0..fitting.len() {
        // An expectation that nothing is lost without is left out, else it takes the first event that keeps the rest.
        if best[expected][event] == best[expected + 1][event] {
            assigned.push(None);
            continue;
        }
        while best[expected][event] == best[expected][event + 1] {
            event += 1;
        }
        assigned.push(Some(event));
        event += 1;
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(fitting: &[&[usize]], count: usize, ordered: bool) -> Vec<Option<usize>> {
        let fitting: Vec<_> = fitting.iter().map(|events| events.to_vec()).collect();
        assign(&fitting, count, ordered, &Effort::default())
    }

    #[test]
    fn as_many_as_possible_are_assigned() {
        for (fitting, count, expected) in [
            (&[&[0, 1][..], &[0]][..], 2, &[Some(1), Some(0)][..]),
            (&[&[0, 1], &[0, 2], &[0]], 3, &[Some(1), Some(2), Some(0)]),
            (&[&[0], &[0]], 1, &[Some(0), None]),
            (&[&[], &[1]], 2, &[None, Some(1)]),
            (&[], 2, &[]),
            (&[&[]], 0, &[None]),
        ] {
            assert_eq!(assigned(fitting, count, false), expected, "{fitting:?}");
        }
    }

    #[test]
    fn order_is_kept_and_as_many_as_possible_are_assigned() {
        for (fitting, count, expected) in [
            (&[&[0, 2][..], &[1]][..], 3, &[Some(0), Some(1)][..]),
            (&[&[1], &[0]], 2, &[None, Some(0)]),
            // Not the first that fits: it would leave nothing to the others.
            (
                &[&[3], &[0], &[1], &[2]],
                4,
                &[None, Some(0), Some(1), Some(2)],
            ),
            (&[&[0, 1], &[0]], 2, &[None, Some(0)]),
            (
                &[&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]],
                3,
                &[Some(0), Some(1), Some(2)],
            ),
            (&[], 2, &[]),
        ] {
            let found = assigned(fitting, count, true);
            let number = |assigned: &[Option<usize>]| assigned.iter().flatten().count();
            assert_eq!(number(&found), number(expected), "{fitting:?}: {found:?}");
            let events: Vec<_> = found.iter().flatten().collect();
            assert!(events.is_sorted(), "{found:?}");
            let fits = |(fitting, found): (&&[usize], &Option<usize>)| {
                found.is_none_or(|event| fitting.contains(&event))
            };
            assert!(fitting.iter().zip(&found).all(fits), "{found:?}");
        }
    }
}
